:- module(rules, [calls/2, calls_then/2, each/2, count/2, loop/2]).

calls(F, R) :-
    call(F, 1, R).

calls_then(F, R) :-
    call(F, 1, R),
    true.

each(F, L) :-
    maplist(F, [1, 2], L).

count(N, R) :- loop(N, R).

% Last calls of Prolog's own goals stay last calls.
loop(0, done) :- !.
loop(N, R) :- M is N - 1, call(loop, M, R).
