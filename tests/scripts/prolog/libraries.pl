% Libraries: what they answer and what they raise.
:- use_module(library(assoc)).
:- use_module(library(aggregate)).
:- use_module(library(rbtrees)).
:- use_module(library(heaps)).
:- use_module(library(dcg/basics)).
:- use_module(library(terms)).
t(T, G) :- catch(( findall(T, G, L), print(L) ), error(E, _), print(E)), nl.
age(ann, 30). age(bob, 20). age(cid, 20).
:- initialization(main).
main :-
    numlist(1, 6, Ks), findall(K-K, member(K, Ks), Ps),
    t(A, list_to_assoc(Ps, A)), t(A, ord_list_to_assoc([a-1, b-2], A)), t(A, list_to_assoc([a-1, a-2], A)),
    t(A, list_to_assoc([a], A)), t(A, ord_list_to_assoc([b-1, a-2], A)),
    list_to_assoc(Ps, T0), t(V-T, del_assoc(4, T0, V, T)), t(K-T, del_min_assoc(T0, K, _, T)), t(K-T, del_max_assoc(T0, K, _, T)),
    deletions,
    t(N, aggregate(count, N0^A0^age(N0, A0), N)), t(A-N, aggregate(count, N0^age(N0, A), N)), t(M, aggregate(max(A, N), age(N, A), M)),
    t(r(C, S), aggregate(r(count, sum(A)), N^age(N, A), r(C, S))), t(x, aggregate(count, age(none, _), _)), t(B, aggregate(bag(N), age(N, 20), B)),
    t(L, findnsols(2, X, member(X, [a, b, c]), L)), t(X, ( X = [_, _], foreach(member(Y, [1, 2]), memberchk(Y, X)) )),
    t(x, append(_, [a])), t(x, nth0(foo, [a], _, _)), t(x, partition([_, foo] >> true, [1], _, _, _)),
    t(R, ord_union([a, c], [b, c], _, R)), t(x, is_ordset([b, a])),
    t(K-V, ( list_to_rbtree([b-2, a-1], RB), rb_insert(RB, c, 3, RB2), rb_in(K, V, RB2) )),
    t(H, ( list_to_heap([3-c, 1-a, 2-b], H0), get_from_heap(H0, _, _, H1), heap_to_list(H1, H) )),
    t(I-F, ( atom_codes(' 12 -3.5', Cs), phrase(( blanks, integer(I), whites, number(F) ), Cs) )),
    t(D, ( atom_codes('ab, cd', Cs2), phrase(( string_without(`,`, D0), ",", blanks, remainder(_) ), Cs2), atom_codes(D, D0) )),
    t(Sk, ( term_factorized(f(a(x), a(x), b), Sk, [Vf = W]), Vf = v(W) )), t(Q, sub_term(Q, f(a))), t(Sz, mapargs([P1, P2] >> (P2 = g(P1)), f(a, b), Sz)),
    t(x, must_be(integer, a)), t(x, must_be(integer, _)), t(x, must_be(positive_integer, 0)), t(x, must_be(list(integer), [1, a])),
    t(x, must_be(oneof([a]), b)), t(x, must_be(foo, 1)), t(x, must_be(list, [a|_])), t(x, must_be(boolean, 1)), t(x, must_be(between(1, 3), 5)),
    t(Sp, ( normalize_space(atom(Sp), '  a   b ') )), t(U, ( unifiable(f(Pu, b), f(a, Qu), U), Pu = p, Qu = q )), t(Qq-Rr, divmod(-7, 2, Qq, Rr)),
    t(Ro, nth_integer_root_and_remainder(2, 10, Ro, _)), t(Lb, Lb is lsb(8) + popcount(255) + getbit(5, 0)), t(x, _ is msb(0)),
    t(Mx, Mx is max(1, 1.0)), t(x, atomic_list_concat(a, _)), t(x, atomic_list_concat(_, '', abc)), t(x, atomic_list_concat([a|b], '-', _)),
    t(x, between(1, a, _)), t(x, number_string(foo, _)), t(x, string_code(-1, "abc", _)), t(x, same_term(a, a)).
deletions :-
    numlist(1, 40, Ks), findall(K-K, member(K, Ks), Ps), list_to_assoc(Ps, A),
    forall(member(K, Ks), ( J is K * 17 mod 41, del_assoc(J, A, J, B), is_assoc(B) )),
    foldl([K, A0, A1] >> ( J is K * 17 mod 41, del_assoc(J, A0, _, A1), is_assoc(A1) ), Ks, A, E), print(E), nl.
