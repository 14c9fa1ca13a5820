:- module(rules, [bad/2]).

bad(X, Y) :-
    call_cleanup(inner(X, Y), true),
    true.

inner(X, Y) :-
    Y is X + foo,
    true.
