:- module(tabling, ['$tabled_call'/2, abolish_all_tables/0]).
% Tabling by naive iteration to a fixpoint: a call that is not complete runs its
% clauses again until no new answer appears; variant calls inside use what is known.
:- dynamic('$tbl'/3).
:- dynamic('$tbl_answer'/2).
:- dynamic('$tbl_changed'/0).
:- dynamic('$tbl_count'/1).
:- dynamic('$tbl_leader'/1).

abolish_all_tables :- retractall('$tbl'(_, _, _)), retractall('$tbl_answer'(_, _)).

'$tabled_call'(Goal, Pred) :-
    copy_term_nat(Goal, Key), numbervars(Key, 0, _),
    (   '$tbl'(Key, Id, complete) -> '$tbl_answer'(Id, Goal)
    ;   '$tbl'(Key, Id, running) -> '$tbl_answer'(Id, Goal)
    ;   '$tbl'(Key, Id, fresh)
    ->  '$tbl_round'(Key, Id, Goal, Pred), '$tbl_answer'(Id, Goal)
    ;   '$tbl_new'(Key, Id),
        (   '$tbl_leader'(_)
        ->  '$tbl_round'(Key, Id, Goal, Pred)
        ;   '$tbl_lead'(Key, Id, Goal, Pred)
        ),
        '$tbl_answer'(Id, Goal)
    ).
'$tbl_new'(Key, Id) :-
    ( retract('$tbl_count'(Id0)) -> Id is Id0 + 1 ; Id = 1 ),
    assertz('$tbl_count'(Id)),
    assertz('$tbl'(Key, Id, fresh)).
% One evaluation of a call's clauses; inner calls are marked while they run.
'$tbl_round'(Key, Id, Goal, Pred) :-
    '$tbl_state'(Key, Id, running),
    '$tabled_goal'(Pred, Goal, Body),
    (   call(Body), '$tbl_add'(Id, Goal), fail
    ;   true
    ).
'$tbl_state'(Key, Id, S) :- retractall('$tbl'(Key, Id, _)), asserta('$tbl'(Key, Id, S)).
% The leader repeats until nothing changes, then everything it started is complete.
'$tbl_lead'(Key, Id, Goal, Pred) :-
    assertz('$tbl_leader'(Id)),
    catch('$tbl_fixpoint'(Key, Id, Goal, Pred), E, ( '$tbl_abort', throw(E) )),
    retractall('$tbl_leader'(_)),
    '$tbl_complete'.
'$tbl_fixpoint'(Key, Id, Goal, Pred) :-
    retractall('$tbl_changed'),
    '$tbl_reset',
    copy_term_nat(Goal, Copy),
    '$tbl_round'(Key, Id, Copy, Pred),
    (   '$tbl_changed' -> '$tbl_fixpoint'(Key, Id, Goal, Pred) ; true ).
'$tbl_reset' :-
    findall(K-I, '$tbl'(K, I, running), L),
    '$tbl_reset'(L).
'$tbl_reset'([]).
'$tbl_reset'([K-I|L]) :- '$tbl_state'(K, I, fresh), '$tbl_reset'(L).
'$tbl_complete' :-
    findall(K-I, ( '$tbl'(K, I, S), S \== complete ), L),
    '$tbl_complete'(L).
'$tbl_complete'([]).
'$tbl_complete'([K-I|L]) :- '$tbl_state'(K, I, complete), '$tbl_complete'(L).
'$tbl_abort' :-
    retractall('$tbl_leader'(_)),
    findall(K-I, ( '$tbl'(K, I, S), S \== complete ), L),
    '$tbl_drop'(L).
'$tbl_drop'([]).
'$tbl_drop'([K-I|L]) :- retractall('$tbl'(K, I, _)), retractall('$tbl_answer'(I, _)), '$tbl_drop'(L).
'$tbl_add'(Id, Goal) :-
    (   '$table_mode'(Goal, Modes), functor(Goal, N, A), functor(Modes, N, A)
    ->  '$tbl_add_moded'(Id, Goal, Modes)
    ;   '$tbl_known'(Id, Goal) -> true
    ;   assertz('$tbl_answer'(Id, Goal)), '$tbl_note'
    ).
'$tbl_known'(Id, Goal) :- '$tbl_answer'(Id, G), G =@= Goal, !.
'$tbl_note' :- ( '$tbl_changed' -> true ; assertz('$tbl_changed') ).
% Answers that agree on the plain arguments are merged by the modes of the others.
'$tbl_add_moded'(Id, Goal, Modes) :-
    Goal =.. [N|As], Modes =.. [_|Ms],
    '$tbl_pattern'(As, Ms, Ps), Old =.. [N|Ps],
    (   '$tbl_answer'(Id, Old), Old =.. [_|Os]
    ->  '$tbl_merge'(As, Os, Ms, Rs),
        New =.. [N|Rs],
        ( New =@= Old -> true
        ; retractall('$tbl_answer'(Id, Old)), assertz('$tbl_answer'(Id, New)), '$tbl_note' )
    ;   assertz('$tbl_answer'(Id, Goal)), '$tbl_note'
    ).
'$tbl_plain'(M) :- ( var(M) -> true ; M == index ).
'$tbl_pattern'([], [], []).
'$tbl_pattern'([A|As], [M|Ms], [P|Ps]) :- ( '$tbl_plain'(M) -> P = A ; true ), '$tbl_pattern'(As, Ms, Ps).
'$tbl_merge'([], [], [], []).
'$tbl_merge'([A|As], [O|Os], [M|Ms], [R|Rs]) :-
    ( '$tbl_plain'(M) -> R = A ; '$tbl_choose'(M, O, A, R) ),
    '$tbl_merge'(As, Os, Ms, Rs).
'$tbl_choose'(min, O, A, R) :- !, ( '$tbl_less'(A, O) -> R = A ; R = O ).
'$tbl_choose'(max, O, A, R) :- !, ( '$tbl_less'(O, A) -> R = A ; R = O ).
'$tbl_choose'(first, O, _, O) :- !.
'$tbl_choose'(last, _, A, A) :- !.
'$tbl_choose'(sum, O, A, R) :- !, R is O + A.
'$tbl_choose'(lattice(P), O, A, R) :- !, ( P = N/_ -> true ; functor(P, N, _) ), call(N, O, A, R).
'$tbl_choose'(po(P), O, A, R) :- !, ( P = N/_ -> true ; functor(P, N, _) ), ( call(N, O, A) -> R = A ; R = O ).
'$tbl_choose'(_, O, _, O).
'$tbl_less'(A, B) :- ( number(A), number(B) -> A < B ; A @< B ).
