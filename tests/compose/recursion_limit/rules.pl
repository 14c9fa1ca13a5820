:- module(rules, [ping/2, first/2, deep/2]).
:- use_module(main).

ping(N, R) :- main:pong(N, R0), R is R0 + 1.

first(N, R) :- ping(N, R).

% Not a last call: a frame each.
deep(0, 0) :- !.
deep(N, R) :- M is N - 1, deep(M, R0), R is R0 + 1.
