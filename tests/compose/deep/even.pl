:- module(even, [is_even/2, loop/3]).
:- use_module(main).
is_even(0, true) :- !.
is_even(N, R) :- M is N - 1, main:is_odd(M, R).
loop(0, _, done) :- !.
loop(N, F, R) :- call(F, N, M), M1 is M - 1, loop(M1, F, R).
