:- module(mid, [step/1]).
step(N) :-
    inner(N, X),
    X > 0.
inner(N, X) :-
    X is N + foo,
    true.
