% All solutions of joins over facts.
run(N) :- times(N, 0, S), write(S), nl.
times(0, S, S) :- !.
times(N, S0, S) :-
    findall(X-Z, ( edge(X, Y), edge(Y, Z) ), L), setof(Z, X^member_of(X-Z, L), Zs),
    len(L, 0, A), len(Zs, 0, B), S1 is S0 + A * B, M is N - 1, times(M, S1, S).
member_of(X, [X|_]).
member_of(X, [_|T]) :- member_of(X, T).
len([], N, N).
len([_|T], N0, N) :- N1 is N0 + 1, len(T, N1, N).
edge(1, 2). edge(2, 3). edge(3, 4). edge(4, 5). edge(5, 1). edge(1, 3). edge(2, 4).
edge(3, 5). edge(4, 1). edge(5, 2). edge(6, 1). edge(2, 6). edge(6, 7). edge(7, 3).
