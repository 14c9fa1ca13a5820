:- table path/2.
path(X, Y) :- path(X, Z), edge(Z, Y).
path(X, Y) :- edge(X, Y).
edge(a, b). edge(b, c). edge(c, a). edge(c, d).
:- table fib/2.
fib(0, 0).
fib(1, 1).
fib(N, F) :- N > 1, A is N - 1, B is N - 2, fib(A, FA), fib(B, FB), F is FA + FB.
:- table even/1, odd/1.
even(0).
even(X) :- odd(Y), Y < 50, X is Y + 1.
odd(X) :- even(Y), Y < 50, X is Y + 1.
% Two calls that are not complete in one derivation.
:- table conn/2.
conn(X, Y) :- conn(X, Z), conn(Z, Y).
conn(X, Y) :- edge(X, Y).
:- table cost(_, _, min).
cost(X, Y, C) :- road(X, Y, C).
cost(X, Y, C) :- cost(X, Z, A), road(Z, Y, B), C is A + B.
road(a, b, 5). road(b, c, 1). road(a, c, 9). road(c, a, 1). road(c, d, 2).
:- table longest(_, lattice(longer/3)).
longest(X, [X]).
longest(X, [X|P]) :- step(X, Y), longest(Y, P).
step(1, 2). step(1, 3). step(2, 4). step(3, 4). step(2, 3).
longer(A, B, C) :- length(A, N), length(B, M), ( M > N -> C = B ; C = A ).
:- initialization(main).
main :-
    findall(Y, path(a, Y), L1), sort(L1, S1), print(S1), nl,
    findall(X-Y, path(X, Y), L2), length(L2, N2), print(N2), nl,
    fib(300, F), print(F), nl,
    findall(E, even(E), L3), sort(L3, S3), print(S3), nl,
    findall(X-Y, conn(X, Y), L4), length(L4, N4), print(N4), nl,
    findall(Y-C, cost(a, Y, C), L5), sort(L5, S5), print(S5), nl,
    longest(1, P), print(P), nl,
    abolish_all_tables,
    ( path(d, _) -> print(yes) ; print(no) ), nl.
