:- module(facts, [kind/2, pair/2]).
kind(X, atom) :- atom(X), !.
kind(X, string) :- string(X), !.
kind(_, other).
pair(a, 1).
pair(b, 2).
