% A binary search tree as dictionary: insertion of pseudo-random keys, look-ups.
run(N) :- fill(N, 17, e, T), look(N, 17, T, 0, S), write(S), nl.
fill(0, _, T, T) :- !.
fill(N, K, T0, T) :- K1 is (K * 1103515245 + 12345) mod 1048576, put(T0, K1, N, T1), M is N - 1, fill(M, K1, T1, T).
put(e, K, V, n(e, K, V, e)).
put(n(L, K0, V0, R), K, V, T) :- compare(O, K, K0), put(O, L, K0, V0, R, K, V, T).
put(=, L, K, _, R, _, V, n(L, K, V, R)).
put(<, L, K0, V0, R, K, V, n(L1, K0, V0, R)) :- put(L, K, V, L1).
put(>, L, K0, V0, R, K, V, n(L, K0, V0, R1)) :- put(R, K, V, R1).
look(0, _, _, S, S) :- !.
look(N, K, T, S0, S) :- K1 is (K * 1103515245 + 12345) mod 1048576, get(T, K1, V), S1 is (S0 + V) mod 1000003, M is N - 1, look(M, K1, T, S1, S).
get(n(L, K0, V0, R), K, V) :- compare(O, K, K0), get(O, L, V0, R, K, V).
get(=, _, V, _, _, V).
get(<, L, _, _, K, V) :- get(L, K, V).
get(>, _, _, R, K, V) :- get(R, K, V).
