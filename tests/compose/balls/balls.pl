:- module(balls, [thrower/1, catcher/3, stop/0]).
thrower(X) :- throw(X).
catcher(F, X, caught(E)) :- catch(call(F, X, _), E, true).
stop :- halt(3).
