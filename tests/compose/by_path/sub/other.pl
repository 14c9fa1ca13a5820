:- module(other, [other_fact/1]).
other_fact(yes).
hidden(no).
