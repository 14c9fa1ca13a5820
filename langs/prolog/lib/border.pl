% Objects of other languages: members, items, iteration.

:- module(border, [holds/1, get_member/3, set_member/3, call_member/3,
                   py_call/1, py_call/2, py_call/3, py_iter/2, py_iter/3,
                   get_dict/3, dict_pairs/2]).

holds(G) :- '$holds'(G).

get_member(O, N, V) :- '$member_name'(N), '$send_get_member'(O, N, V).
set_member(O, N, V) :- '$member_name'(N), '$send_set_member'(O, N, V, _).
'$member_name'(N) :- var(N), !, throw(error(instantiation_error, context(get_member/3, _))).
'$member_name'(N) :- atom(N), !.
'$member_name'(N) :- throw(error(type_error(atom, N), _)).

call_member(O, G, _) :- ( var(O) ; var(G) ), !, throw(error(instantiation_error, context(call_member/3, _))).
call_member(O, G, R) :-
    G =.. [N|As],
    (   '$keywords_last'(As, Bs, Kw)
    ->  '$tuple'(Bs, T),
        get_member(O, N, F),
        '$send_call_with'(F, T, dict(Kw), R)
    ;   '$tuple'(As, T),
        '$send_invoke'(O, N, T, R)
    ).
'$keywords_last'(As, Bs, Kw) :- '$append'(Bs, [Last], As), nonvar(Last), Last = kw(Kw), !.

py_call(G) :- py_call(G, _).
py_call(G, R, _) :- py_call(G, R).
py_call(G, _) :- var(G), !, throw(error(instantiation_error, context(py_call/2, _))).
py_call(O:G, R) :- !, '$py_receiver'(O, P), '$py_apply'(G, P, R).
py_call(G, R) :- callable(G), '$py_receiver'(builtins, P), '$py_apply'(G, P, R).

'$py_receiver'(O, P) :- atom(O), !, ( '$foreign_module'(O, Q) -> P = Q ; '$import_module'(O, P) ).
'$py_receiver'(O, O).

'$py_apply'(G, _, _) :- var(G), !, throw(error(instantiation_error, _)).
'$py_apply'(G:H, P, R) :- !, '$py_apply'(G, P, Q), '$py_apply'(H, Q, R).
'$py_apply'(G, P, R) :- atom(G), !, get_member(P, G, R).
'$py_apply'(G, P, R) :- '$once_member'(P, G, R).
'$once_member'(P, G, R) :-
    compound_name_arguments(G, N, As),
    (   '$keywords_last'(As, Bs, Kw) -> true ; Bs = As, Kw = [] ),
    '$tuple'(Bs, T),
    get_member(P, N, F),
    '$apply_once'(F, T, dict(Kw), R).

py_iter(G, X) :- '$py_iterable'(G, It), '$send_iterate'(It, I), '$generate'(I, X).
py_iter(G, X, _) :- py_iter(G, X).
'$py_iterable'(G, It) :- nonvar(G), G = _:_, !, py_call(G, It).
'$py_iterable'(It, It).

get_dict(K, D, V) :- nonvar(K), !, '$dict_value'(D, K, V0), V = V0.
get_dict(K, D, V) :- '$dict_entries'(D, L), '$member'(K-V, L).
dict_pairs(D, Ps) :- var(D), !, D = dict(Ps).
dict_pairs(D, Ps) :- '$dict_entries'(D, Ps).
