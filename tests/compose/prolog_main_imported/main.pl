:- module(main, [base/1, count/1]).
:- use_module(worker).
:- initialization(go).
:- dynamic(count/1).
count(0).
base(10).
go :-
    worker:compute(5, R), write(R), nl,
    worker:bump(_), count(N), write(N), nl,
    current_prolog_flag(argv, A), write(A), nl.
