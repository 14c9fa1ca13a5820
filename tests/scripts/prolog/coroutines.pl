:- use_module(library(ugraphs)).
domain(X, D) :- put_attr(X, dom, D).
dom:attr_unify_hook(D, Y) :- ( var(Y) -> true ; memberchk(Y, D) ).
dom:attribute_goals(X) --> { get_attr(X, dom, D) }, [domain(X, D)].
:- initialization(main).
main :-
    freeze(X, ( write(got(X)), nl )), X = 1,
    ( freeze(Y, fail), Y = 1 -> true ; write(refused), nl ),
    dif(A, B), A = 1, ( B = 1 -> true ; write(different), nl ),
    dif(f(P, Q), f(1, 2)), P = 1, ( Q = 2 -> true ; Q = 3, write(Q), nl ),
    when(ground(G + H), ( write(G + H), nl )), G = 1, write(waiting), nl, H = 2,
    domain(D, [a, b]), ( D = c -> true ; D = b, write(D), nl ),
    domain(E, [x]), copy_term(E, F, Gs), F = v, print(Gs), nl,
    freeze(I, true), copy_term(I, J, Js), J = v, print(Js), nl,
    M = lists, M:append([1], [2], L), print(L), nl,
    vertices_edges_to_ugraph([], [a-b, b-c, a-c], U), top_sort(U, T), print(T), nl,
    reachable(b, U, R), print(R), nl.
