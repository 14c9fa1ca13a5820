:- module(family, [parent/2, ancestor/2, no_one/2, nothing/1, 'odd-name'/1, any_/1, both/4, count/1]).

parent(tom, bob).
parent(tom, liz).
parent(bob, ann).
parent(bob, pat).

ancestor(X, Y) :- parent(X, Y).
ancestor(X, Y) :- parent(X, Z), ancestor(Z, Y).

no_one(_, _) :- fail.
nothing(none).
'odd-name'(x).
any_(_).
both(A, B, C, D) :- B is A + 1, C is D * 2.
count(3).
