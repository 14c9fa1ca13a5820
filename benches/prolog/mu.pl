% Hofstadter's MU system: derivable strings by bounded search.
run(N) :- times(N), theorem([m, u, i, i, u], 5, D), len(D, 0, K), write(K), nl.
times(0) :- !.
times(N) :- theorem([m, u, i, i, u], 5, _), M is N - 1, times(M).
theorem(S, Depth, D) :- derive(Depth, [m, i], S, D), !.
derive(_, S, S, [S]).
derive(D, S, T, [S|Ds]) :- D > 0, D1 is D - 1, rule(S, S1), derive(D1, S1, T, Ds).
rule(S, R) :- app(X, [i], S), app(X, [i, u], R).
rule([m|T], [m|R]) :- app(T, T, R).
rule([m|T], [m|R]) :- app(A, [i, i, i|B], T), app(A, [u|B], R).
rule([m|T], [m|R]) :- app(A, [u, u|B], T), app(A, B, R).
app([], L, L).
app([H|T], L, [H|R]) :- app(T, L, R).
len([], N, N).
len([_|T], N0, N) :- N1 is N0 + 1, len(T, N1, N).
