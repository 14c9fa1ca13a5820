% Objects of other languages: members, items, iteration.

:- module(border, [holds/1, get_member/3, set_member/3, call_member/3,
                   py_call/1, py_call/2, py_call/3, py_iter/2, py_iter/3,
                   get_dict/3, dict_pairs/2]).

holds(G) :- '$holds'(G).

get_member(O, N, V) :- '$member'(O, N, get_member/3), '$send_get_member'(O, N, V).
set_member(O, N, V) :- '$member'(O, N, set_member/3), '$send_set_member'(O, N, V, _).

% '$member'(O, N, By): O may have members, one of which N names; else By raises.
'$member'(O, N, By) :- '$given'(O, By), '$given'(N, By), '$is'(atom, N, By).

'$given'(X, By) :- ( nonvar(X) -> true ; throw(error(instantiation_error, context(By, _))) ).
'$is'(Type, X, By) :- ( call(Type, X) -> true ; throw(error(type_error(Type, X), context(By, _))) ).

call_member(O, G, R) :-
    By = call_member/3,
    '$given'(O, By), '$given'(G, By), '$is'(callable, G, By),
    '$compound_parts'(G, N, As),
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
py_call(G, R) :- '$given'(G, py_call/2), '$py_split'(G, O, H), '$py_receiver'(O, P), '$py_apply'(H, P, R).

'$py_split'(O:G, O, G) :- !, '$given'(O, py_call/2).
'$py_split'(G, builtins, G).

'$py_receiver'(O, P) :- atom(O), !, ( '$foreign_module'(O, Q) -> P = Q ; '$import_module'(O, P) ).
'$py_receiver'(O, O).

'$py_apply'(G, _, _) :- '$given'(G, py_call/2), '$is'(callable, G, py_call/2), fail.
'$py_apply'(G:H, P, R) :- !, '$py_apply'(G, P, Q), '$py_apply'(H, Q, R).
'$py_apply'(G, P, R) :- atom(G), !, get_member(P, G, R).
'$py_apply'(G, P, R) :- '$once_member'(P, G, R).
'$once_member'(P, G, R) :-
    '$compound_parts'(G, N, As),
    (   '$keywords_last'(As, Bs, Kw) -> true ; Bs = As, Kw = [] ),
    '$tuple'(Bs, T),
    get_member(P, N, F),
    '$apply_once'(F, T, dict(Kw), R).

'$compound_parts'(G, N, []) :- atom(G), !, N = G.
'$compound_parts'(G, N, As) :- compound_name_arguments(G, N, As).

py_iter(G, X) :- '$given'(G, py_iter/2), '$py_iterable'(G, It), '$send_iterate'(It, I), '$generate'(I, X).
py_iter(G, X, _) :- py_iter(G, X).
'$py_iterable'(G, It) :- G = _:_, !, py_call(G, It).
'$py_iterable'(It, It).

get_dict(K, D, V) :- nonvar(K), !, '$dict_value'(D, K, V0), V = V0.
get_dict(K, D, V) :- '$dict_entries'(D, L), '$member'(K-V, L).
dict_pairs(D, Ps) :- var(D), !, '$given'(Ps, dict_pairs/2), D = dict(Ps).
dict_pairs(D, Ps) :- '$dict_entries'(D, Ps).
