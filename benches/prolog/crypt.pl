% A multiplication puzzle over even and odd digits, by generate and test.
run(N) :- times(N), solve(A, B, C), write([A, B, C]), nl.
times(0) :- !.
times(N) :- solve(_, _, _), M is N - 1, times(M).
solve(A, B, C) :-
    odd(A1), even(A2), even(A3), A is 100 * A1 + 10 * A2 + A3,
    even(B1), even(B2), B is 10 * B1 + B2,
    P is A * B2, P >= 1000, even_odd(P),
    Q is A * B1, Q >= 100,
    C is P + 10 * Q, C >= 10000, C mod 2 =:= 0, !.
even_odd(P) :- D is P // 100 mod 10, D mod 2 =:= 0.
odd(1). odd(3). odd(5). odd(7). odd(9).
even(2). even(4). even(6). even(8). even(0).
