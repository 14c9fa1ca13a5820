% All solutions of the queens problem on a board of 8, N times.
run(N) :- times(N, C), write(C), nl.
times(0, 0) :- !.
times(N, C) :- findall(Q, queens(8, Q), L), len(L, 0, K), M is N - 1, times(M, C0), C is C0 + K.
len([], N, N).
len([_|T], N0, N) :- N1 is N0 + 1, len(T, N1, N).
queens(N, Qs) :- range(1, N, Ns), place(Ns, [], Qs).
place([], Qs, Qs).
place(Us, Safe, Qs) :- take(Q, Us, Rest), safe(Safe, Q, 1), place(Rest, [Q|Safe], Qs).
safe([], _, _).
safe([Q|Qs], P, D) :- P =\= Q + D, P =\= Q - D, D1 is D + 1, safe(Qs, P, D1).
take(X, [X|Xs], Xs).
take(X, [Y|Ys], [Y|Zs]) :- take(X, Ys, Zs).
range(N, N, [N]) :- !.
range(M, N, [M|L]) :- M1 is M + 1, range(M1, N, L).
