% Symbolic derivatives: first-argument indexing on structures.
run(N) :- times(N), expr(E), d(E, x, D), size(D, 0, S), write(S), nl.
times(0) :- !.
times(N) :- expr(E), d(E, x, _), M is N - 1, times(M).
expr((x + 1) * (x ^ 2 + 2) * (x ^ 3 + 3) / (exp(x) + log(x * x)) - x * x * x * x).
d(X, X, 1) :- !.
d(C, _, 0) :- atomic(C), !.
d(U + V, X, DU + DV) :- d(U, X, DU), d(V, X, DV).
d(U - V, X, DU - DV) :- d(U, X, DU), d(V, X, DV).
d(U * V, X, DU * V + U * DV) :- d(U, X, DU), d(V, X, DV).
d(U / V, X, (DU * V - U * DV) / (V ^ 2)) :- d(U, X, DU), d(V, X, DV).
d(U ^ N, X, DU * N * U ^ M) :- integer(N), M is N - 1, d(U, X, DU).
d(exp(U), X, exp(U) * DU) :- d(U, X, DU).
d(log(U), X, DU / U) :- d(U, X, DU).
size(T, S0, S) :- atomic(T), !, S is S0 + 1.
size(T, S0, S) :- T =.. [_|As], S1 is S0 + 1, sizes(As, S1, S).
sizes([], S, S).
sizes([A|As], S0, S) :- size(A, S0, S1), sizes(As, S1, S).
