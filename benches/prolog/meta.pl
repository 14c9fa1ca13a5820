% An interpreter of pure Prolog that runs naive reverse.
run(N) :- range(1, 12, L), times(N, L), solve(nrev(L, R)), write(R), nl.
times(0, _) :- !.
times(N, L) :- solve(nrev(L, _)), M is N - 1, times(M, L).
range(H, H, [H]) :- !.
range(L, H, [L|T]) :- L1 is L + 1, range(L1, H, T).
solve(true) :- !.
solve((A, B)) :- !, solve(A), solve(B).
solve(H) :- rule(H, B), solve(B).
rule(nrev([], []), true).
rule(nrev([H|T], R), (nrev(T, S), app(S, [H], R))).
rule(app([], L, L), true).
rule(app([H|T], L, [H|R]), app(T, L, R)).
