:- module(views, [id/2, hd/2, tl/2, eq/2, un/2, len/2, rev/2, sum/2, fa/2, w/1, wrap/3, bound/2, srt/2, last2/2, nest/2]).
:- use_module(library(lists)).
id(X, X).
hd([H|_], H).
tl([_|T], T).
eq(X, Y) :- X == Y.
un(X, X).
len(L, N) :- length(L, N).
rev(L, R) :- reverse(L, R).
sum(L, S) :- sum_list(L, S).
fa(L, R) :- findall(L, member(_, [1,2]), R).
w(L) :- writeq(L), nl.
wrap(L, X, f(L, X)).
bound(L, f(L, Y)) :- Y = g(Z), Z = 3.
srt(L, S) :- msort(L, S).
last2(L, X) :- last(L, X).
nest([[A|_]|_], A).
