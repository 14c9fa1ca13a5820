:- module(inner_pl, [add_up/2]).

add_up(N, S) :- add_up(N, 0, S).

add_up(0, S, S) :- !.
add_up(N, S0, S) :- S1 is S0 + N, N1 is N - 1, add_up(N1, S1, S).
