% Doubly recursive Fibonacci numbers.
run(N) :- fib(N, F), write(F), nl.
fib(0, 0) :- !.
fib(1, 1) :- !.
fib(N, F) :- A is N - 1, B is N - 2, fib(A, FA), fib(B, FB), F is FA + FB.
