% Libraries are read with the operators of their own, whatever a program declares, before they are loaded.
:- op(200, xfy, -).
:- op(0, yfx, div).
:- op(700, xfx, (?=)).
:- use_module(library(clpfd)).
:- initialization(main).

main :-
    X #> 3, X #< 6, fd_dom(X, D), print(D), nl,
    list_to_assoc([a-1], A), get_assoc(a, A, V), print(V), nl,
    rb_new(T), rb_insert(T, k, v, T1), rb_lookup(k, W, T1), print(W), nl,
    current_op(P, xfy, -), print(P), nl,
    current_op(Q, xfx, #=), print(Q), nl.
