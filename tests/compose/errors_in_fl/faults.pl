:- module(faults, [type/1, zero/1, domain/2, unknown/0, thrown/0, inst/1, undefined_eval/1,
                   call_back/1, catch_back/2, rethrow/1, missing_source/0]).
type(X) :- X is foo + 1.
zero(X) :- X is 1 // 0.
domain(N, X) :- length(X, N).
unknown :- no_such_predicate(1).
thrown :- throw(my(ball)).
inst(X) :- X is _ + 1.
undefined_eval(X) :- X is log(0).
call_back(F) :- call(F, _).
catch_back(F, E) :- catch(call(F, _), foreign_error(L, _), E = caught(L)).
rethrow(F) :- catch(call(F, _), E, throw(E)).
missing_source :- consult(no_such_file_at_all).
