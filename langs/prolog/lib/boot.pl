% The part of the library that every program needs: control, all solutions,
% the database, text, streams, loading.

:- meta_predicate(findall(?, 0, ?)).
:- meta_predicate(findall(?, 0, ?, ?)).
:- meta_predicate(findnsols(?, ?, 0, ?)).
:- meta_predicate(forall(0, 0)).
:- meta_predicate(once(0)).
:- meta_predicate(ignore(0)).
:- meta_predicate(catch(0, ?, 0)).
:- meta_predicate(bagof(?, 0, ?)).
:- meta_predicate(setof(?, 0, ?)).
:- meta_predicate(aggregate_all(?, 0, ?)).
:- meta_predicate(aggregate_all(?, ?, 0, ?)).
:- meta_predicate(call(0)).
:- meta_predicate(call(1, ?)).
:- meta_predicate(call(2, ?, ?)).
:- meta_predicate(call(3, ?, ?, ?)).
:- meta_predicate(call(4, ?, ?, ?, ?)).
:- meta_predicate(call(5, ?, ?, ?, ?, ?)).
:- meta_predicate(call(6, ?, ?, ?, ?, ?, ?)).
:- meta_predicate(setup_call_cleanup(0, 0, 0)).
:- meta_predicate(call_cleanup(0, 0)).
:- meta_predicate(with_output_to(?, 0)).
:- meta_predicate(phrase(0, ?)).
:- meta_predicate(phrase(0, ?, ?)).
:- meta_predicate(assertz(0)).
:- meta_predicate(asserta(0)).
:- meta_predicate(assert(0)).
:- meta_predicate(retract(0)).
:- meta_predicate(retractall(0)).
:- meta_predicate(clause(0, ?)).
:- meta_predicate(not(0)).
:- meta_predicate(apply(0, ?)).
:- meta_predicate(call_with_depth_limit(0, ?, ?)).
:- meta_predicate(call_with_time_limit(?, 0)).
:- meta_predicate(current_predicate(0)).
:- meta_predicate(predicate_property(0, ?)).
:- meta_predicate(thread_create(0, ?)).
:- meta_predicate(at_halt(0)).
:- meta_predicate(strip_module(0, ?, ?)).
:- meta_predicate(context_module(0)).
:- meta_predicate(export(0)).

% ---------------------------------------------------------------- control

','(A, B) :- '$mark'(C), '$meta'((A, B), C, user).
;(A, B) :- '$mark'(C), '$meta'((A ; B), C, user).
->(A, B) :- '$mark'(C), '$meta'((A -> B), C, user).
*->(A, B) :- '$mark'(C), '$meta'((A *-> B), C, user).
\+ A :- \+ call(A).
'!'.


% '$meta'(Goal, CutBarrier, Module): interprets control constructs in goals.
'$meta'(G, _, M) :- var(G), !, call(M:G).
'$meta'((A, B), C, M) :- !, '$meta'(A, C, M), '$meta'(B, C, M).
'$meta'(!, C, _) :- !, '$cut'(C).
'$meta'((A -> B ; D), C, M) :- !,
    ( '$meta_local'(A, M) -> '$meta'(B, C, M) ; '$meta'(D, C, M) ).
'$meta'((A *-> B ; D), C, M) :- !,
    ( '$meta_local'(A, M) *-> '$meta'(B, C, M) ; '$meta'(D, C, M) ).
'$meta'((A ; B), C, M) :- !, ( '$meta'(A, C, M) ; '$meta'(B, C, M) ).
'$meta'((A -> B), C, M) :- !, ( '$meta_local'(A, M) -> '$meta'(B, C, M) ).
'$meta'((A *-> B), C, M) :- !, '$meta_local'(A, M), '$meta'(B, C, M).
'$meta'(\+ A, _, M) :- !, \+ '$meta_local'(A, M).
'$meta'(N:G, C, _) :- atom(N), nonvar(G), !, '$meta'(G, C, N).
'$meta'(true, _, _) :- !.
'$meta'(G, _, user) :- !, call(G).
'$meta'(G, _, M) :- call(M:G).

'$meta_local'(G, M) :- '$mark'(C), '$meta'(G, C, M).

once(G) :- call(G), !.
ignore(G) :- ( call(G) -> true ; true ).
not(G) :- \+ call(G).
apply(G, Extra) :- G =.. L0, append(L0, Extra, L1), G2 =.. L1, call(G2).
true.
fail :- fail.
false :- fail.
repeat.
repeat :- repeat.

forall(C, A) :- \+ ( call(C), \+ call(A) ).

call_cleanup(G, C) :- '$call_cleanup'(G, C).
setup_call_cleanup(S, G, C) :- once(S), '$callable'(C), '$call_cleanup'(G, C).
'$run_cleanup'(C) :- ( call(C) -> true ; true ).
'$run_cleanup_quietly'(C) :- catch(C, _, true), !.
'$run_cleanup_quietly'(_).
'$run_cleanups'([]).
'$run_cleanups'([C|Cs]) :- ignore(C), '$run_cleanups'(Cs).

'$run_wakeups'(L) :- '$reverse'(L, [], R), '$wakeups'(R).
'$wakeups'([]).
'$wakeups'([wakeup(As, V)|Ws]) :- '$wake_attrs'(As, V), '$wakeups'(Ws).
'$wake_attrs'([], _).
'$wake_attrs'(att(M, A, More), V) :-
    '$attr_hook'(M, A, V),
    '$wake_attrs'(More, V).
'$attr_hook'(freeze, G, V) :- !, '$freeze_hook'(G, V).
'$attr_hook'('$dif', Ds, V) :- !, '$dif_hook'(Ds, V).
'$attr_hook'('$when', Gs, V) :- !, '$when_hook'(Gs, V).
'$attr_hook'(clpfd, Fd, V) :- !, clpfd:'$fd_hook'(Fd, V).
'$attr_hook'(M, A, V) :- M:attr_unify_hook(A, V).
'$reverse'([], R, R).
'$reverse'([X|Xs], A, R) :- '$reverse'(Xs, [X|A], R).

arg(N, T, A) :- integer(N), N >= 0, compound(T), !, '$arg'(N, T, A).
arg(N, T, A) :- compound(T), var(N), !,
    compound_name_arity(T, _, Max), Max >= 1, '$between'(1, Max, N), '$arg'(N, T, A).
arg(N, T, _) :-
    (   var(T) -> E = instantiation_error
    ;   \+ compound(T) -> E = type_error(compound, T)
    ;   integer(N) -> E = domain_error(not_less_than_zero, N)
    ;   E = type_error(integer, N)
    ),
    throw(error(E, context(system:arg/3, _))).

between(L, H, X) :-
    '$between_bound'(L), ( ( H == inf ; H == infinite ) -> true ; '$between_bound'(H) ),
    (   integer(X) -> X >= L, ( H == inf -> true ; H == infinite -> true ; X =< H )
    ;   var(X) -> ( H == inf -> '$from'(L, X) ; H == infinite -> '$from'(L, X) ; L =< H, '$between'(L, H, X) )
    ;   throw(error(type_error(integer, X), context(system:between/3, _)))
    ).
'$between_bound'(X) :- integer(X), !.
'$between_bound'(X) :- var(X), !, throw(error(instantiation_error, context(system:between/3, _))).
'$between_bound'(X) :- throw(error(type_error(integer, X), context(system:between/3, _))).
'$between'(L, L, X) :- !, X = L.
'$between'(L, _, L).
'$between'(L, H, X) :- L1 is L + 1, '$between'(L1, H, X).
'$from'(L, L).
'$from'(L, X) :- L1 is L + 1, '$from'(L1, X).
'$must_be_int'(X) :- integer(X), !.
'$must_be_int'(X) :- var(X), !, throw(error(instantiation_error, _)).
'$must_be_int'(X) :- throw(error(type_error(integer, X), _)).


% ---------------------------------------------------------- all solutions

findall(T, G, L) :-
    '$must_be_list_or_partial'(L),
    '$bag_new'(B),
    '$findall'(T, G, B),
    '$bag_list'(B, L0),
    L = L0.
'$findall'(T, G, B) :- call(G), '$bag_add'(B, T), fail.
'$findall'(_, _, _).
findall(T, G, L, Tail) :-
    '$bag_new'(B),
    '$findall'(T, G, B),
    '$bag_list'(B, L0),
    '$append'(L0, Tail, L1),
    L = L1.
'$append'([], L, L).
'$append'([X|Xs], L, [X|Ys]) :- '$append'(Xs, L, Ys).

% Chunks of N solutions, the last one may be shorter.
findnsols(N, T, G, L) :-
    State = st(0, [], no),
    (   call(G),
        arg(1, State, C0), arg(2, State, L0), C is C0 + 1,
        (   C =:= N
        ->  '$reverse'([T|L0], [], L1), nb_setarg(1, State, 0), nb_setarg(2, State, []), nb_setarg(3, State, yes), L = L1
        ;   nb_setarg(1, State, C), nb_setarg(2, State, [T|L0]), fail
        )
    ;   arg(2, State, L0), ( L0 == [] -> arg(3, State, no) ; true ), '$reverse'(L0, [], L)
    ).

'$strip_carets'(G, _, _) :- var(G), !, throw(error(instantiation_error, _)).
'$strip_carets'(V^G, Vs, R) :- !, Vs = [V|Ws], '$strip_carets'(G, Ws, R).
'$strip_carets'(M:G, Vs, R) :- nonvar(G), G = _^_, !, '$strip_carets'(G, Vs, R0), R = M:R0.
'$strip_carets'(G, [], G).

bagof(T, G, L) :-
    '$must_be_list_or_partial'(L),
    '$strip_carets'(G, Vs, Goal),
    term_variables(T-Vs, Bound),
    term_variables(Goal, GoalVars),
    '$free_vars'(GoalVars, Bound, Free),
    (   Free == []
    ->  findall(T, Goal, L0), L0 \== [], L = L0
    ;   W =.. [v|Free],
        findall(W-T, Goal, Pairs0), Pairs0 \== [],
        keysort(Pairs0, Pairs),
        '$bagof_groups'(Pairs, Groups),
        '$member'(W-L0, Groups),
        L = L0
    ).
'$free_vars'([], _, []).
'$free_vars'([V|Vs], B, F) :-
    ( '$memberchk_eq'(V, B) -> F = F1 ; F = [V|F1] ),
    '$free_vars'(Vs, B, F1).
'$memberchk_eq'(X, [Y|Ys]) :- ( X == Y -> true ; '$memberchk_eq'(X, Ys) ).
'$bagof_groups'([], []).
'$bagof_groups'([W-T|Ps], [W-[T|Ts]|Gs]) :-
    '$bagof_same'(Ps, W, Ts, Rest),
    '$bagof_groups'(Rest, Gs).
'$bagof_same'([W2-T|Ps], W, [T|Ts], Rest) :-
    W2 =@= W, !, W2 = W,
    '$bagof_same'(Ps, W, Ts, Rest).
'$bagof_same'(Rest, _, [], Rest).
setof(T, G, S) :-
    '$must_be_list_or_partial'(S),
    '$strip_carets'(G, Vs, Goal),
    term_variables(T-Vs, Bound),
    term_variables(Goal, GoalVars),
    '$free_vars'(GoalVars, Bound, Free),
    (   Free == []
    ->  findall(T, Goal, L0), L0 \== [], sort(L0, S0), S = S0
    ;   bagof(T, G, L0), sort(L0, S0), S = S0
    ).
_^G :- call(G).

'$member'(X, [Y|Ys]) :- '$member_'(Ys, X, Y).
'$member_'(_, X, X).
'$member_'([Y|Ys], X, _) :- '$member_'(Ys, X, Y).

aggregate_all(count, G, C) :- !,
    '$count_new'(S), '$count'(G, S), arg(1, S, C0), C = C0.
aggregate_all(count(T), G, C) :- !, findall(T, G, L), '$list_length'(L, C).
aggregate_all(sum(E), G, S) :- !, findall(E, G, L), '$sum'(L, 0, S0), S = S0.
aggregate_all(bag(E), G, L) :- !, findall(E, G, L).
aggregate_all(set(E), G, S) :- !, findall(E, G, L), sort(L, S).
aggregate_all(max(E), G, M) :- !, findall(E, G, [H|T]), '$max_of'(T, H, M0), M = M0.
aggregate_all(min(E), G, M) :- !, findall(E, G, [H|T]), '$min_of'(T, H, M0), M = M0.
aggregate_all(max(E, W), G, max(M, V)) :- !, findall(E-W, G, [H|T]), '$max_pair'(T, H, M0-V0), M = M0, V = V0.
aggregate_all(min(E, W), G, min(M, V)) :- !, findall(E-W, G, [H|T]), '$min_pair'(T, H, M0-V0), M = M0, V = V0.
aggregate_all(Spec, G, R) :-
    compound(Spec), Spec =.. [F|Es],
    findall(Es, G, Rows),
    '$aggregate_columns'(Es, 1, Rows, Rs),
    R =.. [F|Rs].
'$aggregate_columns'([], _, _, []).
'$aggregate_columns'([E|Es], I, Rows, [R|Rs]) :-
    findall(X, ('$member'(Row, Rows), nth1(I, Row, Y), '$aggregate_arg'(E, Y, X)), Xs),
    '$aggregate_value'(E, Xs, R),
    I1 is I + 1,
    '$aggregate_columns'(Es, I1, Rows, Rs).
'$aggregate_arg'(count, _, 1) :- !.
'$aggregate_arg'(_, Y, X) :- Y =.. [_, X].
'$aggregate_value'(count, Xs, N) :- !, '$list_length'(Xs, N).
'$aggregate_value'(sum(_), Xs, S) :- '$sum'(Xs, 0, S).
'$aggregate_value'(max(_), [X|Xs], M) :- '$max_of'(Xs, X, M).
'$aggregate_value'(min(_), [X|Xs], M) :- '$min_of'(Xs, X, M).
'$aggregate_value'(bag(_), Xs, Xs).
'$aggregate_value'(set(_), Xs, S) :- sort(Xs, S).
'$count_new'(S) :- S = count(0).
'$count'(G, S) :- call(G), arg(1, S, N), N1 is N + 1, nb_setarg(1, S, N1), fail.
'$count'(_, _).
'$sum'([], S, S).
'$sum'([X|Xs], S0, S) :- S1 is S0 + X, '$sum'(Xs, S1, S).
'$max_of'([], M0, M) :- M is M0.
'$max_of'([X|Xs], M0, M) :- M1 is max(M0, X), '$max_of'(Xs, M1, M).
'$min_of'([], M0, M) :- M is M0.
'$min_of'([X|Xs], M0, M) :- M1 is min(M0, X), '$min_of'(Xs, M1, M).
'$max_pair'([], P, P).
'$max_pair'([X-W|Ps], X0-W0, P) :- ( X > X0 -> '$max_pair'(Ps, X-W, P) ; '$max_pair'(Ps, X0-W0, P) ).
'$min_pair'([], P, P).
'$min_pair'([X-W|Ps], X0-W0, P) :- ( X < X0 -> '$min_pair'(Ps, X-W, P) ; '$min_pair'(Ps, X0-W0, P) ).
'$list_length'(L, N) :- '$length'(L, N0, _), N = N0.

% --------------------------------------------------------------- database

clause(H, B) :-
    ( var(H) -> throw(error(instantiation_error, context(system:clause/2, _))) ; true ),
    ( nonvar(B), \+ callable(B) -> throw(error(type_error(callable, B), context(system:clause/2, _))) ; true ),
    '$clause_pred'(H, access, Plain, P),
    '$generation'(G),
    '$clause_from'(P, Plain, B, first, G, _).
'$clause_from'(P, H, B, From, G, Seq) :-
    '$find_clause'(P, H, From, G, S),
    S1 is S + 1,
    (   '$find_clause'(P, H, S1, G, Next)
    ->  '$clause_two'(P, H, B, S, Next, G, Seq)
    ;   '$clause_unify'(P, S, H, B), Seq = S
    ).
'$clause_two'(P, H, B, S, _, _, S) :- '$clause_unify'(P, S, H, B).
'$clause_two'(P, H, B, _, Next, G, Seq) :- '$clause_from'(P, H, B, Next, G, Seq).

retract(C) :-
    ( var(C) -> throw(error(instantiation_error, context(system:retract/1, _))) ; true ),
    '$retract_parts'(C, H, B),
    '$clause_pred'(H, modify, Plain, P),
    '$generation'(G),
    '$clause_from'(P, Plain, B, first, G, Seq),
    '$erase'(P, Seq).
'$retract_parts'(M:C, M:H, B) :- nonvar(C), C = (H :- B), !.
'$retract_parts'((H :- B), H, B) :- !.
'$retract_parts'(H, H, true).

retractall(H) :-
    '$retractall_pred'(H, P),
    '$strip_module'(H, _, Plain),
    '$generation'(G),
    (   '$clause_from'(P, Plain, _, first, G, Seq),
        '$erase'(P, Seq),
        fail
    ;   true
    ).

current_predicate(Spec) :- nonvar(Spec), Spec = M:PI, var(M), !, '$current_predicate_in'(M, PI).
current_predicate(Spec) :-
    '$strip_module'(Spec, M, PI),
    '$current_predicate'(PI, M).
'$current_predicate'(PI, _) :- nonvar(PI), PI \= _/_, !, throw(error(type_error(predicate_indicator, PI), _)).
'$current_predicate'(N/A, _) :- nonvar(N), \+ atom(N), !, throw(error(type_error(atom, N), _)), A = A.
'$current_predicate'(_/A, _) :- nonvar(A), \+ integer(A), !, throw(error(type_error(integer, A), _)).
'$current_predicate'(N/A, M) :-
    '$pred_list'(_, user, L),
    '$member'(p(M0, N, A, Id), L),
    ( M0 == M -> true ; M0 == user ),
    '$has_clauses'(Id).
'$current_predicate_in'(M, PI) :-
    '$current_predicate'(PI, system), !,
    PI = N/A,
    '$pred_list'(_, user, L),
    '$member'(p(M, N, A, Id), L), M \== system,
    '$has_clauses'(Id).
% What a library defines is the program's, too, once it is there.
'$current_predicate'(N/A, user) :-
    atom(N), integer(A),
    '$pred_list'(system, user, L), '$memberchk'(p(_, N, A, _), L),
    functor(H, N, A), '$pred_property'(H, system, Ps), \+ '$memberchk'(built_in, Ps),
    \+ sub_atom(N, 0, _, _, $).
'$has_clauses'(Id) :- '$generation'(G), '$find_clause'(Id, any, first, G, _), !.
current_predicate(N, H) :-
    '$strip_module'(H, M, P),
    (   nonvar(P) -> functor(P, N, A), current_predicate(M:N/A)
    ;   current_predicate(N/A), functor(P, N, A)
    ).
predicate_property(H, P) :-
    '$strip_module'(H, _, Plain), nonvar(Plain), !,
    '$pred_property'(H, M, L),
    ( nonvar(P), P = imported_from(M0) -> M0 = M ; '$member'(P, L) ).
predicate_property(H, P) :-
    '$pred_list'(user, user, L),
    '$member'(p(_, N, A, _), L),
    functor(H, N, A),
    '$pred_property'(H, _, Ps),
    '$member'(P, Ps).

% ------------------------------------------------------------------- text

atom_concat(A, B, C) :-
    (   nonvar(A), nonvar(B) -> '$atom_concat'(A, B, C)
    ;   nonvar(C)
    ->  '$check_atom'(A), '$check_atom'(B), '$check_atom'(C),
        ( nonvar(A) -> '$atom_concat'(A, '', A1), sub_atom(C, 0, _, R, A1), sub_atom(C, _, R, 0, B0), B = B0
        ; nonvar(B) -> '$atom_concat'(B, '', B1), sub_atom(C, P, _, 0, B1), sub_atom(C, 0, P, _, A0), A = A0
        ; '$atom_splits'(C, L), '$member'(A-B, L) )
    ;   throw(error(instantiation_error, context(system:atom_concat/3, _)))
    ).
string_concat(A, B, C) :-
    (   nonvar(A), nonvar(B) -> '$string_concat'(A, B, C0), '$same_string'(C, C0)
    ;   nonvar(C)
    ->  '$string_splits'(C, L), '$member'(A0-B0, L), '$same_string'(A, A0), '$same_string'(B, B0)
    ;   throw(error(instantiation_error, context(system:string_concat/3, _)))
    ).
'$same_string'(X, S) :- var(X), !, X = S.
'$same_string'(X, S) :- text_to_string(X, S).
sub_atom(A, B, L, R, S) :- '$sub_text'(A, B, L, R, S, atom, Ss), '$sub_solution'(S, B, L, R, Ss, atom).
sub_string(A, B, L, R, S) :- '$sub_text'(A, B, L, R, S, string, Ss), '$sub_solution'(S, B, L, R, Ss, string).
'$sub_solution'(S, B, L, R, Ss, _) :- nonvar(S), !, '$member'(s(B, L, R, _), Ss).
'$sub_solution'(S, B, L, R, Ss, _) :- '$member'(s(B, L, R, S), Ss).
sub_atom_icasechk(A, B, S) :- downcase_atom(A, A1), downcase_atom(S, S1), sub_atom(A1, B, _, _, S1), !.

atomic_list_concat(L, A) :-
    '$list_or_partial'(L, atomic_list_concat/2),
    ( '$join'(L, '', A0) -> A = A0 ; throw(error(instantiation_error, context(system:atomic_list_concat/2, _))) ).
atomic_list_concat(L, Sep, A) :-
    ( var(Sep) -> throw(error(instantiation_error, context(system:atomic_list_concat/3, _))) ; true ),
    '$list_or_partial'(L, atomic_list_concat/3),
    (   '$join'(L, Sep, A0) -> A = A0
    ;   nonvar(A)
    ->  ( Sep == '' -> throw(error(domain_error(non_empty_atom, Sep), context(system:atomic_list_concat/3, _))) ; true ),
        '$split'(Sep, A, Parts), L = Parts
    ;   throw(error(instantiation_error, context(system:atomic_list_concat/3, _)))
    ).
'$list_or_partial'(L, PI) :-
    '$length'(L, _, T),
    ( var(T) -> true ; T == [] -> true ; throw(error(type_error(list, T), context(system:PI, _))) ).
atomics_to_string(L, S) :- '$join'(L, '', A), atom_string(A, S).
term_to_atom(T, A) :- ( nonvar(T) -> '$quoted_atom'(T, A) ; var(A) -> throw(error(instantiation_error, _)) ; '$term_from_text'(A, T, _) ).
'$quoted_atom'(T, A) :- ( nonvar(A) -> '$term_from_text'(A, T2, _), T = T2 ; with_output_to(atom(A), write_term(T, [quoted(true), numbervars(false)])) ).
term_string(T, S) :- ( nonvar(S) -> '$term_from_text'(S, T, _) ; '$term_string'(T, S) ).
term_string(T, S, _) :- term_string(T, S).
atom_to_term(A, T, Bs) :- ( var(A) -> throw(error(instantiation_error, _)) ; '$atom_to_term'(A, T, Bs) ).
sformat(S, F, As) :- format(string(S), F, As).
read_term_from_atom(A, T) :- term_to_atom(T, A).
char_type(C, T) :- nonvar(C), !, '$char_type'(C, Ts), '$char_match'(T, Ts).
char_type(C, T) :- nonvar(T), T = to_lower(L), nonvar(L), !, downcase_atom(L, C).
char_type(C, T) :- nonvar(T), T = to_upper(U), nonvar(U), !, upcase_atom(U, C).
char_type(C, T) :- between(0, 255, N), char_code(C, N), '$char_type'(C, Ts), '$char_match'(T, Ts).
'$char_match'(T, Ts) :- '$member'(T, Ts).
code_type(C, T) :- nonvar(C), !, ( integer(C) -> true ; true ), '$char_type'(C, Ts), '$code_match'(T, Ts).
code_type(C, T) :- between(0, 255, C), '$char_type'(C, Ts), '$code_match'(T, Ts).
'$code_match'(T, Ts) :- '$member'(T0, Ts), '$code_arg'(T0, T).
'$code_arg'(to_lower(C), to_lower(N)) :- !, char_code(C, N).
'$code_arg'(to_upper(C), to_upper(N)) :- !, char_code(C, N).
'$code_arg'(lower(C), lower(N)) :- !, char_code(C, N).
'$code_arg'(upper(C), upper(N)) :- !, char_code(C, N).
'$code_arg'(T, T).
text_concat(A, B, C) :- ( ( string(A) ; string(B) ) -> string_concat(A, B, C) ; atom_concat(A, B, C) ).
concat_atom(L, A) :- atomic_list_concat(L, A).
concat_atom(L, S, A) :- atomic_list_concat(L, S, A).

% ---------------------------------------------------------------- streams

format(F) :- format(F, []).
format(F, As) :- current_output(S), '$format'(S, F, As, 2, I), ( I == 0 -> true ; '$format_goal'(S, F, As, 2, I) ).
format(S, F, As) :-
    (   compound(S), S \= '$stream'(_)
    ->  '$output_sink'(S, K),
        '$capture'(Id, Before),
        current_output(O),
        ( catch('$format_all'(O, F, As, 3), E, true) -> Ok = true ; Ok = false ),
        '$captured'(Id, Before, Text),
        ( nonvar(E) -> throw(E) ; Ok == true, '$fill_sink'(K, S, Text) )
    ;   '$format_all'(S, F, As, 3)
    ).
'$format_all'(S, F, As, N) :- '$format'(S, F, As, N, I), ( I == 0 -> true ; '$format_goal'(S, F, As, N, I) ).
% Argument I is the goal of a `~@`: what it writes takes its place.
'$format_goal'(S, F, As, N, I) :-
    ( is_list(As) -> L = As ; L = [As] ),
    Place is abs(I),
    '$format_place'(Place, L, X, L1, '$output'(T)),
    ( I < 0 -> G = print(X) ; G = X, '$callable'(G) ),
    with_output_to(string(T), G),
    '$format_all'(S, F, L1, N).
'$format_place'(1, [G|Gs], G, [H|Gs], H) :- !.
'$format_place'(I, [X|Xs], G, [X|Ys], H) :- J is I - 1, '$format_place'(J, Xs, G, Ys, H).
'$memberchk'(X, L) :- '$member'(X, L), !.
with_output_to(Sink, G) :-
    '$output_sink'(Sink, K),
    '$capture'(Id, Before),
    ( catch(G, E, true) -> Ok = true ; Ok = false ),
    '$captured'(Id, Before, Text),
    (   nonvar(E) -> throw(E)
    ;   Ok == true, '$fill_sink'(K, Sink, Text)
    ).
'$output_sink'(Sink, _) :- var(Sink), !, throw(error(instantiation_error, context(system:with_output_to/2, _))).
'$output_sink'('$stream'(N), _) :- throw(error(domain_error(output_sink, '$stream'(N)), context(system:with_output_to/2, _))).
'$output_sink'(Sink, K) :- functor(Sink, K, 1), '$memberchk'(K, [atom, string, codes, chars]), !.
'$output_sink'(Sink, K) :- functor(Sink, K, 2), '$memberchk'(K, [codes, chars]), !.
'$output_sink'(Sink, _) :- throw(error(type_error(output, Sink), context(system:with_output_to/2, _))).
'$fill_sink'(K, Sink, Text) :-
    '$text_kind'(K, Text, R),
    ( functor(Sink, _, 1) -> arg(1, Sink, R0), R0 = R ; arg(1, Sink, L), arg(2, Sink, T), '$append'(R, T, L0), L = L0 ).
stream_property(S, P) :-
    ( var(S) -> '$streams'(L), '$member'(S, L) ; true ),
    '$stream_properties'(S, P, Ps),
    '$member'(P, Ps).
current_stream(_, _, S) :- '$streams'(L), '$member'(S, L).
% Terms for which user:portray/1 has its own way are names of variables to the writer.
print(T) :- ( '$portrays' -> current_output(S), '$print_portrayed'(S, T) ; '$print'(T) ).
print(S, T) :- ( '$portrays' -> '$print_portrayed'(S, T) ; '$print'(S, T) ).
'$print_portrayed'(S, T) :-
    '$portrayed'(T, T1, Ns, []),
    write_term(S, T1, [quoted(true), numbervars(true), variable_names(Ns)]).
'$portrayed'(T, T1, Ns, Ns0) :-
    (   nonvar(T), \+ \+ catch(with_output_to(atom(_), user:portray(T)), _, fail)
    ->  with_output_to(atom(A), user:portray(T)), Ns = [A = T1|Ns0]
    ;   compound(T) -> functor(T, N, K), functor(T1, N, K), '$portrayed_args'(1, K, T, T1, Ns, Ns0)
    ;   T1 = T, Ns = Ns0
    ).
'$portrayed_args'(I, K, T, T1, Ns, Ns0) :-
    (   I > K -> Ns = Ns0
    ;   arg(I, T, X), '$portrayed'(X, Y, Ns, Ns1), arg(I, T1, Y), J is I + 1,
        '$portrayed_args'(J, K, T, T1, Ns1, Ns0)
    ).
print_message(Kind, M) :- '$message_hook'(Kind, M), !.
print_message(Kind, M) :- '$message_kind'(Kind, Prefix), !, '$message_text'(M, T), '$say'(Prefix, T).
print_message(_, _).
'$message_hook'(Kind, M) :-
    current_predicate(user:message_hook/3),
    '$message_lines'(M, Lines),
    user:message_hook(M, Kind, Lines).
'$message_kind'(informational, '%').
'$message_kind'(error, 'ERROR').
'$message_kind'(warning, 'Warning').
'$message_text'(M, T) :- '$message_lines'(M, Lines), '$lines_text'(Lines, T).
'$message_lines'(M, Lines) :- nonvar(M), current_predicate(prolog:message/3), phrase(prolog:message(M), Lines), !.
'$message_lines'(format(F, As), [F-As]) :- !.
'$message_lines'(M, ['~w'-[T]]) :- '$describe'(M, T).
'$lines_text'(Lines, T) :- with_output_to(atom(T), ( current_output(S), '$print_lines'(Lines, S, '') )).
'$print_lines'([], _, _).
'$print_lines'([L|Ls], S, P) :- '$print_line'(L, S, P), '$print_lines'(Ls, S, P).
'$print_line'(nl, S, P) :- !, nl(S), write(S, P).
'$print_line'(F-As, S, _) :- !, format(S, F, As).
'$print_line'(ansi(_, F, As), S, _) :- !, format(S, F, As).
'$print_line'(flush, S, _) :- !, flush_output(S).
'$print_line'(at_same_line, _, _) :- !.
'$print_line'(F, S, _) :- format(S, F, []).
print_message_lines(S, P, Lines) :-
    ( P = kind(K), '$message_kind'(K, K1) -> atom_concat(K1, ': ', P1) ; atom(P), atom_concat(P1, '~N', P) -> true ; P1 = P ),
    ( '$append'(Lines1, [nl], Lines) -> true ; Lines1 = Lines ),
    write(S, P1), '$print_lines'(Lines1, S, P1), nl(S).
message_to_codes(_, _, _).
ttyflush :- flush_output.

current_op(P, T, N) :-
    '$check_op'(P, T, N),
    '$ops'(L),
    '$member'(op(P, T, N), L).
current_prolog_flag(F, V) :- F == argv, !, '$argv'(V).
current_prolog_flag(F, V) :-
    '$check_flag'(F),
    '$flags'(L),
    ( nonvar(F) -> '$memberchk'(F-V0, L), V = V0 ; '$member'(F-V, L) ).
prolog_flag(F, V) :- current_prolog_flag(F, V).
statistics(K, V) :-
    (   K == atoms
    ->  '$statistics'(K, V)
    ;   '$memberchk'(K, [runtime, cputime, process_cputime, walltime, real_time, inferences, system_time])
    ->  '$statistics'(K, N),
        ( K == cputime -> V = N ; K == process_cputime -> V is N / 1000.0 ; K == inferences -> V = N ; V = [N, 0] )
    ;   V = 0
    ).
statistics.
garbage_collect :- '$collect'.
garbage_collect_atoms :- '$collect'.
source_location(F, L) :- '$load_path'(F), '$load_line'(L).
prolog_load_context(source, F) :- '$load_path'(F).
prolog_load_context(file, F) :- '$load_path'(F).
prolog_load_context(module, M) :- '$module'(M, M).
prolog_load_context(term_position, '$stream_position'(0, L, 0, 0)) :- '$load_line'(L).
prolog_load_context(directory, D) :- '$load_path'(F), file_directory_name(F, D).
nb_current(K, V) :- catch(nb_getval(K, V), _, fail).
style_check(+S) :- !, '$style'(S, on).
style_check(-S) :- !, '$style'(S, off).
style_check(_).
set_prolog_stack(_, _).
prolog_stack_property(_, _) :- fail.
license(_).
ensure_loaded(library(L)) :- !, use_module(library(L)).
ensure_loaded(F) :- '$file_of_alias'(F, Path), !, ensure_loaded(Path).
ensure_loaded(F) :-
    '$load_file'(F, Path, Lang),
    ( Lang == prolog, system:'$loaded_file'(Path) -> '$import_loaded'(Path) ; consult(F) ).
expects_dialect(_).
noprotocol.
initialization(G, _) :- initialization(G).

% -------------------------------------------------------------------- DCG

phrase(G, L) :- phrase(G, L, []).
phrase(G, L, R) :-
    ( var(G) -> throw(error(instantiation_error, _)) ; true ),
    '$strip_module'(G, M, P),
    ( callable(P) -> true ; string(P) -> true ; var(P) -> throw(error(instantiation_error, _)) ; throw(error(type_error(callable, P), _)) ),
    '$must_be_list_or_partial'(L), '$must_be_list_or_partial'(R),
    dcg_body(P, S0, S, Goal),
    S0 = L, S = R,
    call(M:Goal).

dcg_translate_rule((H, PB --> B), (H1 :- Body)) :- !,
    '$dcg_head'(H, S0, S, H1),
    dcg_body(B, S0, S1, B1),
    '$dcg_terminals'(PB, S, S1, B2),
    Body = (B1, B2).
dcg_translate_rule((H --> B), (H1 :- B1)) :-
    '$dcg_head'(H, S0, S, H1),
    dcg_body(B, S0, S, B1).
'$dcg_head'(H, _, _, _) :- var(H), !, throw(error(instantiation_error, _)).
'$dcg_head'(M:H, S0, S, M:H1) :- !, '$dcg_head'(H, S0, S, H1).
'$dcg_head'(H, S0, S, H1) :- callable(H), !, '$dcg_extend'(H, S0, S, H1).
'$dcg_head'(H, _, _, _) :- throw(error(type_error(callable, H), _)).
'$dcg_extend'(H, S0, S, H1) :- H =.. L, '$append'(L, [S0, S], L1), H1 =.. L1.

dcg_body(V, S0, S, phrase(V, S0, S)) :- var(V), !.
dcg_body(M:B, S0, S, M:G) :- nonvar(B), !, dcg_body(B, S0, S, G).
dcg_body((A, B), S0, S, (A1, B1)) :- !, dcg_body(A, S0, S1, A1), dcg_body(B, S1, S, B1).
dcg_body((A ; B), S0, S, (A1 ; B1)) :- !, dcg_body(A, S0, S, A1), dcg_body(B, S0, S, B1).
dcg_body((A | B), S0, S, (A1 ; B1)) :- !, dcg_body(A, S0, S, A1), dcg_body(B, S0, S, B1).
dcg_body((A -> B), S0, S, (A1 -> B1)) :- !, dcg_body(A, S0, S1, A1), dcg_body(B, S1, S, B1).
dcg_body((A *-> B), S0, S, (A1 *-> B1)) :- !, dcg_body(A, S0, S1, A1), dcg_body(B, S1, S, B1).
dcg_body(\+ A, S0, S, (\+ A1, S = S0)) :- !, dcg_body(A, S0, _, A1).
dcg_body(!, S0, S, (!, S = S0)) :- !.
dcg_body([], S0, S, S0 = S) :- !.
dcg_body({G}, S0, S, (G, S = S0)) :- !.
dcg_body(call(G), S0, S, call(G, S0, S)) :- !.
dcg_body(C, S0, S, G) :- compound(C), C =.. [call, H|As], !, '$append'(As, [S0, S], Bs), G =.. [call, H|Bs].
dcg_body(T, S0, S, G) :- is_list(T), !, '$dcg_terminals'(T, S0, S, G).
dcg_body([X|Xs], S0, S, '$append'([X|Xs], S, S0)) :- !.
dcg_body(T, S0, S, G) :- string(T), !, string_codes(T, Cs), '$dcg_terminals'(Cs, S0, S, G).
dcg_body(G0, S0, S, G) :- callable(G0), !, '$dcg_extend'(G0, S0, S, G).
dcg_body(G, _, _, _) :- throw(error(type_error(callable, G), _)).
'$dcg_terminals'(T, S0, S, S0 = L) :- string(T), !, string_codes(T, Cs), '$append'(Cs, S, L).
'$dcg_terminals'(T, S0, S, S0 = L) :- '$append'(T, S, L).

% ---------------------------------------------------------------- loading

consult(Fs) :- is_list(Fs), !, '$consult_all'(Fs).
consult(library(L)) :- !, use_module(library(L)).
consult(F) :- '$file_of_alias'(F, Path), !, consult(Path).
consult(F) :- '$load_file'(F, Path, Lang), ( Lang == prolog -> '$consult'(Path), '$import_loaded'(Path) ; '$use_foreign'(F, Path) ).
% A source file named by way of user:file_search_path/2.
'$file_of_alias'(F, Path) :-
    compound(F), functor(F, Alias, 1), Alias \== library,
    absolute_file_name(F, Path, [file_type(source), access(read)]).
% What a module file exports is seen where it was loaded.
'$import_loaded'(Path) :-
    '$module'(Into, Into),
    ( '$exports'(Path, From), From \== Into -> '$import'(From, Into, all) ; true ).
:- dynamic('$loaded_file'/1).
[F|Fs] :- consult([F|Fs]).
'$consult_all'([]).
'$consult_all'([F|Fs]) :- consult(F), '$consult_all'(Fs).
'$consult'(Path) :-
    ( system:'$loaded_file'(Path) -> true ; assertz(system:'$loaded_file'(Path)) ),
    '$load_begin'(Path, _),
    '$load_loop',
    '$load_end',
    '$run_initialization'(Path).
'$load_loop' :-
    repeat,
    '$load_step'(Next),
    Next == end_of_file, !.
'$load_step'(Next) :-
    '$load_next'(T),
    ( T == end_of_file -> Next = T ; T = '$term'(Term), '$load_term'(Term), Next = term ).

'$load_term'(T) :-
    catch('$load_term_'(T), E, ( '$halted' -> throw(E) ; '$print_uncaught'(E, directive) )), !.
'$load_term'(_).
'$load_term_'(T) :- '$expand_term'(T, T1), '$load_expanded'(T1).
'$load_expanded'(V) :- var(V), !, throw(error(instantiation_error, _)).
'$load_expanded'([]) :- !.
'$load_expanded'([T|Ts]) :- !, '$load_expanded'(T), '$load_expanded'(Ts).
'$load_expanded'((:- D)) :- !, '$directive'(D).
'$load_expanded'((?- D)) :- !, '$directive'(D).
'$load_expanded'(end_of_file) :- !.
'$load_expanded'((H --> B)) :- !, dcg_translate_rule((H --> B), C), '$load_expanded'(C).
'$load_expanded'((H => B)) :- !, '$rule'(H, B, C, Plain), '$rules'(Plain), '$load_add'(C).
'$load_expanded'((H :- B)) :- '$has_expansion', !, '$expand_body'(B, B1), '$load_add'((H :- B1)).
'$load_expanded'(C) :- '$load_add'(C).
'$expand_term'(T, T1) :- '$user_expansion'(term_expansion, T, T1), !.
'$expand_term'((H --> B), C) :- !, dcg_translate_rule((H --> B), C).
'$expand_term'(T, T).
'$user_expansion'(N, T, T1) :-
    nonvar(T), '$has_expansion',
    functor(Hd, N, 2), arg(1, Hd, T), arg(2, Hd, T1),
    catch(user:Hd, error(existence_error(procedure, _), _), fail).
expand_term(T, T1) :- ( var(T) -> T1 = T ; '$expand_term'(T, T1) ).
expand_goal(G, G1) :- '$expand_body'(G, G1).
'$expand_body'(B, B) :- var(B), !.
'$expand_body'((A, B), (A1, B1)) :- !, '$expand_body'(A, A1), '$expand_body'(B, B1).
'$expand_body'((A ; B), (A1 ; B1)) :- !, '$expand_body'(A, A1), '$expand_body'(B, B1).
'$expand_body'((A -> B), (A1 -> B1)) :- !, '$expand_body'(A, A1), '$expand_body'(B, B1).
'$expand_body'(\+ A, \+ A1) :- !, '$expand_body'(A, A1).
'$expand_body'(G, G2) :- '$user_expansion'(goal_expansion, G, G1), G1 \== G, !, '$expand_body'(G1, G2).
'$expand_body'(G, G).

'$directive'(if(G)) :- !, ( catch(G, E, ('$print_uncaught'(E, directive), fail)) -> '$load_condition'(true) ; '$load_condition'(false) ).
'$directive'(elif(G)) :- !, '$directive'(if(G)).
'$directive'(initialization(G)) :- !, '$module'(M, M), '$add_initialization'(M, G, load).
'$directive'(initialization(G, main)) :- !, '$module'(M, M), '$add_initialization'(M, G, main).
'$directive'(initialization(G, _)) :- !, '$module'(M, M), '$add_initialization'(M, G, load).
'$directive'(module(M, Es)) :- !, '$start_module'(M, Es).
'$directive'(table(S)) :- !, table(S).
'$directive'(include(F)) :- !, '$include'(F).
'$directive'(encoding(_)) :- !.
'$directive'(det(_)) :- !.
'$directive'(mode(_)) :- !.
'$directive'(G) :-
    '$module'(M, M),
    (   catch(M:G, E, true)
    ->  ( nonvar(E) -> ( '$halted' -> throw(E) ; '$print_uncaught'(E, directive) ), Ok = false ; Ok = true )
    ;   Ok = false
    ),
    (   Ok == true -> true
    ;   '$strip_module'(M:G, GM, Plain),
        with_output_to(string(S), print(GM:Plain)),
        string_concat("Goal (directive) failed: ", S, Text),
        '$warn'(Text)
    ).
initialization(G) :- '$module'(M, M), ( '$load_path'(_) -> '$add_initialization'(M, G, load) ; call(M:G) ).

% Rules `Head => Body`: the head matches without binding the call's variables, then the rule is taken.
'$rule'(H0, B, (H1 :- Body), H) :-
    ( H0 = (H, G) -> Guard = (G, !) ; H = H0, Guard = ! ),
    '$rule_head'(H, H1, Match),
    '$rule_body'(Match, (Guard, B), Body).
'$rule_head'(V, _, _) :- var(V), !, throw(error(instantiation_error, _)).
'$rule_head'(M:H, M:H1, Match) :- !, '$rule_head'(H, H1, Match).
'$rule_head'(H, H1, Match) :- H =.. [N|Ts], '$rule_args'(Ts, [], As, Match, []), H1 =.. [N|As].
'$rule_args'([], _, [], M, M).
'$rule_args'([T|Ts], Seen, [A|As], M0, M) :-
    (   var(T)
    ->  ( '$memberchk_eq'(T, Seen) -> M0 = [A == T|M1] ; A = T, M0 = M1 ),
        Seen1 = [T|Seen]
    ;   compound(T), T =.. [_|Xs], '$rule_fresh'(Xs, Seen)
    ->  M0 = [compound(A), A = T|M1], '$append'(Xs, Seen, Seen1)
    ;   atomic(T)
    ->  M0 = [A == T|M1], Seen1 = Seen
    ;   M0 = [subsumes_term(T, A), A = T|M1], term_variables(T, Vs), '$append'(Vs, Seen, Seen1)
    ),
    '$rule_args'(Ts, Seen1, As, M1, M).
'$rule_fresh'([], _).
'$rule_fresh'([X|Xs], Seen) :- var(X), \+ '$memberchk_eq'(X, Seen), '$rule_fresh'(Xs, [X|Seen]).
'$rule_body'([], B, B).
'$rule_body'([G|Gs], B, (G, R)) :- '$rule_body'(Gs, B, R).
'$no_matching_rule'(G) :- throw(error(existence_error(matching_rule, G), _)).
$(G) :- ( call(G) -> true ; throw(error(determinism_error(user:G, det, fail, guard), _)) ).

:- dynamic('$init_goal'/5).
:- dynamic('$init_failed'/0).
'$add_initialization'(M, G, When) :-
    ( '$load_source'(F) -> true ; F = user ),
    ( '$load_line'(L) -> true ; L = 0 ),
    assertz(system:'$init_goal'(F, M, G, When, L)).
'$run_initialization'(F) :-
    (   retract(system:'$init_goal'(F, M, G, load, L)),
        '$run_init'(M, G, F, L),
        fail
    ;   true
    ),
    (   \+ '$load_path'(_), retract(system:'$init_goal'(F1, M, G, main, L1)),
        '$run_init_main'(M, G, F1, L1),
        fail
    ;   true
    ).
'$run_init'(M, G, F, L) :-
    (   catch(M:G, E, true)
    ->  ( var(E) -> true
        ; '$halted' -> throw(E)
        ; format(atom(K), "~w:~w: Initialization goal raised exception:", [F, L]),
          '$print_uncaught'(E, K), assertz(system:'$init_failed') )
    ;   format(atom(T), "~w:~w: Initialization goal failed", [F, L]),
        '$warn'(T), assertz(system:'$init_failed')
    ).
'$run_init_main'(M, G, F, L) :-
    (   catch(M:G, E, true)
    ->  ( var(E) -> halt
        ; '$halted' -> throw(E)
        ; format(atom(K), "~w:~w: ~q:~q", [F, L, M, G]), '$print_uncaught'(E, K), halt(1) )
    ;   format(atom(T), "~w:~w: ~q:~q: false", [F, L, M, G]), '$say'('ERROR', T), halt(1)
    ).

'$main'(File, Goals) :-
    catch('$main_'(File, Goals), E, true),
    '$run_at_halt', '$flush_all',
    ( nonvar(E) -> throw(E) ; true ).
'$main_'(File, Goals) :- ( '$run_file'(File, Goals) -> true ; halt(1) ).
:- dynamic('$at_halt'/1).
at_halt(G) :- '$strip_module'(G, M, P), assertz(system:'$at_halt'(M:P)).
'$run_at_halt' :- ( retract(system:'$at_halt'(G)), catch(G, E, '$print_uncaught'(E, goal)), fail ; true ).
'$run_file'(File, Goals) :-
    catch('$run_file_'(File, Goals), E, ( '$halted' -> throw(E) ; '$print_uncaught'(E, goal), assertz(system:'$init_failed') )),
    \+ system:'$init_failed'.
'$run_file_'(File, Goals) :-
    consult(File),
    '$run_goals'(Goals).
'$run_goals'([]).
'$run_goals'([A|As]) :-
    atom_concat('-g ', A, K),
    (   catch(( term_to_atom(G, A), user:G ), E, true)
    ->  ( var(E) -> true ; '$halted' -> throw(E) ; '$print_uncaught'(E, K), halt(1) )
    ;   format(atom(T), "~w: false", [K]), '$say'('ERROR', T), halt(1)
    ),
    '$run_goals'(As).

use_module(F) :- '$use_module'(F, all).
use_module(F, L) :- '$use_module'(F, L).
'$use_module'(library(L), _) :- !,
    ( atom(L) -> N = L ; L = A/B, atomic_list_concat([A, /, B], N) ),
    ( '$library'(N) -> true ; throw(error(existence_error(source_sink, library(L)), _)) ).
'$use_module'(Fs, What) :- is_list(Fs), !, forall('$member'(F, Fs), '$use_module'(F, What)).
'$use_module'(F, What) :- '$file_of_alias'(F, Path), !, '$use_module'(Path, What).
'$use_module'(F, What) :-
    '$load_file'(F, Path, Lang),
    (   Lang == prolog
    ->  '$module'(Into, Into),
        ( '$exports'(Path, _) -> true ; '$consult_module'(Path) ),
        ( '$exports'(Path, From) -> '$import'(From, Into, What) ; true )
    ;   '$use_foreign'(F, Path)
    ).
'$use_foreign'(F, Spec) :- '$base_name'(F, Base), '$import_foreign'(Spec, Base).
'$close'(C) :- '$send_close'(C, _).
% Another language imports this text: M is the module of clauses before a header.
'$consult_as'(Key, M) :-
    '$module'(Old, M),
    '$load_begin'(Key, _),
    '$load_loop',
    '$load_path'(F),
    '$load_end',
    '$module'(_, Old),
    ( retract(system:'$init_goal'(F, _, _, main, _)), fail ; true ),
    '$run_initialization'(F).
'$consult_module'(Path) :- '$consult'(Path).
reexport(F) :- '$reexport'(F, all).
reexport(F, L) :- '$reexport'(F, L).
'$reexport'(Fs, What) :- is_list(Fs), !, forall('$member'(F, Fs), '$reexport'(F, What)).
'$reexport'(F, What) :-
    '$module'(M, M),
    '$module_imports'(M, Before),
    use_module(F, What),
    '$module_imports'(M, After),
    forall(( '$member'(PI, After), \+ '$memberchk'(PI, Before) ), '$export'(M, PI)).
'$module_imports'(M, PIs) :- '$pred_list'(_, user, L), findall(N/A, ( '$member'(p(M, N, A, Id), L), '$imported'(M, N, A, Id) ), PIs).
'$imported'(M, N, A, _) :- functor(H, N, A), predicate_property(M:H, imported_from(_)).
export(PIs) :- '$strip_module'(PIs, M, L), '$export'(M, L).
import(Spec) :- '$module'(Into, Into), '$import_each'(Spec, Into).
'$import_each'((A, B), Into) :- !, '$import_each'(A, Into), '$import_each'(B, Into).
'$import_each'([], _) :- !.
'$import_each'([A|As], Into) :- !, '$import_each'(A, Into), '$import_each'(As, Into).
'$import_each'(Spec, Into) :- '$strip_module'(Spec, M, PI), '$import'(M, Into, [PI]).
strip_module(T, M, P) :- '$strip_module'(T, M0, P0), M = M0, P = P0.
context_module(Q) :- ( nonvar(Q), Q = M:V -> V = M ; Q = user ).
'@'(G, M) :- call(M:G).
current_module(M) :- '$modules'(L), ( atom(M) -> '$memberchk'(M, L) ; '$member'(M, L) ).
module_property(M, P) :-
    current_module(M), '$module_info'(M, Es, F),
    (   P = class(C), ( M == system -> C0 = system ; M == user -> C0 = user ; F == [] -> C0 = temporary ; C0 = user ), C = C0
    ;   F \== [], P = file(F)
    ;   P = exports(Es)
    ).
import_module(_, user).
add_import_module(_, _, _).
delete_import_module(_, _).
set_module(_).
module(M) :- '$module'(_, M).
autoload(_).
autoload(_, _).
load_files(F) :- load_files(F, []).
load_files(M:F, Options) :- !,
    '$module'(Old, M),
    catch(load_files(F, Options), E, true),
    '$module'(_, Old),
    ( nonvar(E) -> throw(E) ; true ).
load_files(Fs, Options) :- is_list(Fs), !, forall('$member'(F, Fs), load_files(F, Options)).
load_files(F, Options) :-
    (   is_list(Options), '$memberchk'(if(If), Options), '$memberchk'(If, [not_loaded, changed]) -> ensure_loaded(F)
    ;   consult(F)
    ).
'$include'(F) :- var(F), !, throw(error(instantiation_error, _)).
'$include'(Fs) :- is_list(Fs), !, '$reverse'(Fs, [], Rs), forall('$member'(F, Rs), '$include'(F)).
'$include'(F) :- '$load_file'(F, Path, _), '$load_include'(Path).
make.
table(Spec) :- '$table'(Spec), '$module'(M, M), '$table_modes'(Spec, M).
'$table_modes'(S, _) :- var(S), !.
'$table_modes'((A, B), M) :- !, '$table_modes'(A, M), '$table_modes'(B, M).
'$table_modes'(_/_, _) :- !.
'$table_modes'(_//_, _) :- !.
'$table_modes'(M:S, _) :- !, '$table_modes'(S, M).
'$table_modes'([], _) :- !.
'$table_modes'([S|Ss], M) :- !, '$table_modes'(S, M), '$table_modes'(Ss, M).
'$table_modes'(S, M) :-
    S =.. [N|Ms0], '$own_modes'(Ms0, M, Ms), S1 =.. [N|Ms],
    functor(S, N, A), functor(G, N, A), assertz(system:'$table_mode'(M, G, S1)).
% Predicates in modes are those of the module that declares them.
'$own_modes'([], _, []).
'$own_modes'([X|Xs], M, [Y|Ys]) :-
    (   nonvar(X), X =.. [K, P], '$memberchk'(K, [lattice, po]), P \= _:_ -> Y =.. [K, M:P]
    ;   Y = X
    ),
    '$own_modes'(Xs, M, Ys).
:- dynamic('$table_mode'/3).
