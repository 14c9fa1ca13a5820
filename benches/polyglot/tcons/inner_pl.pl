:- module(inner_pl, [build/2]).

build(N, T) :- build(0, N, nil, T).

build(N, N, T, T) :- !.
build(I, N, T0, T) :- I1 is I + 1, build(I1, N, cons(I, T0), T).
