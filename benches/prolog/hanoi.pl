% Towers of Hanoi, counting the moves.
run(N) :- hanoi(N, a, b, c, 0, M), write(M), nl.
hanoi(0, _, _, _, M, M) :- !.
hanoi(N, A, B, C, M0, M) :-
    N1 is N - 1, hanoi(N1, A, C, B, M0, M1), M2 is M1 + 1, hanoi(N1, C, B, A, M2, M).
