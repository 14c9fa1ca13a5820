:- module(assoc, [empty_assoc/1, put_assoc/4, get_assoc/3, list_to_assoc/2, ord_list_to_assoc/2, assoc_to_list/2, assoc_to_keys/2,
    assoc_to_values/2, max_assoc/3, min_assoc/3, gen_assoc/3, map_assoc/2, map_assoc/3, del_assoc/4, del_min_assoc/4, del_max_assoc/4,
    transpose_assoc/2, is_assoc/1]).
:- meta_predicate(map_assoc(1, ?)).
:- meta_predicate(map_assoc(2, ?, ?)).
% AVL trees: t or t(Key, Value, Balance, Left, Right), balance one of <, - and >.
empty_assoc(t).
get_assoc(K, t(K1, V1, _, L, R), V) :- compare(O, K, K1), '$get_assoc'(O, K, V, V1, L, R).
'$get_assoc'(=, _, V, V, _, _).
'$get_assoc'(<, K, V, _, L, _) :- get_assoc(K, L, V).
'$get_assoc'(>, K, V, _, _, R) :- get_assoc(K, R, V).
put_assoc(K, A, V, NA) :- '$insert'(A, K, V, NA, _).
'$insert'(t, K, V, t(K, V, -, t, t), yes).
'$insert'(t(K1, V1, B, L, R), K, V, NT, Changed) :- compare(O, K, K1), '$insert'(O, K, V, K1, V1, B, L, R, NT, Changed).
'$insert'(=, K, V, _, _, B, L, R, t(K, V, B, L, R), no).
'$insert'(<, K, V, K1, V1, B, L, R, NT, Changed) :- '$insert'(L, K, V, L1, LC), '$rebalance'(LC, t(K1, V1, B, L, R), B, NT, _, Changed, left, L1).
'$insert'(>, K, V, K1, V1, B, L, R, NT, Changed) :- '$insert'(R, K, V, R1, RC), '$rebalance'(RC, t(K1, V1, B, L, R), B, NT, _, Changed, right, R1).
'$rebalance'(no, t(K, V, B, _, R), _, t(K, V, B, L1, R), _, no, left, L1) :- !.
'$rebalance'(no, t(K, V, B, L, _), _, t(K, V, B, L, R1), _, no, right, R1) :- !.
'$rebalance'(yes, t(K, V, B0, L, R), _, NT, _, Changed, Side, New) :-
    ( Side == left -> T = t(K, V, B0, New, R) ; T = t(K, V, B0, L, New) ),
    '$avl_table'(B0, Side, B1, Changed, Rotate),
    '$avl_rotate'(Rotate, T, B1, NT).
'$avl_table'(-, left, <, yes, no).
'$avl_table'(-, right, >, yes, no).
'$avl_table'(<, left, -, no, left).
'$avl_table'(<, right, -, no, no).
'$avl_table'(>, left, -, no, no).
'$avl_table'(>, right, -, no, right).
'$avl_rotate'(no, t(K, V, _, L, R), B, t(K, V, B, L, R)).
'$avl_rotate'(left, t(K, V, _, t(K1, V1, <, A, B), C), _, t(K1, V1, -, A, t(K, V, -, B, C))) :- !.
'$avl_rotate'(left, t(K, V, _, t(K1, V1, >, A, t(K2, V2, B2, B, C)), D), _, t(K2, V2, -, t(K1, V1, BL, A, B), t(K, V, BR, C, D))) :- '$avl_double'(B2, BL, BR).
'$avl_rotate'(right, t(K, V, _, A, t(K1, V1, >, B, C)), _, t(K1, V1, -, t(K, V, -, A, B), C)) :- !.
'$avl_rotate'(right, t(K, V, _, A, t(K1, V1, <, t(K2, V2, B2, B, C), D)), _, t(K2, V2, -, t(K, V, BL, A, B), t(K1, V1, BR, C, D))) :- '$avl_double'(B2, BL, BR).
'$avl_double'(<, -, >).
'$avl_double'(>, <, -).
'$avl_double'(-, -, -).
list_to_assoc(L, A) :-
    '$assoc_pairs'(L),
    keysort(L, Sorted),
    '$length'(L, N, _),
    (   '$ascending'(Sorted) -> '$balanced'(N, Sorted, [], _, A)
    ;   throw(error(domain_error(unique_key_pairs, L), _))
    ).
ord_list_to_assoc(L, A) :-
    '$assoc_pairs'(L),
    '$length'(L, N, _),
    (   '$ascending'(L) -> '$balanced'(N, L, [], _, A)
    ;   throw(error(domain_error(key_ordered_pairs, L), _))
    ).
'$assoc_pairs'(L) :- must_be(list, L), \+ ( '$member'(P, L), must_be(pair, P), fail ).
'$ascending'([]).
'$ascending'([K-_|Ps]) :- '$ascending'(Ps, K).
'$ascending'([], _).
'$ascending'([K-_|Ps], K0) :- K0 @< K, '$ascending'(Ps, K).
% A tree of the first N pairs, with its depth; the left side is never the smaller one.
'$balanced'(0, L, L, 0, t) :- !.
'$balanced'(N, L0, L, D, t(K, V, B, Left, Right)) :-
    M is N // 2, R is N - 1 - M,
    '$balanced'(M, L0, [K-V|L1], DL, Left),
    '$balanced'(R, L1, L, DR, Right),
    ( DL > DR -> B = (<), D is DL + 1 ; DL < DR -> B = (>), D is DR + 1 ; B = (-), D is DL + 1 ).
is_assoc(A) :- nonvar(A), '$is_assoc'(A, _), assoc_to_list(A, L), '$ascending'(L).
'$is_assoc'(T, D) :- nonvar(T), '$is_assoc_tree'(T, D).
'$is_assoc_tree'(t, 0).
'$is_assoc_tree'(t(_, _, B, L, R), D) :-
    '$is_assoc'(L, DL), '$is_assoc'(R, DR),
    ( B == (<) -> DL =:= DR + 1 ; B == (>) -> DR =:= DL + 1 ; B == (-), DL =:= DR ),
    D is max(DL, DR) + 1.
assoc_to_list(A, L) :- '$assoc_list'(A, L, []).
'$assoc_list'(t, L, L).
'$assoc_list'(t(K, V, _, A, B), L, T) :- '$assoc_list'(A, L, [K-V|M]), '$assoc_list'(B, M, T).
assoc_to_keys(A, Ks) :- assoc_to_list(A, L), pairs_keys(L, Ks).
assoc_to_values(A, Vs) :- assoc_to_list(A, L), pairs_values(L, Vs).
max_assoc(t(K, V, _, _, R), K1, V1) :- ( R == t -> K1 = K, V1 = V ; max_assoc(R, K1, V1) ).
min_assoc(t(K, V, _, L, _), K1, V1) :- ( L == t -> K1 = K, V1 = V ; min_assoc(L, K1, V1) ).
gen_assoc(K, A, V) :- ( ground(K) -> get_assoc(K, A, V) ; '$gen_assoc'(K, A, V) ).
'$gen_assoc'(K, t(_, _, _, L, _), V) :- '$gen_assoc'(K, L, V).
'$gen_assoc'(K, t(K, V, _, _, _), V).
'$gen_assoc'(K, t(_, _, _, _, R), V) :- '$gen_assoc'(K, R, V).
map_assoc(_, t).
map_assoc(P, t(_, V, _, L, R)) :- map_assoc(P, L), call(P, V), map_assoc(P, R).
map_assoc(_, t, t).
map_assoc(P, t(K, V, B, L, R), t(K, W, B, L1, R1)) :- map_assoc(P, L, L1), call(P, V, W), map_assoc(P, R, R1).
del_assoc(K, A, V, NA) :- '$avl_delete'(A, K, V, NA, _).
del_min_assoc(A, K, V, NA) :- '$avl_min'(A, K, V, NA, _).
del_max_assoc(A, K, V, NA) :- '$avl_max'(A, K, V, NA, _).
% The last argument says whether the tree is less deep now.
'$avl_delete'(t(K1, V1, B, L, R), K, V, NT, S) :- compare(O, K, K1), '$avl_delete'(O, K, V, K1, V1, B, L, R, NT, S).
'$avl_delete'(=, _, V, _, V, B, L, R, NT, S) :- '$avl_join'(L, R, B, NT, S).
'$avl_delete'(<, K, V, K1, V1, B, L, R, NT, S) :- '$avl_delete'(L, K, V, L1, S1), '$avl_shrunk'(S1, left, t(K1, V1, B, L1, R), NT, S).
'$avl_delete'(>, K, V, K1, V1, B, L, R, NT, S) :- '$avl_delete'(R, K, V, R1, S1), '$avl_shrunk'(S1, right, t(K1, V1, B, L, R1), NT, S).
'$avl_join'(t, R, _, R, yes) :- !.
'$avl_join'(L, t, _, L, yes) :- !.
'$avl_join'(L, R, >, NT, S) :- !, '$avl_min'(R, K, V, R1, S1), '$avl_shrunk'(S1, right, t(K, V, >, L, R1), NT, S).
'$avl_join'(L, R, B, NT, S) :- '$avl_max'(L, K, V, L1, S1), '$avl_shrunk'(S1, left, t(K, V, B, L1, R), NT, S).
'$avl_min'(t(K, V, _, t, R), K, V, R, yes) :- !.
'$avl_min'(t(K1, V1, B, L, R), K, V, NT, S) :- '$avl_min'(L, K, V, L1, S1), '$avl_shrunk'(S1, left, t(K1, V1, B, L1, R), NT, S).
'$avl_max'(t(K, V, _, L, t), K, V, L, yes) :- !.
'$avl_max'(t(K1, V1, B, L, R), K, V, NT, S) :- '$avl_max'(R, K, V, R1, S1), '$avl_shrunk'(S1, right, t(K1, V1, B, L, R1), NT, S).
'$avl_shrunk'(no, _, T, T, no).
'$avl_shrunk'(yes, left, t(K, V, B, L, R), NT, S) :- '$avl_less_left'(B, K, V, L, R, NT, S).
'$avl_shrunk'(yes, right, t(K, V, B, L, R), NT, S) :- '$avl_less_right'(B, K, V, L, R, NT, S).
'$avl_less_left'(<, K, V, L, R, t(K, V, -, L, R), yes).
'$avl_less_left'(-, K, V, L, R, t(K, V, >, L, R), no).
'$avl_less_left'(>, K, V, A, t(K1, V1, B1, B, C), NT, S) :- '$avl_lift_right'(B1, K, V, A, K1, V1, B, C, NT, S).
'$avl_lift_right'(>, K, V, A, K1, V1, B, C, t(K1, V1, -, t(K, V, -, A, B), C), yes).
'$avl_lift_right'(-, K, V, A, K1, V1, B, C, t(K1, V1, <, t(K, V, >, A, B), C), no).
'$avl_lift_right'(<, K, V, A, K1, V1, t(K2, V2, B2, B, C), D, t(K2, V2, -, t(K, V, BL, A, B), t(K1, V1, BR, C, D)), yes) :- '$avl_double'(B2, BL, BR).
'$avl_less_right'(>, K, V, L, R, t(K, V, -, L, R), yes).
'$avl_less_right'(-, K, V, L, R, t(K, V, <, L, R), no).
'$avl_less_right'(<, K, V, t(K1, V1, B1, A, B), C, NT, S) :- '$avl_lift_left'(B1, K, V, C, K1, V1, A, B, NT, S).
'$avl_lift_left'(<, K, V, C, K1, V1, A, B, t(K1, V1, -, A, t(K, V, -, B, C)), yes).
'$avl_lift_left'(-, K, V, C, K1, V1, A, B, t(K1, V1, >, A, t(K, V, <, B, C)), no).
'$avl_lift_left'(>, K, V, D, K1, V1, A, t(K2, V2, B2, B, C), t(K2, V2, -, t(K1, V1, BL, A, B), t(K, V, BR, C, D)), yes) :- '$avl_double'(B2, BL, BR).
transpose_assoc(A, B) :- assoc_to_list(A, L), transpose_pairs(L, M), list_to_assoc(M, B).
