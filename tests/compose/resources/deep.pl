:- module(deep, [pong/2, fine/2, lacks/1, caught/2]).
:- use_module(main).
pong(N, R) :- M is N + 1, main:ping(M, R0), R is R0 + 1.
fine(X, X).
lacks(What) :- throw(error(resource_error(What), _)).
caught(F, R) :-
    catch(call(F, 0, _), E, true),
    (   E = foreign_error(fl, X) -> call_member(X, '__str__', R)
    ;   E = error(resource_error(_), _) -> R = resource
    ;   R = other
    ).
