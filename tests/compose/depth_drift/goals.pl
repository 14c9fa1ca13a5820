:- module(goals, [found/2, none/1, deep/2, raises/2, calls/3, all_fail/2, inner/3]).
:- use_module(helpers).

% Leaves by backtracking out of some frames.
found(N, R) :- down(3, N), R = never.
found(N, N).

down(0, _) :- !, fail.
down(D, N) :- D1 is D - 1, down(D1, N), true.

none(N) :- down(3, N).

% Answers that come from below some frames: each next one goes back there.
deep(N, X) :- deep(3, N, X), true.

deep(0, N, X) :- !, upto(1, N, X).
deep(D, N, X) :- D1 is D - 1, deep(D1, N, X), true.

upto(I, N, I) :- I =< N.
upto(I, N, X) :- I < N, I1 is I + 1, upto(I1, N, X).

raises(N, R) :- catch(thrower(4, N), caught(R), true).

thrower(0, N) :- throw(caught(N)).
thrower(D, N) :- D1 is D - 1, thrower(D1, N), true.

% FL is called below frames that failure leaves.
calls(N, X, R) :- ( upto(1, N, I), step(2, I, X), fail ; true ), R = N.

step(0, I, _) :- !, helpers:bump(I, _).
step(D, I, X) :- D1 is D - 1, step(D1, I, X), true.

all_fail(N, R) :- ( deep(N, X), helpers:bump(X, _), fail ; R = N ).

inner(D, N, R) :- D > 0, D1 is D - 1, helpers:again(D1, N, R0), R is R0 + 1.
inner(0, N, N).
