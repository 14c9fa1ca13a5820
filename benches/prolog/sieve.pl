% Primes by sieving lists.
run(N) :- numbers(2, N, L), sieve(L, P), count(P, 0, C), write(C), nl.
numbers(A, B, []) :- A > B, !.
numbers(A, B, [A|L]) :- A1 is A + 1, numbers(A1, B, L).
sieve([], []).
sieve([P|L], [P|R]) :- strike(L, P, M), sieve(M, R).
strike([], _, []).
strike([X|L], P, M) :- X mod P =:= 0, !, strike(L, P, M).
strike([X|L], P, [X|M]) :- strike(L, P, M).
count([], C, C).
count([_|T], C0, C) :- C1 is C0 + 1, count(T, C1, C).
