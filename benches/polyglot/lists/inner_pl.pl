:- module(inner_pl, [build/2]).

build(N, L) :- build(0, N, L).

build(N, N, L) :- !, L = [].
build(I, N, [I|L]) :- I1 is I + 1, build(I1, N, L).
