% Ackermann's function with a small first argument.
run(N) :- ack(2, N, A), write(A), nl.
ack(0, N, A) :- !, A is N + 1.
ack(M, 0, A) :- !, M1 is M - 1, ack(M1, 1, A).
ack(M, N, A) :- M1 is M - 1, N1 is N - 1, ack(M, N1, B), ack(M1, B, A).
