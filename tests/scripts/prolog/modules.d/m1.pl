:- module(m1, [a/1, b/2, op(700, xfx, ===>), c//1]).
a(1). a(2).
b(X, Y) :- hidden(X, Y).
hidden(X, f(X)).
c(X) --> [X].
:- dynamic state/1.
state(0).
