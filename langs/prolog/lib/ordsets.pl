:- module(ordsets, [ord_union/3, ord_union/2, ord_subtract/3, ord_memberchk/2, ord_insert/3, ord_add_element/3, ord_del_element/3,
    ord_intersection/3, ord_subset/2, ord_empty/1, ord_disjoint/2, ord_seteq/2, ord_intersect/2, ord_symdiff/3,
    is_ordset/1, ord_union/4, ord_intersection/2, ord_selectchk/3, ord_intersect/3]).
is_ordset(L) :- is_list(L), '$is_ordset'(L).
'$is_ordset'([]).
'$is_ordset'([X|Xs]) :- '$is_ordset'(Xs, X).
'$is_ordset'([], _).
'$is_ordset'([Y|Ys], X) :- X @< Y, '$is_ordset'(Ys, Y).
ord_union(A, B, U, New) :- ord_union(A, B, U), ord_subtract(B, A, New).
ord_intersection([S|Ss], I) :- '$ord_intersections'(Ss, S, I).
'$ord_intersections'([], I, I).
'$ord_intersections'([S|Ss], I0, I) :- ord_intersection(S, I0, I1), '$ord_intersections'(Ss, I1, I).
ord_selectchk(X, S, R) :- ord_memberchk(X, S), ord_subtract(S, [X], R).
ord_intersect(A, B, I) :- ord_intersection(A, B, I).
ord_empty([]).
ord_union([], L, L).
ord_union([X|Xs], Ys, Zs) :- '$ord_union'(Ys, X, Xs, Zs).
'$ord_union'([], X, Xs, [X|Xs]).
'$ord_union'([Y|Ys], X, Xs, Zs) :- compare(O, X, Y), '$ord_union'(O, X, Xs, Y, Ys, Zs).
'$ord_union'(<, X, Xs, Y, Ys, [X|Zs]) :- ord_union(Xs, [Y|Ys], Zs).
'$ord_union'(=, X, Xs, _, Ys, [X|Zs]) :- ord_union(Xs, Ys, Zs).
'$ord_union'(>, X, Xs, Y, Ys, [Y|Zs]) :- ord_union([X|Xs], Ys, Zs).
ord_union(Ls, S) :- append(Ls, L), sort(L, S).
ord_subtract([], _, []).
ord_subtract([X|Xs], Ys, Zs) :- '$ord_subtract'(Ys, X, Xs, Zs).
'$ord_subtract'([], X, Xs, [X|Xs]).
'$ord_subtract'([Y|Ys], X, Xs, Zs) :- compare(O, X, Y), '$ord_subtract'(O, X, Xs, Y, Ys, Zs).
'$ord_subtract'(<, X, Xs, Y, Ys, [X|Zs]) :- ord_subtract(Xs, [Y|Ys], Zs).
'$ord_subtract'(=, _, Xs, _, Ys, Zs) :- ord_subtract(Xs, Ys, Zs).
'$ord_subtract'(>, X, Xs, _, Ys, Zs) :- '$ord_subtract'(Ys, X, Xs, Zs).
ord_intersection([], _, []).
ord_intersection([X|Xs], Ys, Zs) :- '$ord_intersection'(Ys, X, Xs, Zs).
'$ord_intersection'([], _, _, []).
'$ord_intersection'([Y|Ys], X, Xs, Zs) :- compare(O, X, Y), '$ord_intersection'(O, X, Xs, Y, Ys, Zs).
'$ord_intersection'(<, _, Xs, Y, Ys, Zs) :- ord_intersection(Xs, [Y|Ys], Zs).
'$ord_intersection'(=, X, Xs, _, Ys, [X|Zs]) :- ord_intersection(Xs, Ys, Zs).
'$ord_intersection'(>, X, Xs, _, Ys, Zs) :- '$ord_intersection'(Ys, X, Xs, Zs).
ord_memberchk(X, [Y|Ys]) :- compare(O, X, Y), ( O = (=) -> true ; O = (>), ord_memberchk(X, Ys) ).
ord_add_element(S, E, S2) :- ord_union(S, [E], S2).
ord_insert(S, E, S2) :- ord_union(S, [E], S2).
ord_del_element(S, E, S2) :- ord_subtract(S, [E], S2).
ord_subset(A, B) :- ord_subtract(A, B, []).
ord_disjoint(A, B) :- ord_intersection(A, B, []).
ord_intersect(A, B) :- \+ ord_disjoint(A, B).
ord_seteq(A, B) :- A == B.
ord_symdiff(A, B, C) :- ord_subtract(A, B, D), ord_subtract(B, A, E), ord_union(D, E, C).
