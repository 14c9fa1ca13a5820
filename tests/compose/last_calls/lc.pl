:- module(lc, [loop/3, through/2, odd/2, down/2]).
:- use_module(main).
loop(0, _, done) :- !.
loop(N, F, R) :- call(F, N, M), loop(M, F, R).
through(0, done) :- !.
through(N, R) :- main:step(N, M), through(M, R).
down(N, R) :- R = N.
odd(0, false) :- !.
odd(N, R) :- M is N - 1, main:even(M, R).
