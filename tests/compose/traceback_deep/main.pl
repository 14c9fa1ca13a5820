:- use_module(app).
:- initialization(main).

main :-
    app:start(3, R),
    write(R).

rule(N, R) :-
    N > 0,
    step(N, R),
    R > 0.

step(N, R) :-
    app:check(N, X),
    R is X + 1.
