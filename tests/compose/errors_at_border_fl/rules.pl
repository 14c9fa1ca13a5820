:- module(rules, [double/2, uses/2, over/2, member_of/2, calls/2, bad_import/0,
                  unknown/1]).

double(X, Y) :-
    Y is X * 2.

uses(O, R) :-
    call_member(O, size, R).

over(O, X) :-
    py_iter(O, X).

member_of(O, V) :-
    get_member(O, nope, V).

calls(F, R) :-
    call(F, 1, R).

bad_import :-
    use_module(nowhere).

unknown(X) :-
    no_such_predicate(X).
