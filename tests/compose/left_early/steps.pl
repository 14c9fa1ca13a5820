:- module(steps, [many/2, one_of/2, first/2]).

many(Name, X) :- setup_call_cleanup(true, member(X, [1, 2, 3]), (write(closed(Name)), nl)).
one_of(Name, X) :- many(Name, X).
first(Name, X) :- many(Name, X), X > 1.
