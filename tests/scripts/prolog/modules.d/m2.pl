:- module(m2, [d/1]).
:- reexport(m1, except([b/2])).
d(X) :- a(X).
