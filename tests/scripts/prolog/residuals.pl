% What is left of constraints, and the order in which goals wake.
:- use_module(library(clpfd)).
t(V, G) :- findall(W-Gs, ( G, copy_term(V, W, Gs) ), L), numbervars(L, 0, _), forall(member(X, L), ( print(X), nl )), ( L == [] -> print(none), nl ; true ).
n(N, G) :- findall(x, G, L), length(L, K), print(N-K), nl.
:- initialization(main).
main :-
    t(X-Y, ( dif(f(X, Y), f(a, b)), X = a )), t(X-Y, dif(f(X, Y), f(a, b))), t(X, ( dif(X, a), dif(X, b) )), t(X-Y, ( dif(X, Y), X = Y )),
    t(X, ( freeze(X, fail), freeze(X, true) )), t(X, when(ground(X), true)),
    freeze(V, ( write(a), nl )), freeze(W, ( write(b), nl )), V = W, V = 1,
    catch(( freeze(Q, Goal), Q = 1, call(Goal) ), error(E1, _), ( print(E1), nl )),
    catch(when(foo(a), true), error(E2, _), ( print(E2), nl )),
    put_attr(Z, p, 1), put_attr(Z, q, 2), get_attrs(Z, As), print(As), nl, del_attr(Z, p), del_attr(Z, q), ( attvar(Z) -> print(yes) ; print(no) ), nl,
    freeze(F, true), dif(F, 1), frozen(F, Fr), copy_term_nat(Fr, Fr1), numbervars(Fr1, 0, _), print(Fr1), nl,
    n(reified, ( X #= 3 #<==> B, X = 4, B == 0 )), n(count, ( global_cardinality([X, Y], [1-1, 2-1]), X = 1 )), n(trivial, 9 #\= 0), n(le, 1 #=< 2),
    n(chain, ( lex_chain([[X, Y], [1, 2]]), [X, Y] ins 0..3, label([X, Y]) )), n(distinct, ( [X, Y] ins 1..2, all_distinct([X, Y]), label([X, Y]) )),
    n(money, ( money(Vs), label(Vs) )), t(X, 8 #= 2 ^ X), t(X, ( X * X #= 16, X #> 0 )),
    t([X, Y], ( X in 1..5, Y #= X * 2 )), t([X, Y, S], X #= Y + S), t([X, Y], ( [X, Y] ins 0..3, all_distinct([X, Y]) )),
    t([X, Y, S], ( 2 * X + 3 * Y #= S, X = 1 )),
    catch(X #= a, error(E3, _), ( print(E3), nl )), catch(X in a, error(E4, _), ( print(E4), nl )).
money([S, E, N, D, M, O, R, Y]) :-
    Vs = [S, E, N, D, M, O, R, Y], Vs ins 0..9, all_different(Vs),
    S * 1000 + E * 100 + N * 10 + D + M * 1000 + O * 100 + R * 10 + E #= M * 10000 + O * 1000 + N * 100 + E * 10 + Y, M #\= 0, S #\= 0.
