:- module(apply, [maplist/2, maplist/3, maplist/4, maplist/5, maplist/6, maplist/7, foldl/4, foldl/5, foldl/6, foldl/7,
    include/3, exclude/3, partition/4, partition/5, '>>'/2, '>>'/3, '>>'/4, '>>'/5, '>>'/6, '>>'/7, '>>'/8,
    '/'/2, '/'/3, '/'/4, '/'/5, '/'/6, '/'/7, '/'/8, foldr/4, convlist/3]).
:- meta_predicate(maplist(1, ?)).
:- meta_predicate(maplist(2, ?, ?)).
:- meta_predicate(maplist(3, ?, ?, ?)).
:- meta_predicate(maplist(4, ?, ?, ?, ?)).
:- meta_predicate(maplist(5, ?, ?, ?, ?, ?)).
:- meta_predicate(maplist(6, ?, ?, ?, ?, ?, ?)).
:- meta_predicate(foldl(3, ?, ?, ?)).
:- meta_predicate(foldl(4, ?, ?, ?, ?)).
:- meta_predicate(foldl(5, ?, ?, ?, ?, ?)).
:- meta_predicate(foldl(6, ?, ?, ?, ?, ?, ?)).
:- meta_predicate(include(1, ?, ?)).
:- meta_predicate(exclude(1, ?, ?)).
:- meta_predicate(partition(1, ?, ?, ?)).
:- meta_predicate(partition(2, ?, ?, ?, ?)).
:- meta_predicate(convlist(2, ?, ?)).
maplist(G, L) :- '$maplist1'(L, G).
'$maplist1'([], _).
'$maplist1'([A|As], G) :- call(G, A), '$maplist1'(As, G).
maplist(G, L, M) :- '$maplist2'(L, M, G).
'$maplist2'([], [], _).
'$maplist2'([A|As], [B|Bs], G) :- call(G, A, B), '$maplist2'(As, Bs, G).
maplist(G, L, M, N) :- '$maplist3'(L, M, N, G).
'$maplist3'([], [], [], _).
'$maplist3'([A|As], [B|Bs], [C|Cs], G) :- call(G, A, B, C), '$maplist3'(As, Bs, Cs, G).
maplist(G, L, M, N, O) :- '$maplist4'(L, M, N, O, G).
'$maplist4'([], [], [], [], _).
'$maplist4'([A|As], [B|Bs], [C|Cs], [D|Ds], G) :- call(G, A, B, C, D), '$maplist4'(As, Bs, Cs, Ds, G).
maplist(G, L, M, N, O, P) :- '$maplist5'(L, M, N, O, P, G).
'$maplist5'([], [], [], [], [], _).
'$maplist5'([A|As], [B|Bs], [C|Cs], [D|Ds], [E|Es], G) :- call(G, A, B, C, D, E), '$maplist5'(As, Bs, Cs, Ds, Es, G).
maplist(G, L, M, N, O, P, Q) :- '$maplist6'(L, M, N, O, P, Q, G).
'$maplist6'([], [], [], [], [], [], _).
'$maplist6'([A|As], [B|Bs], [C|Cs], [D|Ds], [E|Es], [F|Fs], G) :- call(G, A, B, C, D, E, F), '$maplist6'(As, Bs, Cs, Ds, Es, Fs, G).
foldl(G, L, V0, V) :- '$foldl1'(L, G, V0, V).
'$foldl1'([], _, V, V).
'$foldl1'([X|Xs], G, V0, V) :- call(G, X, V0, V1), '$foldl1'(Xs, G, V1, V).
foldl(G, L, M, V0, V) :- '$foldl2'(L, M, G, V0, V).
'$foldl2'([], [], _, V, V).
'$foldl2'([X|Xs], [Y|Ys], G, V0, V) :- call(G, X, Y, V0, V1), '$foldl2'(Xs, Ys, G, V1, V).
foldl(G, L, M, N, V0, V) :- '$foldl3'(L, M, N, G, V0, V).
'$foldl3'([], [], [], _, V, V).
'$foldl3'([X|Xs], [Y|Ys], [Z|Zs], G, V0, V) :- call(G, X, Y, Z, V0, V1), '$foldl3'(Xs, Ys, Zs, G, V1, V).
foldl(G, L, M, N, O, V0, V) :- '$foldl4'(L, M, N, O, G, V0, V).
'$foldl4'([], [], [], [], _, V, V).
'$foldl4'([X|Xs], [Y|Ys], [Z|Zs], [W|Ws], G, V0, V) :- call(G, X, Y, Z, W, V0, V1), '$foldl4'(Xs, Ys, Zs, Ws, G, V1, V).
foldr(_, [], V, V).
foldr(G, [X|Xs], V0, V) :- foldr(G, Xs, V0, V1), call(G, X, V1, V).
include(G, L, R) :- '$include'(L, G, R).
'$include'([], _, []).
'$include'([X|Xs], G, R) :- ( call(G, X) -> R = [X|R1] ; R = R1 ), '$include'(Xs, G, R1).
exclude(G, L, R) :- '$exclude'(L, G, R).
'$exclude'([], _, []).
'$exclude'([X|Xs], G, R) :- ( call(G, X) -> R = R1 ; R = [X|R1] ), '$exclude'(Xs, G, R1).
partition(G, L, I, O) :- '$partition'(L, G, I, O).
'$partition'([], _, [], []).
'$partition'([X|Xs], G, I, O) :- ( call(G, X) -> I = [X|I1], O = O1 ; I = I1, O = [X|O1] ), '$partition'(Xs, G, I1, O1).
partition(P, L, Ls, Es, Gs) :- '$partition6'(L, P, Ls, Es, Gs).
'$partition6'([], _, [], [], []).
'$partition6'([X|Xs], G, L, E, H) :-
    call(G, X, D),
    ( '$memberchk'(D, [<, =, >]) -> true ; throw(error(type_error(oneof([<, =, >]), D), _)) ),
    '$partition6'(D, X, L, E, H, L1, E1, H1),
    '$partition6'(Xs, G, L1, E1, H1).
'$partition6'(<, X, [X|L], E, H, L, E, H).
'$partition6'(=, X, L, [X|E], H, L, E, H).
'$partition6'(>, X, L, E, [X|H], L, E, H).
convlist(_, [], []).
convlist(G, [X|Xs], Ys) :- ( call(G, X, Y) -> Ys = [Y|Ys1] ; Ys = Ys1 ), convlist(G, Xs, Ys1).

% Lambda expressions (yall).
'>>'(Ps, L) :- '$lambda'(Ps, L, []).
'>>'(Ps, L, A) :- '$lambda'(Ps, L, [A]).
'>>'(Ps, L, A, B) :- '$lambda'(Ps, L, [A,B]).
'>>'(Ps, L, A, B, C) :- '$lambda'(Ps, L, [A,B,C]).
'>>'(Ps, L, A, B, C, D) :- '$lambda'(Ps, L, [A,B,C,D]).
'>>'(Ps, L, A, B, C, D, E) :- '$lambda'(Ps, L, [A,B,C,D,E]).
'>>'(Ps, L, A, B, C, D, E, F) :- '$lambda'(Ps, L, [A,B,C,D,E,F]).
'$lambda'(Ps0, L0, As) :-
    '$copy_lambda'(Ps0, L0, Ps, L),
    '$bind_params'(Ps, As, Rest),
    ( Rest == [] -> call(L) ; G =.. [call, L|Rest], call(G) ).
'$copy_lambda'(Free/Ps, L, Ps1, L1) :- !, copy_term_nat(Free/Ps-L, Free/Ps1-L1).
'$copy_lambda'(Ps, L, Ps1, L1) :- copy_term_nat(Ps-L, Ps1-L1).
'$bind_params'(Ps, [], []) :- !, ( var(Ps) -> true ; true ).
'$bind_params'([P|Ps], [A|As], Rest) :- !, P = A, '$bind_params'(Ps, As, Rest).
'$bind_params'(_, As, As).
'/'(F, L) :- '$free_lambda'(F, L, []).
'/'(F, L, A) :- '$free_lambda'(F, L, [A]).
'/'(F, L, A, B) :- '$free_lambda'(F, L, [A,B]).
'/'(F, L, A, B, C) :- '$free_lambda'(F, L, [A,B,C]).
'/'(F, L, A, B, C, D) :- '$free_lambda'(F, L, [A,B,C,D]).
'/'(F, L, A, B, C, D, E) :- '$free_lambda'(F, L, [A,B,C,D,E]).
'/'(F, L, A, B, C, D, E, G) :- '$free_lambda'(F, L, [A,B,C,D,E,G]).
'$free_lambda'(F, L, As) :- copy_term_nat(F/L, F/L1), G =.. [call, L1|As], call(G).
