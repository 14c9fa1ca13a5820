:- module(vt, [bind_x/2, same_var/2, unify/2, fails_after_binding/1, partial/1, finish/1, open_list/1, close_list/1, length_of/2, shapes/1]).
bind_x(point(X, [_, Y]), V) :- X = V, Y == V.
same_var(X, Y) :- X == Y.
unify(X, X).
fails_after_binding(X) :- X = 1, fail.
partial(p(1, _)).
finish(p(1, done)).
open_list([1, 2|_]).
close_list(L) :- append(_, [], L), !.
length_of(L, N) :- length(L, N).
shapes([circle(2), rect(3, 3), rect(1, 2), tri(a, b, c), _, [x, y], 5]).
