:- module(inner_pl, [numbers/2]).

numbers(N, X) :- numbers(0, N, X).

numbers(I, N, X) :- I < N, from(I, N, X).

from(I, _, I).
from(I, N, X) :- I1 is I + 1, numbers(I1, N, X).
