% Naive reverse of a list of 30 elements: 496 logical inferences each.
run(N) :- range(1, 30, L), times(N, L), nrev(L, R), write(R), nl.
times(0, _) :- !.
times(N, L) :- nrev(L, _), M is N - 1, times(M, L).
range(H, H, [H]) :- !.
range(L, H, [L|T]) :- L1 is L + 1, range(L1, H, T).
nrev([], []).
nrev([H|T], R) :- nrev(T, RT), app(RT, [H], R).
app([], L, L).
app([H|T], L, [H|R]) :- app(T, L, R).
