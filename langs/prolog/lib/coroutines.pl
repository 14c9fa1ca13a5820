:- module(coroutines, [dif/2, freeze/2, frozen/2, when/2, '$freeze_hook'/2, '$dif_hook'/2, '$when_hook'/2, copy_term/3, term_attvars/2, '$attribute_goals'/4, get_attrs/2]).
:- meta_predicate(freeze(?, 0)).
:- meta_predicate(when(?, 0)).
freeze(V, G) :- nonvar(V), !, call(G).
freeze(V, G) :- ( get_attr(V, freeze, G0) -> put_attr(V, freeze, '$and'(G0, G)) ; put_attr(V, freeze, G) ).
'$freeze_hook'(G, Y) :-
    (   attvar(Y)
    ->  ( get_attr(Y, freeze, G2) -> put_attr(Y, freeze, '$and'(G2, G)) ; put_attr(Y, freeze, G) )
    ;   var(Y) -> put_attr(Y, freeze, G)
    ;   '$frozen_call'(G)
    ).
'$frozen_call'('$and'(A, B)) :- !, '$frozen_call'(A), '$frozen_call'(B).
'$frozen_call'(G) :- call(G).
frozen(V, G) :- ( attvar(V), get_attr(V, freeze, G0) -> '$frozen_goal'(G0, P), '$qualify_frozen'([freeze(V, P)], [G]) ; G = true ).

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
when(C, G) :- '$when_ready'(C), !, call(G).
when(C, G) :- term_variables(C, Vs), Done = done(no), '$when_suspend'(Vs, C, G, Done).
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
'$qualify_frozen'([G|Gs], [H|Hs]) :- ( G = freeze(V, P), P \= _:_ -> H = freeze(V, user:P) ; H = G ), '$qualify_frozen'(Gs, Hs).
'$attrs_goals'(att(M, A, More), V, Gs) :- !, '$attribute_goals'(M, V, A, Gs0), '$attrs_goals'(More, V, Gs1), '$append'(Gs0, Gs1, Gs).
'$attrs_goals'(_, _, []).
'$unique_goals'([], _, []).
'$unique_goals'([G|Gs], Seen, R) :- ( '$member'(H, Seen), H == G -> R = R1 ; R = [G|R1] ), '$unique_goals'(Gs, [G|Seen], R1).
% '$attribute_goals'(Module, Var, Value, Goals): what an attribute means.
'$attribute_goals'(freeze, V, G, [freeze(V, P)]) :- !, '$frozen_goal'(G, P).
'$attribute_goals'('$dif', _, Ds, Gs) :- !, '$dif_goals'(Ds, Gs).
'$attribute_goals'('$when', _, Ws, Gs) :- !, '$when_goals'(Ws, Gs).
'$attribute_goals'(clpfd, V, _, Gs) :- !, clpfd:'$fd_goals'(V, Gs).
'$attribute_goals'(M, V, _, Gs) :- current_predicate(M:attribute_goals/3), phrase(M:attribute_goals(V), Gs0), !, Gs = Gs0.
'$attribute_goals'(M, V, A, [put_attr(V, M, A)]).
'$frozen_goal'('$and'(A, B), (PA, PB)) :- !, '$frozen_goal'(A, PA), '$frozen_goal'(B, PB).
'$frozen_goal'(G, G).
'$dif_goals'([], []).
'$dif_goals'([X-Y|Ds], Gs) :- ( X \= Y -> Gs = Gs1 ; Gs = [dif(X, Y)|Gs1] ), '$dif_goals'(Ds, Gs1).
'$when_goals'([], []).
'$when_goals'([w(C, G, D)|Ws], Gs) :- ( arg(1, D, yes) -> Gs = Gs1 ; Gs = [when(C, G)|Gs1] ), '$when_goals'(Ws, Gs1).
get_attrs(V, As) :- '$get_attrs'(V, As).
