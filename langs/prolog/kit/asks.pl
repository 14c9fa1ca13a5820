:- module(asks, [keep/2, call_1/3, call_2/4, caught/3, keywords/4, all_of/3, first_of/3, closes/4,
                 items_of/2, size_of/2, resize/3, scale/3, item_of/3, length_of/2, keys_of/2, pairs_of/2,
                 is_same/2, throw/2]).
keep(X, X).
call_1(F, A, R) :- call(F, A, R).
call_2(F, A, B, R) :- call(F, A, B, R).
caught(F, A, R) :- catch(call(F, A, R), _, R = caught).
keywords(F, A, B, R) :- call(F, A, kw([b = B]), R).
all_of(F, N, L) :- findall(X, call(F, N, X), L).
first_of(F, N, X) :- call(F, N, X), !.
closes(F, N, C, R) :- call(C, B), ( call(F, N, _), ! ; true ), call(C, A), R is A - B.
items_of(O, L) :- findall(X, ask_item(O, X), L).
ask_item(O, X) :- is_list(O), !, member(X, O).
ask_item(O, X) :- py_iter(O, X).
size_of(O, R) :- get_member(O, size, R).
resize(O, N, R) :- set_member(O, size, N), get_member(O, size, R).
scale(O, N, R) :- call_member(O, scaled(N), R).
item_of(O, K, V) :- get_dict(K, O, V).
length_of(O, N) :- length(O, N).
keys_of(O, L) :- findall(K, get_dict(K, O, _), L).
pairs_of(O, L) :- findall(tuple(K, V), get_dict(K, O, V), L).
is_same(O, R) :- ( O == O -> R = true ; R = false ).
throw(E, _) :- ( callable(E) -> throw(E) ; throw(foreign_error(fl, E)) ).
