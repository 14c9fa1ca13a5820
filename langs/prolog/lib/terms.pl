:- module(terms, [sub_term/2, occurrences_of_term/3, occurrences_of_var/3, mapargs/3, subsumes_chk/2, subsumes/2,
    term_size/2, term_factorized/3, foldsubterms/4, foldsubterms/5, mapsubterms/3, same_functor/2, same_functor/4,
    contains_term/2, contains_var/2, free_of_term/2, free_of_var/2, '$occurs_once'/2]).
:- meta_predicate(mapargs(2, ?, ?)).
:- meta_predicate(mapsubterms(2, ?, ?)).
:- meta_predicate(foldsubterms(3, ?, ?, ?)).
:- meta_predicate(foldsubterms(4, ?, ?, ?, ?)).
sub_term(X, X).
sub_term(X, T) :- compound(T), functor(T, _, N), between(1, N, I), arg(I, T, A), sub_term(X, A).
contains_term(S, T) :- \+ free_of_term(S, T).
contains_var(S, T) :- \+ free_of_var(S, T).
free_of_term(S, T) :- \+ ( sub_term(X, T), X = S ).
free_of_var(S, T) :- \+ ( sub_term(X, T), X == S ).
occurrences_of_term(S, T, N) :- aggregate_all(count, ( sub_term(X, T), subsumes_term(S, X) ), N).
occurrences_of_var(S, T, N) :- aggregate_all(count, ( sub_term(X, T), X == S ), N).
% Does a variable occur once? What is left is not looked at when it occurs twice.
'$occurs_once'(V, T) :- '$count_var'(T, V, 0, 1).
'$count_var'(T, V, N0, N) :-
    (   var(T) -> ( T == V -> N is N0 + 1 ; N = N0 )
    ;   compound(T) -> functor(T, _, A), '$count_var_args'(1, A, T, V, N0, N)
    ;   N = N0
    ).
'$count_var_args'(I, A, T, V, N0, N) :-
    (   I > A -> N = N0
    ;   arg(I, T, X),
        (   I =:= A -> '$count_var'(X, V, N0, N)
        ;   '$count_var'(X, V, N0, N1), N1 =< 1, J is I + 1, '$count_var_args'(J, A, T, V, N1, N)
        )
    ).
subsumes_chk(G, S) :- subsumes_term(G, S).
subsumes(G, S) :- subsumes_term(G, S), G = S.
mapargs(G, T, U) :-
    ( nonvar(T) -> functor(T, N, A) ; functor(U, N, A) ), functor(T, N, A), functor(U, N, A), '$mapargs'(1, A, G, T, U).
'$mapargs'(I, A, G, T, U) :-
    ( I > A -> true ; arg(I, T, X), arg(I, U, Y), call(G, X, Y), J is I + 1, '$mapargs'(J, A, G, T, U) ).
mapsubterms(G, T, U) :-
    (   nonvar(T), call(G, T, U0) -> U = U0
    ;   compound(T) -> functor(T, N, A), functor(U1, N, A), '$mapsub_args'(1, A, G, T, U1), U = U1
    ;   U = T
    ).
'$mapsub_args'(I, A, G, T, U) :-
    ( I > A -> true ; arg(I, T, X), mapsubterms(G, X, Y), arg(I, U, Y), J is I + 1, '$mapsub_args'(J, A, G, T, U) ).
foldsubterms(G, T, S0, S) :-
    (   nonvar(T), call(G, T, S0, S1) -> S = S1
    ;   compound(T) -> functor(T, _, A), '$foldsub'(1, A, G, T, S0, S)
    ;   S = S0
    ).
'$foldsub'(I, A, G, T, S0, S) :-
    ( I > A -> S = S0 ; arg(I, T, X), foldsubterms(G, X, S0, S1), J is I + 1, '$foldsub'(J, A, G, T, S1, S) ).
foldsubterms(G, T, U, S0, S) :-
    (   nonvar(T), call(G, T, U0, S0, S1) -> U = U0, S = S1
    ;   compound(T) -> functor(T, N, A), functor(U1, N, A), '$foldsub'(1, A, G, T, U1, S0, S), U = U1
    ;   U = T, S = S0
    ).
'$foldsub'(I, A, G, T, U, S0, S) :-
    ( I > A -> S = S0 ; arg(I, T, X), foldsubterms(G, X, Y, S0, S1), arg(I, U, Y), J is I + 1, '$foldsub'(J, A, G, T, U, S1, S) ).
same_functor(T, U) :- same_functor(T, U, _, _).
same_functor(T, U, N, A) :- ( nonvar(T) -> functor(T, N, A), functor(U, N, A) ; nonvar(U) -> functor(U, N, A), functor(T, N, A) ; functor(T, N, A), functor(U, N, A) ).
% Cells of memory that SWI-Prolog would use for the term.
term_size(T, N) :- '$term_cells'(T, 0, N).
'$term_cells'(T, N0, N) :- ( compound(T) -> functor(T, _, A), N1 is N0 + A + 1, '$args_cells'(1, A, T, N1, N) ; string(T) -> string_length(T, L), N is N0 + 2 + (L + 8) // 8 ; N = N0 ).
'$args_cells'(I, A, T, N0, N) :- ( I > A -> N = N0 ; arg(I, T, X), '$term_cells'(X, N0, N1), J is I + 1, '$args_cells'(J, A, T, N1, N) ).

% term_factorized(T, Skeleton, Substitutions): compounds that occur more than once are variables.
term_factorized(T, S, Us) :-
    '$cycle_entries'(T, Es),
    (   Es == []
    ->  '$compounds'(T, Cs, []), msort(Cs, Sorted), '$repeated'(Sorted, Rs)
    ;   Rs = Es
    ),
    '$with_names'(Rs, Ps),
    '$factor'(T, Ps, S),
    '$factor_all'(Ps, Ps, Us).
'$compounds'(T, L, R) :- ( compound(T) -> L = [T|L1], functor(T, _, A), '$compounds'(1, A, T, L1, R) ; L = R ).
'$compounds'(I, A, T, L, R) :- ( I > A -> L = R ; arg(I, T, X), '$compounds'(X, L, L1), J is I + 1, '$compounds'(J, A, T, L1, R) ).
'$repeated'([X, Y|L], R) :- X == Y, !, R = [X|R1], '$repeated_rest'(L, X, Rest), '$repeated'(Rest, R1).
'$repeated'([_|L], R) :- !, '$repeated'(L, R).
'$repeated'([], []).
'$repeated_rest'([Y|L], X, R) :- X == Y, !, '$repeated_rest'(L, X, R).
'$repeated_rest'(L, _, L).
'$with_names'([], []).
'$with_names'([T|Ts], [_-T|Ps]) :- '$with_names'(Ts, Ps).
'$factor'(T, Ps, S) :- ( compound(T) -> ( '$named'(Ps, T, V) -> S = V ; '$factor_args'(T, Ps, S) ) ; S = T ).
'$named'([V-U|Ps], T, W) :- ( same_term(T, U) -> W = V ; acyclic_term(U), T == U -> W = V ; '$named'(Ps, T, W) ).
'$factor_args'(T, Ps, S) :- functor(T, N, A), functor(S, N, A), '$factor_args'(1, A, T, Ps, S).
'$factor_args'(I, A, T, Ps, S) :- ( I > A -> true ; arg(I, T, X), '$factor'(X, Ps, Y), arg(I, S, Y), J is I + 1, '$factor_args'(J, A, T, Ps, S) ).
'$factor_all'([], _, []).
'$factor_all'([V-T|Ps], All, [V = S|Us]) :- '$factor_args'(T, All, S), '$factor_all'(Ps, All, Us).
