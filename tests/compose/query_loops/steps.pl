:- module(steps, [big/3, pair/3, upto/2]).

% Fails until the number of tries reaches the limit.
big(Tries, Limit, X) :- upto(Tries, X), X >= Limit.

pair(N, X, Y) :- upto(N, X), upto(N, Y).

upto(N, X) :- upto(1, N, X).

upto(I, N, X) :- I =< N, here(I, N, X).

here(I, _, I).
here(I, N, X) :- I1 is I + 1, upto(I1, N, X).
