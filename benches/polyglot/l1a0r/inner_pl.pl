:- module(inner_pl, [loop/1]).

loop(0) :- !.
loop(N) :- N1 is N - 1, loop(N1).
