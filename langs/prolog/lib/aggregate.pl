:- module(aggregate, [aggregate_all/4, aggregate/3, aggregate/4, foreach/2]).
:- meta_predicate(aggregate_all(?, ?, 0, ?)).
:- meta_predicate(aggregate(?, ^, ?)).
:- meta_predicate(aggregate(?, ?, ^, ?)).
:- meta_predicate(foreach(0, 0)).
aggregate_all(count, D, G, C) :- !, findall(D, G, L0), sort(L0, L), '$list_length'(L, C).
aggregate_all(sum(E), D, G, S) :- !, findall(D-E, G, L0), sort(L0, L), pairs_values(L, Vs), '$sum'(Vs, 0, S).
aggregate_all(max(E), D, G, M) :- !, findall(D-E, G, L0), sort(L0, L), pairs_values(L, [V|Vs]), '$max_of'(Vs, V, M).
aggregate_all(min(E), D, G, M) :- !, findall(D-E, G, L0), sort(L0, L), pairs_values(L, [V|Vs]), '$min_of'(Vs, V, M).
aggregate_all(max(E, W), D, G, max(M, V)) :- !, findall(D-(E-W), G, L0), sort(L0, L), pairs_values(L, [H|T]), '$max_pair'(T, H, M-V).
aggregate_all(min(E, W), D, G, min(M, V)) :- !, findall(D-(E-W), G, L0), sort(L0, L), pairs_values(L, [H|T]), '$min_pair'(T, H, M-V).
aggregate_all(bag(E), D, G, B) :- !, findall(D-E, G, L0), sort(L0, L), pairs_values(L, B).
aggregate_all(set(E), D, G, S) :- findall(D-E, G, L0), sort(L0, L), pairs_values(L, B), sort(B, S).

% Solutions are grouped by the values of free variables, as bagof/3 does it.
aggregate(Spec, G, R) :-
    '$aggregate_row'(Spec, T, Kinds),
    bagof(T, G, Rows),
    '$aggregate_rows'(Spec, Kinds, Rows, R).
aggregate(Spec, D, G, R) :-
    '$aggregate_row'(Spec, T, Kinds),
    setof(D-T, G, Pairs), pairs_values(Pairs, Rows),
    '$aggregate_rows'(Spec, Kinds, Rows, R).
'$aggregate_row'(Spec, _, _) :- var(Spec), !, throw(error(instantiation_error, _)).
'$aggregate_row'(Spec, [X], [Kind]) :- '$aggregate_kind'(Spec, X, Kind), !.
'$aggregate_row'(Spec, Xs, Kinds) :- compound(Spec), Spec =.. [_|Ss], '$aggregate_kinds'(Ss, Xs, Kinds), !.
'$aggregate_row'(Spec, _, _) :- throw(error(domain_error(aggregate_spec, Spec), _)).
'$aggregate_kinds'([], [], []).
'$aggregate_kinds'([S|Ss], [X|Xs], [K|Ks]) :- '$aggregate_kind'(S, X, K), '$aggregate_kinds'(Ss, Xs, Ks).
'$aggregate_kind'(S, _, _) :- var(S), !, throw(error(instantiation_error, _)).
'$aggregate_kind'(count, 1, count).
'$aggregate_kind'(count(_), 1, count).
'$aggregate_kind'(sum(X), X, sum).
'$aggregate_kind'(max(X), X, max).
'$aggregate_kind'(min(X), X, min).
'$aggregate_kind'(max(X, W), X-W, max_witness).
'$aggregate_kind'(min(X, W), X-W, min_witness).
'$aggregate_kind'(bag(X), X, bag).
'$aggregate_kind'(set(X), X, set).
'$aggregate_rows'(Spec, Kinds, Rows, R) :-
    '$aggregate_each'(Kinds, 1, Rows, Rs),
    ( Kinds = [K], '$aggregate_kind'(Spec, _, K) -> Rs = [R0] ; functor(Spec, F, _), R0 =.. [F|Rs] ),
    R = R0.
'$aggregate_each'([], _, _, []).
'$aggregate_each'([K|Ks], I, Rows, [R|Rs]) :-
    '$aggregate_column'(Rows, I, Xs), '$aggregate_of'(K, Xs, R), J is I + 1, '$aggregate_each'(Ks, J, Rows, Rs).
'$aggregate_column'([], _, []).
'$aggregate_column'([Row|Rows], I, [X|Xs]) :- nth1(I, Row, X), '$aggregate_column'(Rows, I, Xs).
'$aggregate_of'(count, Xs, N) :- '$list_length'(Xs, N).
'$aggregate_of'(sum, Xs, S) :- '$sum'(Xs, 0, S).
'$aggregate_of'(max, [X|Xs], M) :- '$max_of'(Xs, X, M).
'$aggregate_of'(min, [X|Xs], M) :- '$min_of'(Xs, X, M).
'$aggregate_of'(max_witness, [X|Xs], max(M, W)) :- '$max_pair'(Xs, X, M-W).
'$aggregate_of'(min_witness, [X|Xs], min(M, W)) :- '$min_pair'(Xs, X, M-W).
'$aggregate_of'(bag, Xs, Xs).
'$aggregate_of'(set, Xs, S) :- sort(Xs, S).

% foreach(Gen, Goal): Goal for each solution of Gen, all sharing what Gen does not bind.
foreach(Gen, Goal) :-
    term_variables(Gen, GenVs), term_variables(Goal, GoalVs),
    '$shared_vars'(GoalVs, GenVs, Shared, Own),
    findall(Shared, Gen, Rows),
    '$foreach'(Rows, Shared, Own, Goal).
'$shared_vars'([], _, [], []).
'$shared_vars'([V|Vs], Gen, S, O) :-
    ( '$memberchk_eq'(V, Gen) -> S = [V|S1], O = O1 ; S = S1, O = [V|O1] ), '$shared_vars'(Vs, Gen, S1, O1).
'$foreach'([], _, _, _).
'$foreach'([Row|Rows], Shared, Own, Goal) :-
    copy_term_nat(f(Shared, Own, Goal), f(Row, Own, G)), call(G), '$foreach'(Rows, Shared, Own, Goal).
