:- module(inner_pl, [inc/2]).

inc(X, Y) :- Y is X + 1.
