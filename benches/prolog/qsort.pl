% Quicksort of pseudo-random numbers with difference lists.
run(N) :- times(N, S), write(S), nl.
times(0, 0) :- !.
times(N, S) :- numbers(50, N, L), qsort(L, R, []), R = [A, B|_], M is N - 1, times(M, S0), S is (S0 + A + B) mod 1000003.
numbers(0, _, []) :- !.
numbers(K, S, [T|L]) :- T is (S * 1103 + 12345) mod 65536, K1 is K - 1, numbers(K1, T, L).
qsort([], R, R).
qsort([X|L], R, R0) :- partition(L, X, A, B), qsort(B, R1, R0), qsort(A, R, [X|R1]).
partition([], _, [], []).
partition([X|L], Y, [X|A], B) :- X =< Y, !, partition(L, Y, A, B).
partition([X|L], Y, A, [X|B]) :- partition(L, Y, A, B).
