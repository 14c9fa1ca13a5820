:- module(guards, [run/3, wrong/2, undefined_last/1, not_callable/2, no_member/2]).

run(F, N, R) :-
    setup_call_cleanup(true, calls(F, N, R), (write(cleanup), nl)),
    true.

calls(F, N, R) :-
    call(F, N, R),
    true.

wrong(N, R) :-
    R is N + none_such,
    true.

undefined_last(N) :-
    no_such_predicate(N).

not_callable(F, R) :-
    call(F, 1, R).

no_member(O, R) :-
    call_member(O, size, R).
