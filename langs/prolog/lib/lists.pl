:- module(lists, [append/3, append/2, member/2, memberchk/2, length/2, nth0/3, nth1/3, nth0/4, nth1/4,
    reverse/2, last/2, sum_list/2, sumlist/2, max_list/2, min_list/2, max_member/2, min_member/2,
    max_member/3, min_member/3, numlist/3, delete/3, select/3, selectchk/3, select/4, subtract/3,
    intersection/3, union/3, permutation/2, flatten/2, prefix/2, is_set/1,
    subset/2, pairs_keys_values/3, pairs_keys/2, pairs_values/2, proper_list/1, proper_length/2,
    same_length/2, predsort/3, clumped/2, subseq/3,
    list_to_ord_set/2, transpose_pairs/2, map_list_to_pairs/3, nextto/3]).
:- meta_predicate(predsort(3, ?, ?)).
:- meta_predicate(map_list_to_pairs(2, ?, ?)).
:- meta_predicate(max_member(2, ?, ?)).
:- meta_predicate(min_member(2, ?, ?)).

append([], L, L).
append([X|Xs], L, [X|Ys]) :- append(Xs, L, Ys).
append(Ls, L) :-
    '$length'(Ls, _, T),
    ( T == [] -> true ; var(T) -> throw(error(instantiation_error, _)) ; throw(error(type_error(list, Ls), _)) ),
    '$append_all'(Ls, L).
'$append_all'([], []).
'$append_all'([L|Ls], As) :- append(L, Ws, As), '$append_all'(Ls, Ws).

member(X, [Y|Ys]) :- '$member_'(Ys, X, Y).
memberchk(X, L) :- '$memberchk_'(L, X).
'$memberchk_'([Y|Ys], X) :- ( X = Y -> true ; '$memberchk_'(Ys, X) ).

length(L, N) :-
    '$length'(L, M, Tail),
    (   Tail == [] -> '$length_check'(N), N = M
    ;   var(Tail)
    ->  (   integer(N)
        ->  ( N < 0 -> throw(error(domain_error(not_less_than_zero, N), context(length/2, _))) ; true ),
            N >= M, K is N - M, '$make_list'(K, Tail)
        ;   var(N) -> Tail \== N, '$length_enum'(Tail, M, N)
        ;   throw(error(type_error(integer, N), context(length/2, _)))
        )
    ;   throw(error(type_error(list, L), context(length/2, _)))
    ).
'$length_check'(N) :- ( var(N) -> true ; integer(N) -> ( N < 0 -> throw(error(domain_error(not_less_than_zero, N), context(length/2, _))) ; true ) ; throw(error(type_error(integer, N), context(length/2, _))) ).
'$make_list'(0, L) :- !, L = [].
'$make_list'(K, [_|T]) :- K1 is K - 1, '$make_list'(K1, T).
'$length_enum'([], N, N).
'$length_enum'([_|T], N0, N) :- N1 is N0 + 1, '$length_enum'(T, N1, N).
proper_list(L) :- is_list(L).
proper_length(L, N) :- is_list(L), length(L, N).
same_length([], []).
same_length([_|A], [_|B]) :- same_length(A, B).

nth0(I, L, E) :- ( integer(I) -> I >= 0, '$nth'(I, L, E) ; var(I) -> L = [H|T], '$nth_gen'(T, E, H, 0, I) ; throw(error(type_error(integer, I), context(nth0/3, _))) ).
nth1(I, L, E) :- ( integer(I) -> I >= 1, I0 is I - 1, '$nth'(I0, L, E) ; var(I) -> L = [H|T], '$nth_gen'(T, E, H, 1, I) ; throw(error(type_error(integer, I), context(nth1/3, _))) ).
'$nth'(0, L, E) :- !, L = [E|_].
'$nth'(I, [_|T], E) :- I1 is I - 1, '$nth'(I1, T, E).
'$nth_gen'(_, E, E, B, B).
'$nth_gen'([H|T], E, _, B, I) :- B1 is B + 1, '$nth_gen'(T, E, H, B1, I).
nth0(I, L, E, R) :- ( integer(I) -> I >= 0, '$nth_del'(I, L, E, R) ; var(I) -> '$nth_gen_del'(L, E, R, 0, I) ; throw(error(type_error(nonneg, I), context(nth0/4, _))) ).
nth1(I, L, E, R) :- ( integer(I) -> I >= 1, I0 is I - 1, '$nth_del'(I0, L, E, R) ; var(I) -> '$nth_gen_del'(L, E, R, 1, I) ; throw(error(type_error(nonneg, I), context(nth1/4, _))) ).
'$nth_del'(0, L, E, R) :- !, L = [E|R].
'$nth_del'(I, [H|T], E, [H|R]) :- I1 is I - 1, '$nth_del'(I1, T, E, R).
'$nth_gen_del'([E|R], E, R, B, B).
'$nth_gen_del'([H|T], E, [H|R], B, I) :- B1 is B + 1, '$nth_gen_del'(T, E, R, B1, I).

reverse(L, R) :- '$reverse'(L, [], R).
last([X], Y) :- !, X = Y.
last([_|T], X) :- last(T, X).
nextto(X, Y, [X,Y|_]).
nextto(X, Y, [_|T]) :- nextto(X, Y, T).
sum_list(L, S) :- '$sum_list'(L, 0, S).
sumlist(L, S) :- '$sum_list'(L, 0, S).
'$sum_list'([], S, S).
'$sum_list'([X|Xs], S0, S) :- S1 is S0 + X, '$sum_list'(Xs, S1, S).
max_list([H|T], M) :- '$max_list'(T, H, M).
'$max_list'([], M, M).
'$max_list'([X|Xs], M0, M) :- M1 is max(M0, X), '$max_list'(Xs, M1, M).
min_list([H|T], M) :- '$min_list'(T, H, M).
'$min_list'([], M, M).
'$min_list'([X|Xs], M0, M) :- M1 is min(M0, X), '$min_list'(Xs, M1, M).
max_member(M, [H|T]) :- '$max_member'(T, H, M).
'$max_member'([], M, M).
'$max_member'([X|Xs], M0, M) :- ( X @> M0 -> '$max_member'(Xs, X, M) ; '$max_member'(Xs, M0, M) ).
min_member(M, [H|T]) :- '$min_member'(T, H, M).
'$min_member'([], M, M).
'$min_member'([X|Xs], M0, M) :- ( X @< M0 -> '$min_member'(Xs, X, M) ; '$min_member'(Xs, M0, M) ).
max_member(P, M, [H|T]) :- '$max_by'(T, P, H, M).
'$max_by'([], _, M, M).
'$max_by'([X|Xs], P, M0, M) :- ( call(P, M0, X) -> '$max_by'(Xs, P, X, M) ; '$max_by'(Xs, P, M0, M) ).
min_member(P, M, [H|T]) :- '$min_by'(T, P, H, M).
'$min_by'([], _, M, M).
'$min_by'([X|Xs], P, M0, M) :- ( call(P, X, M0) -> '$min_by'(Xs, P, X, M) ; '$min_by'(Xs, P, M0, M) ).
numlist(L, H, R) :- '$must_be_int'(L), '$must_be_int'(H), L =< H, '$numlist'(L, H, R).
'$numlist'(H, H, L) :- !, L = [H].
'$numlist'(L, H, [L|T]) :- L1 is L + 1, '$numlist'(L1, H, T).

delete([], _, []).
delete([X|Xs], E, R) :- ( X \= E -> R = [X|R1] ; R = R1 ), delete(Xs, E, R1).
select(X, [X|T], T).
select(X, [H|T], [H|R]) :- select(X, T, R).
selectchk(X, L, R) :- select(X, L, R), !.
select(X, Xs, Y, Ys) :- '$select4'(Xs, X, Y, Ys).
'$select4'([X|T], X, Y, [Y|T]).
'$select4'([H|T], X, Y, [H|T2]) :- '$select4'(T, X, Y, T2).
subtract([], _, []).
subtract([X|Xs], Ys, R) :- ( memberchk(X, Ys) -> R = R1 ; R = [X|R1] ), subtract(Xs, Ys, R1).
intersection([], _, []).
intersection([X|Xs], Ys, R) :- ( memberchk(X, Ys) -> R = [X|R1] ; R = R1 ), intersection(Xs, Ys, R1).
union([], L, L).
union([X|Xs], Ys, R) :- ( memberchk(X, Ys) -> R = R1 ; R = [X|R1] ), union(Xs, Ys, R1).
subset([], _).
subset([X|Xs], Ys) :- memberchk(X, Ys), subset(Xs, Ys).
permutation(Xs, Ys) :-
    '$length'(Xs, N, Tx), '$length'(Ys, M, Ty),
    (   Tx == [], Ty == [] -> N =:= M
    ;   var(Tx), var(Ty) -> length(Xs, K), length(Ys, K)
    ;   Tx == [] -> length(Ys, N)
    ;   length(Xs, M)
    ),
    '$permutation'(Xs, Ys).
'$permutation'([], []).
'$permutation'(Xs, [Y|Ys]) :- select(Y, Xs, R), '$permutation'(R, Ys).
flatten(L, F) :- '$flatten'(L, [], F0), !, F = F0.
'$flatten'(V, T, [V|T]) :- var(V), !.
'$flatten'([], T, T) :- !.
'$flatten'([H|R], T, F) :- !, '$flatten'(H, F1, F), '$flatten'(R, T, F1).
'$flatten'(A, T, [A|T]).
prefix([], _).
prefix([X|Xs], [X|Ys]) :- prefix(Xs, Ys).
is_set(L) :- is_list(L), '$length'(L, N, _), sort(L, S), '$length'(S, N, _).
subseq([], [], []).
subseq([H|T], S, R) :- ( S = [H|S1], subseq(T, S1, R) ; R = [H|R1], subseq(T, S, R1) ).
pairs_keys_values([], [], []).
pairs_keys_values([K-V|Ps], [K|Ks], [V|Vs]) :- pairs_keys_values(Ps, Ks, Vs).
pairs_keys([], []).
pairs_keys([K-_|Ps], [K|Ks]) :- pairs_keys(Ps, Ks).
pairs_values([], []).
pairs_values([_-V|Ps], [V|Vs]) :- pairs_values(Ps, Vs).
transpose_pairs(Ps, Ts) :- '$flip'(Ps, Fs), keysort(Fs, Ts).
'$flip'([], []).
'$flip'([K-V|Ps], [V-K|Fs]) :- '$flip'(Ps, Fs).
map_list_to_pairs(_, [], []).
map_list_to_pairs(P, [X|Xs], [K-X|Ps]) :- call(P, X, K), map_list_to_pairs(P, Xs, Ps).
clumped([], []).
clumped([H|T], R) :- '$clump'(T, H, 1, R).
'$clump'([], H, N, [H-N]).
'$clump'([X|Xs], H, N, R) :- ( X == H -> N1 is N + 1, '$clump'(Xs, H, N1, R) ; R = [H-N|R1], '$clump'(Xs, X, 1, R1) ).
predsort(P, L, S) :-
    '$length'(L, N, _),
    (   N == 0 -> S = []
    ;   '$predsort'(P, N, L, _, S0), S = S0
    ).
'$predsort'(P, 2, [X1,X2|L], L, R) :- !, call(P, D, X1, X2), '$psort2'(D, X1, X2, R).
'$predsort'(_, 1, [X|L], L, [X]) :- !.
'$predsort'(_, 0, L, L, []) :- !.
'$predsort'(P, N, L1, L3, R) :-
    N1 is N // 2, N2 is N - N1,
    '$predsort'(P, N1, L1, L2, R1),
    '$predsort'(P, N2, L2, L3, R2),
    '$predmerge'(P, R1, R2, R).
'$psort2'(<, X1, X2, [X1,X2]).
'$psort2'(=, X1, _, [X1]).
'$psort2'(>, X1, X2, [X2,X1]).
'$predmerge'(_, [], R, R) :- !.
'$predmerge'(_, R, [], R) :- !.
'$predmerge'(P, [H1|T1], [H2|T2], R) :- call(P, D, H1, H2), !, '$predmerge_'(D, P, H1, H2, T1, T2, R).
'$predmerge_'(<, P, H1, H2, T1, T2, [H1|R]) :- '$predmerge'(P, T1, [H2|T2], R).
'$predmerge_'(=, P, H1, _, T1, T2, [H1|R]) :- '$predmerge'(P, T1, T2, R).
'$predmerge_'(>, P, H1, H2, T1, T2, [H2|R]) :- '$predmerge'(P, [H1|T1], T2, R).
list_to_ord_set(L, S) :- sort(L, S).
