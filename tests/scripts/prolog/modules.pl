% Modules: what is imported under which name, and what is known of them.
:- use_module(m1).
:- use_module(m3, [e/1 as ee, tw/2, wh/1]).
loc(u).
t(G) :- ( catch(G, E, ( E = error(F, _) -> print(caught(F)) ; print(caught(E)) )) -> true ; print(failed) ), nl.
:- initialization(main).
main :-
    t((a(X1), print(X1))), t((b(1, X2), print(X2))), t(hidden(1, _)), t((m1:hidden(1, X3), print(X3))),
    t((ee(X4), print(X4))), t(e(_)), t((tw(loc, X5), print(X5))),
    t((phrase(c(X6), [q]), print(X6))), t((term_to_atom(T, 'p ===> q'), print(T))),
    t((m1:assertz(state(1)), findall(S, m1:state(S), L7), print(L7))),
    t((module_property(m1, exports(L8)), msort(L8, L9), print(L9))), t((module_property(m1, class(C)), print(C))),
    t(current_module(m1)), t(current_module(nowhere)), t((wh(M), print(M))), t((m1:context_module(M1), print(M1))),
    t((predicate_property(a(_), imported_from(I)), print(I))), t(predicate_property(m1:a(_), exported)),
    t((predicate_property(tw(_, _), meta_predicate(Sp)), print(Sp))),
    t((strip_module(m1:m2:foo(x), M2, G2), print(M2-G2))), t((strip_module(foo(x), M3, G3), print(M3-G3))),
    t((m1:( a(X10), X10 > 1 ), print(X10))), t((m1:export(hidden/2), import(m1:hidden/2), hidden(1, X11), print(X11))),
    t((current_predicate(m1:hidden/N1), print(N1))), t((current_predicate(M4:loc/1), print(M4))), t((current_predicate(a/N2), print(N2))),
    t(use_module(m2)), t((d(X12), print(X12))), t((nowhere:append([1], [2], X13), print(X13))), t(nowhere:foo(1)),
    t(ensure_loaded(m3)), t((e(X14), print(X14))).
