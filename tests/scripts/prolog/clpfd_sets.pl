% Automata, rectangles, and domains as values.
:- use_module(library(clpfd)).
:- initialization(main).
range(S) :- fdset_to_range(S, R), print(R), nl.
show(T, G) :- catch(( findall(T, G, L), print(L) ), error(E, _), print(E)), nl.
main :-
    X in 1..5 \/ 8..9, fd_set(X, SX), range(SX), fdset_to_list(SX, LX), print(LX), nl,
    fd_set(_, All), range(All), fd_set(5, Five), range(Five),
    range_to_fdset(1..3 \/ 5..sup, Open), show(N-A-Z, ( fdset_size(Open, N), fdset_min(Open, A), fdset_max(Open, Z) )), show(L, fdset_to_list(Open, L)),
    empty_fdset(Empty), range(Empty), show(y, is_fdset(Empty)), show(y, is_fdset(foo)),
    fdset_interval(I, 1, 4), fdset_parts(I, Low, High, Rest), print(Low-High), nl, show(y, empty_fdset(Rest)), show(J, fdset_interval(J, 5, 2)),
    show(y, empty_interval(3, 2)), show(y, empty_interval(2, 3)), show(V, fdset_singleton(Five, V)),
    list_to_fdset([9, 2, 3, 1], P), list_to_fdset([3, 4], Q),
    fdset_union(P, Q, U), range(U), fdset_intersection(P, Q, M), range(M), fdset_subtract(P, Q, D), range(D), fdset_complement(P, C), range(C),
    fdset_add_element(P, 4, P4), range(P4), fdset_del_element(P, 2, P2), range(P2), fdset_union([P, Q, Five], PQ), range(PQ),
    show(V, fdset_member(V, P)), show(y, fdset_member(2, P)), show(y, fdset_subset(Q, U)), show(y, fdset_subset(U, Q)),
    show(y, fdset_disjoint(P, Five)), show(y, fdset_intersect(P, Q)), show(y, fdset_eq(P, Q)),
    Y in_set P, fd_dom(Y, DY), print(DY), nl, show(S, fdset_to_list(S, _)),
    length(Vs, 3),
    show(Vs, ( automaton(Vs, [source(a), sink(c)], [arc(a, 0, a), arc(a, 1, b), arc(b, 0, a), arc(b, 1, c), arc(c, 0, c), arc(c, 1, c)]), label(Vs) )),
    show(Vs, automaton(Vs, [source(a), sink(b)], [arc(a, 0, a), arc(a, 1, b)])),
    length(Ws, 4),
    show(Ws, ( automaton(Ws, _, Ws, [source(a), sink(a)], [arc(a, 0, a), arc(a, 1, a, [K + 1])], [K], [0], [2]), label(Ws) )),
    show(F, ( automaton([3, 5, 2], T, [1, 0, 1], [source(a), sink(a)], [arc(a, 0, a), arc(a, 1, a, [B + T])], [B], [0], [F]) )),
    show(y, automaton([], [source(a), sink(a)], [])), show(y, automaton([], [source(a), sink(b)], [])),
    show(y, automaton(_, [source(a)], [])), show(y, automaton([_], foo, [])),
    show(X1, ( X1 in 0..3, disjoint2([f(X1, 2, 0, 2), f(2, 2, 1, 2)]), label([X1]) )),
    show(X2-Y2, ( X2 in 0..3, Y2 in 0..1, disjoint2([f(X2, 2, Y2, 1), f(1, 2, 0, 1)]), label([X2, Y2]) )),
    show(y, disjoint2([f(1, 1, 0, 5), f(0, 3, 0, 3)])), show(y, disjoint2(_)).
