:- module(rbtrees, [rb_new/1, rb_empty/1, rb_lookup/3, rb_insert/4, rb_insert_new/4, rb_update/4, rb_update/5, rb_apply/4,
    rb_delete/3, rb_delete/4, rb_visit/2, rb_keys/2, rb_in/3, rb_min/3, rb_max/3, rb_next/4, rb_previous/4, rb_size/2,
    rb_del_min/4, rb_del_max/4, rb_map/2, rb_map/3, rb_fold/4, rb_clone/3, list_to_rbtree/2, ord_list_to_rbtree/2, is_rbtree/1]).
:- meta_predicate(rb_apply(?, ?, 2, ?)).
:- meta_predicate(rb_map(?, 1)).
:- meta_predicate(rb_map(?, 2, ?)).
:- meta_predicate(rb_fold(3, ?, ?, ?)).
% The interface of red-black trees; the trees are those of library(assoc).
rb_new(T) :- empty_assoc(T).
rb_empty(T) :- empty_assoc(T).
is_rbtree(T) :- is_assoc(T).
rb_lookup(K, V, T) :- get_assoc(K, T, V).
rb_insert(T, K, V, NT) :- put_assoc(K, T, V, NT).
rb_insert_new(T, K, V, NT) :- \+ get_assoc(K, T, _), put_assoc(K, T, V, NT).
rb_update(T, K, V, NT) :- get_assoc(K, T, _), put_assoc(K, T, V, NT).
rb_update(T, K, V0, V, NT) :- get_assoc(K, T, V0), put_assoc(K, T, V, NT).
rb_apply(T, K, G, NT) :- get_assoc(K, T, V0), call(G, V0, V), !, put_assoc(K, T, V, NT).
rb_delete(T, K, NT) :- del_assoc(K, T, _, NT).
rb_delete(T, K, V, NT) :- del_assoc(K, T, V, NT).
rb_del_min(T, K, V, NT) :- del_min_assoc(T, K, V, NT).
rb_del_max(T, K, V, NT) :- del_max_assoc(T, K, V, NT).
rb_visit(T, L) :- assoc_to_list(T, L).
rb_keys(T, L) :- assoc_to_keys(T, L).
rb_in(K, V, T) :- gen_assoc(K, T, V).
rb_min(T, K, V) :- min_assoc(T, K, V).
rb_max(T, K, V) :- max_assoc(T, K, V).
rb_next(T, K, N, V) :- assoc_to_list(T, L), '$member'(N-V, L), N @> K, !.
rb_previous(T, K, N, V) :- assoc_to_list(T, L), '$reverse'(L, [], R), '$member'(N-V, R), N @< K, !.
rb_size(T, N) :- assoc_to_list(T, L), length(L, N).
rb_map(T, G) :- map_assoc(G, T).
rb_map(T, G, NT) :- map_assoc(G, T, NT).
rb_fold(G, T, S0, S) :- assoc_to_list(T, L), fold_pairs(L, G, S0, S).
fold_pairs([], _, S, S).
fold_pairs([P|Ps], G, S0, S) :- call(G, P, S0, S1), fold_pairs(Ps, G, S1, S).
rb_clone(T, NT, Ps) :- assoc_to_list(T, L), blank_values(L, Ps), ord_list_to_assoc(Ps, NT).
blank_values([], []).
blank_values([K-_|Ps], [K-_|Qs]) :- blank_values(Ps, Qs).
list_to_rbtree(L, T) :- put_all(L, t, T).
put_all([], T, T).
put_all([K-V|Ps], T0, T) :- put_assoc(K, T0, V, T1), put_all(Ps, T1, T).
ord_list_to_rbtree(L, T) :- ord_list_to_assoc(L, T).
