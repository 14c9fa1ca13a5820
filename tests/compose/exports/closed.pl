:- module(closed, [open/1]).
open(X) :- hidden(X).
hidden(1).
