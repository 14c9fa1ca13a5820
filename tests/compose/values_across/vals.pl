:- module(vals, [same/2, shown/2, is_one/1, is_true/1, is_empty/1, empty_tuple/1, unit/1, zero_tuple/1,
   strings/1, keep/1, kept/1, build/2, shared_list/1, member_of/2, pairs/2, get/3, items/2, make_dict/1]).
:- dynamic(kept/1).
same(X, X).
shown(X, A) :- format(atom(A), "~q", [X]).
is_one(X) :- X == 1.
is_true(X) :- X == true.
is_empty(X) :- X == [].
empty_tuple(X) :- compound(X), compound_name_arguments(X, tuple, []).
unit(none).
zero_tuple(X) :- compound_name_arguments(X, tuple, []).
strings(["a", "b c"]).
keep(L) :- assertz(kept(L)).
build(N, L) :- numlist(1, N, L).
shared_list([1, 2]).
member_of(X, L) :- memberchk(X, L).
pairs(D, Ps) :- dict_pairs(D, Ps).
get(K, D, V) :- get_dict(K, D, V).
items(S, L) :- findall(X, py_iter(S, X), L).
make_dict(dict([a-1, b-[x], 3-tuple(1)])).
