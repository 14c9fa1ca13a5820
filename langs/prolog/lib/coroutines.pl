:- module(coroutines, [dif/2, freeze/2, frozen/2, when/2, '$freeze_hook'/2, '$dif_hook'/2, '$when_hook'/2, copy_term/3, term_attvars/2, '$attribute_goals'/4, get_attrs/2, call_residue_vars/2]).
:- meta_predicate(call_residue_vars(0, ?)).
:- meta_predicate(freeze(?, 0)).
:- meta_predicate(when(?, 0)).
freeze(V, G) :- nonvar(V), !, call(G).
freeze(V, G) :- ( get_attr(V, freeze, G0) -> put_attr(V, freeze, '$and'(G0, G)) ; put_attr(V, freeze, G) ).
'$freeze_hook'(G, Y) :-
    (   attvar(Y)
    ->  ( get_attr(Y, freeze, G2) -> put_attr(Y, freeze, '$and'(G, G2)) ; put_attr(Y, freeze, G) )
    ;   var(Y) -> put_attr(Y, freeze, G)
    ;   '$frozen_call'(G)
    ).
'$frozen_call'(G) :- var(G), !, throw(error(instantiation_error, _)).
'$frozen_call'('$and'(A, B)) :- !, '$frozen_call'(A), '$frozen_call'(B).
'$frozen_call'(G) :- call(G).
frozen(T, G) :-
    term_attvars(T, Vs), '$frozen_list'(Vs, Gs0), '$qualify_frozen'(Gs0, Gs1), sort(Gs1, Gs), '$conjunction'(Gs, G).
'$frozen_list'([], []).
'$frozen_list'([V|Vs], Gs) :- get_attrs(V, As), '$attrs_goals'(As, V, Gs0), '$append'(Gs0, Gs1, Gs), '$frozen_list'(Vs, Gs1).
'$conjunction'([], true).
'$conjunction'([G|Gs], C) :- ( Gs == [] -> C = G ; C = (G, C1), '$conjunction'(Gs, C1) ).

% dif(X, Y): suspended on the variables whose binding could make the terms equal.
dif(X, Y) :- X \== Y, '$dif'(X, Y).
'$dif'(X, Y) :-
    (   '$unifier'(X, Y, Vs)
    ->  ( Vs == [] -> fail ; '$dif_suspend'(Vs, X, Y) )
    ;   true
    ).
% Variables on either side that a unification of X and Y would bind.
'$unifier'(X, Y, Vs) :-
    term_variables(X-Y, All),
    copy_term_nat(X-Y-All, X1-Y1-All1),
    X1 = Y1,
    '$changed'(All, All1, All1, Vs).
'$changed'([], [], _, []).
'$changed'([V|Vs], [C|Cs], All, R) :-
    ( nonvar(C) -> R = [V|R1] ; '$shared'(Cs, C) -> R = [V|R1] ; '$twice'(All, C) -> R = [V|R1] ; R = R1 ),
    '$changed'(Vs, Cs, All, R1).
'$shared'([C|Cs], X) :- ( C == X -> true ; '$shared'(Cs, X) ).
'$twice'([C|Cs], X) :- ( C == X -> '$shared'(Cs, X) ; '$twice'(Cs, X) ).
'$dif_suspend'([], _, _).
'$dif_suspend'([V|Vs], X, Y) :-
    ( get_attr(V, '$dif', Ds) -> put_attr(V, '$dif', [X-Y|Ds]) ; put_attr(V, '$dif', [X-Y]) ),
    '$dif_suspend'(Vs, X, Y).
'$dif_hook'(Ds, Y) :-
    (   var(Y)
    ->  ( attvar(Y), get_attr(Y, '$dif', Es) -> '$append'(Ds, Es, All) ; All = Ds ),
        put_attr(Y, '$dif', All)
    ;   true
    ),
    '$dif_recheck'(Ds).
'$dif_recheck'([]).
'$dif_recheck'([X-Y|Ds]) :- dif(X, Y), '$dif_recheck'(Ds).

when(C, G) :- var(C), !, throw(error(instantiation_error, _)), G = C.
when(C, _) :- '$when_check'(C), fail.
when(C, G) :- '$when_ready'(C), !, call(G).
when(C, G) :- term_variables(C, Vs), Done = done(no), '$when_suspend'(Vs, C, G, Done).
'$when_check'(C) :- var(C), !, throw(error(instantiation_error, _)).
'$when_check'(nonvar(_)) :- !.
'$when_check'(ground(_)) :- !.
'$when_check'(?=(_, _)) :- !.
'$when_check'((A, B)) :- !, '$when_check'(A), '$when_check'(B).
'$when_check'((A ; B)) :- !, '$when_check'(A), '$when_check'(B).
'$when_check'(C) :- throw(error(domain_error(when_condition, C), _)).
'$when_ready'(nonvar(X)) :- nonvar(X).
'$when_ready'(ground(X)) :- ground(X).
'$when_ready'(?=(X, Y)) :- ( X == Y -> true ; X \= Y ).
'$when_ready'((A, B)) :- '$when_ready'(A), '$when_ready'(B).
'$when_ready'((A ; B)) :- ( '$when_ready'(A) -> true ; '$when_ready'(B) ).
'$when_suspend'([], _, _, _).
'$when_suspend'([V|Vs], C, G, D) :-
    ( get_attr(V, '$when', Gs) -> put_attr(V, '$when', [w(C, G, D)|Gs]) ; put_attr(V, '$when', [w(C, G, D)]) ),
    '$when_suspend'(Vs, C, G, D).
'$when_hook'(Gs, Y) :-
    ( var(Y) -> ( attvar(Y), get_attr(Y, '$when', Hs) -> '$append'(Gs, Hs, All) ; All = Gs ), put_attr(Y, '$when', All) ; true ),
    '$when_run'(Gs).
'$when_run'([]).
'$when_run'([w(C, G, D)|Ws]) :-
    (   arg(1, D, yes) -> true
    ;   '$when_ready'(C) -> setarg(1, D, yes), call(G)
    ;   term_variables(C, Vs), '$when_suspend'(Vs, C, G, D)
    ),
    '$when_run'(Ws).
term_attvars(T, Vs) :- term_variables(T, All), '$only_attvars'(All, Vs).
'$only_attvars'([], []).
'$only_attvars'([V|Vs], R) :- ( attvar(V) -> R = [V|R1] ; R = R1 ), '$only_attvars'(Vs, R1).
% copy_term(T, C, Gs): C is T with plain variables, Gs the goals that their attributes stand for.
copy_term(T, C, Gs) :-
    term_attvars(T, Vs),
    ( Vs == [] -> copy_term(T, C), Gs = [] ; '$all_attr_goals'(Vs, Gs0), copy_term_nat(T-Gs0, C-Gs) ).
'$all_attr_goals'([], []).
'$all_attr_goals'([V|Vs], Gs) :-
    get_attrs(V, As), '$attrs_goals'(As, V, Gs00), '$qualify_frozen'(Gs00, Gs0),
    '$all_attr_goals'(Vs, Gs1), '$append'(Gs0, Gs1, Gs2), '$unique_goals'(Gs2, [], Gs).
'$qualify_frozen'([], []).
'$qualify_frozen'([G|Gs], [H|Hs]) :- ( G = freeze(V, P), P \= _:_ -> H = freeze(V, user:P) ; G = when(C, P), P \= _:_ -> H = when(C, user:P) ; H = G ), '$qualify_frozen'(Gs, Hs).
'$attrs_goals'(att(M, A, More), V, Gs) :- !,
    '$attribute_goals'(M, V, A, Gs0), ( M == clpfd -> '$qualify_all'(Gs0, M, Gs1) ; Gs1 = Gs0 ),
    '$attrs_goals'(More, V, Gs2), '$append'(Gs1, Gs2, Gs).
'$attrs_goals'(_, _, []).
'$unique_goals'([], _, []).
'$unique_goals'([G|Gs], Seen, R) :- ( '$member'(H, Seen), H == G -> R = R1 ; R = [G|R1] ), '$unique_goals'(Gs, [G|Seen], R1).
% '$attribute_goals'(Module, Var, Value, Goals): what an attribute means.
'$attribute_goals'(freeze, V, G, Gs) :- !, '$frozen_goals'(G, V, Gs, []).
'$attribute_goals'('$dif', _, Ds, Gs) :- !, '$dif_goals'(Ds, Gs).
'$attribute_goals'('$when', _, Ws, Gs) :- !, '$when_goals'(Ws, Gs).
'$attribute_goals'(clpfd, V, _, Gs) :- !, clpfd:'$fd_goals'(V, Gs).
'$attribute_goals'(M, V, _, Gs) :- current_predicate(M:attribute_goals/3), phrase(M:attribute_goals(V), Gs0), !, Gs = Gs0.
'$attribute_goals'(M, V, A, [put_attr(V, M, A)]).
'$frozen_goals'(G, V, [freeze(V, G)|Rest], Rest) :- var(G), !.
'$frozen_goals'('$and'(A, B), V, Gs, Rest) :- !, '$frozen_goals'(A, V, Gs, Gs1), '$frozen_goals'(B, V, Gs1, Rest).
'$frozen_goals'(G, V, [freeze(V, G)|Rest], Rest).
'$qualify_all'([], _, []).
'$qualify_all'([G|Gs], M, [M:G|Hs]) :- '$qualify_all'(Gs, M, Hs).
'$dif_goals'(Ds, Gs) :- '$reverse'(Ds, [], Rs), '$dif_list'(Rs, Gs).
'$dif_list'([], []).
'$dif_list'([X-Y|Ds], Gs) :-
    (   unifiable(X, Y, Us0)
    ->  '$reverse'(Us0, [], Us), '$dif_goal'(Us, G), Gs = [G|Gs1]
    ;   Gs = Gs1
    ),
    '$dif_list'(Ds, Gs1).
% What is left to be different: the bindings that would make the terms equal.
'$dif_goal'([V = T], dif(V, T)) :- !.
'$dif_goal'(Us, dif(A, B)) :- '$dif_sides'(Us, Vs, Ts), A =.. [f|Vs], B =.. [f|Ts].
'$dif_sides'([], [], []).
'$dif_sides'([V = T|Us], [V|Vs], [T|Ts]) :- '$dif_sides'(Us, Vs, Ts).
'$when_goals'([], []).
'$when_goals'([w(C, G, D)|Ws], Gs) :- ( arg(1, D, yes) -> Gs = Gs1 ; Gs = [when(C, G)|Gs1] ), '$when_goals'(Ws, Gs1).
get_attrs(V, As) :- '$get_attrs'(V, As).

% Variables that got attributes while Goal ran and still have some.
call_residue_vars(Goal, Vars) :-
    ( nb_current('$residue', Outer) -> true ; Outer = none ),
    b_setval('$residue', []),
    call(Goal),
    b_getval('$residue', Noted),
    ( Outer == none -> b_setval('$residue', none) ; '$append'(Noted, Outer, All), b_setval('$residue', All) ),
    term_attvars(Noted, Vars0), '$reverse'(Vars0, [], Vars).
