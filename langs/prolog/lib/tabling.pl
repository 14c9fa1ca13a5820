:- module(tabling, ['$tabled_call'/2, abolish_module_tables/1, abolish_table_subgoals/1, untable/1, tnot/1]).
:- meta_predicate(tnot(0)).
:- nb_setval('$tbl_path', none).
% Linear tabling: a call whose table is not complete runs its clauses; calls of variants
% inside use the answers known so far. The oldest evaluation that a group of
% calls depends on runs its clauses again until nothing new appears, and then
% the whole group is complete. An evaluation none of whose derivations uses two
% incomplete calls (the path tells) looks at new answers only. Which depends on which is kept in Rust.
'$tabled_call'(Goal, Pred) :-
    '$tbl_find'(Goal, Pred, Id, Status, Skeleton),
    (   Status == complete -> '$tbl_answers'(Id, Answers)
    ;   ( Status == incomplete -> true ; '$tbl_evaluate'(Id, Goal, Pred, Skeleton) ),
        b_getval('$tbl_path', Path),
        '$tbl_consume'(Id, Path, NewPath, Answers),
        b_setval('$tbl_path', NewPath)
    ),
    '$member'(Skeleton, Answers).
'$tbl_evaluate'(Id, Goal, Pred, Skeleton) :-
    '$tbl_enter'(Id, Goal, Pred, Skeleton, Own, Body, Moded),
    ( Moded == [] -> Modes = none ; '$tbl_modes'(Moded, Goal, Modes) ),
    catch('$tbl_rounds'(Modes, Id, Own, Body), E, ( '$tbl_abort'(Id), throw(E) )).
'$tbl_modes'(M, Goal, Modes) :- functor(Goal, N, A), functor(G, N, A), '$table_mode'(M, G, Modes), !.
'$tbl_rounds'(Modes, Id, Own, Body) :-
    (   Modes == none -> '$tbl_run'(Id, Own, Body) ; '$tbl_run_moded'(Modes, Id, Own, Body) ),
    ( '$tbl_again'(Id) -> '$tbl_rounds'(Modes, Id, Own, Body) ; true ).
'$tbl_run'(Id, Own, Body) :- call(Body), '$tbl_add'(Id, Own), fail.
'$tbl_run'(_, _, _).
'$tbl_run_moded'(Modes, Id, Goal, Body) :-
    call(Body),
    Goal =.. [N|As], Modes =.. [_|Ms],
    '$tbl_key'(As, Ms, Key),
    (   '$tbl_get'(Id, Key, Old)
    ->  Old =.. [_|Os],
        '$tbl_merge'(As, Os, Ms, Rs),
        New =.. [N|Rs],
        ( New =@= Old -> true ; '$tbl_put'(Id, Key, New) )
    ;   '$tbl_put'(Id, Key, Goal)
    ),
    fail.
'$tbl_run_moded'(_, _, _, _).
% Answers that agree on the plain arguments are merged by the modes of the others.
'$tbl_plain'(M) :- ( var(M) -> true ; M == index ).
'$tbl_key'([], [], []).
'$tbl_key'([A|As], [M|Ms], Ks) :- ( '$tbl_plain'(M) -> Ks = [A|Ks1] ; Ks = Ks1 ), '$tbl_key'(As, Ms, Ks1).
'$tbl_merge'([], [], [], []).
'$tbl_merge'([A|As], [O|Os], [M|Ms], [R|Rs]) :-
    ( '$tbl_plain'(M) -> R = A ; '$tbl_choose'(M, O, A, R) ),
    '$tbl_merge'(As, Os, Ms, Rs).
'$tbl_choose'(min, O, A, R) :- !, ( '$tbl_less'(A, O) -> R = A ; R = O ).
'$tbl_choose'(max, O, A, R) :- !, ( '$tbl_less'(O, A) -> R = A ; R = O ).
'$tbl_choose'(first, O, _, O) :- !.
'$tbl_choose'(-, O, _, O) :- !.
'$tbl_choose'(last, _, A, A) :- !.
'$tbl_choose'(sum, O, A, R) :- !, R is O + A.
'$tbl_choose'(lattice(P), O, A, R) :- !, '$tbl_closure'(P, G), call(G, O, A, R).
'$tbl_choose'(po(P), O, A, R) :- !, '$tbl_closure'(P, G), ( call(G, O, A) -> R = A ; R = O ).
'$tbl_choose'(_, O, _, O).
'$tbl_closure'(M:P, M:G) :- !, '$tbl_closure'(P, G).
'$tbl_closure'(N/_, N) :- !.
'$tbl_closure'(P, N) :- functor(P, N, _).
'$tbl_less'(A, B) :- ( number(A), number(B) -> A < B ; A @< B ).
abolish_module_tables(_) :- abolish_all_tables.
abolish_table_subgoals(_) :- abolish_all_tables.
untable(_).
tnot(G) :- \+ G.
