% Terms as text.
:- set_prolog_flag(double_quotes, codes).
t(T) :- writeq(T), nl.
:- initialization(main).
main :-
    t(-(1)), t(-(-(1))), t(-(1^2)), t((-(1))^2), t(-a^2), t(1 - (-1)), t(- - a), t(+(1)),
    X is inf, t(X), Y is -inf, t(Y), Z is nan, t(Z),
    t([1.0e15, 1.0e16, 1.5e300, 1.0e-7, 0.0001, 123456789.0, 1.0e14]),
    t(['\e', '\0\', '\x7f\', '\n', 'a\\b', 'it''s', '\x200b\']),
    t(f(:-, [-], - , (:- a))), t([(a :- b), (c , d)]),
    write_term((:-), [priority(699)]), nl, write_term(-, []), nl,
    write_term(f(x), [fullstop(true), nl(true)]), write_term(-, [fullstop(true), nl(true)]),
    write_term({a}, [brace_terms(true)]), nl,
    N = 1 000 000, t(N), C = 0'', t(C), M = 1_000, t(M),
    wrong("X = \\+ a."), wrong("X = 2 ** - a."), wrong("X = 'a\\qb'."), wrong("a(b."),
    clauses.
wrong(Cs) :- atom_codes(A, Cs), catch(( term_to_atom(_, A), write(read) ), error(syntax_error(E), _), writeq(E)), nl.
clauses :-
    portray_clause((a(X, Y, X) :- b(Y, _), \+ c(X), ( d -> e ; f, g ))),
    portray_clause((a :- findall(X1, ( p(X1), q(X1) ), L), w(L))),
    portray_clause((a :- \+ ( b, c ))),
    portray_clause((a :- ( b -> c ))),
    portray_clause((a --> b, { c })),
    portray_clause((a => b)),
    portray_clause((:- dynamic d/1)),
    portray_clause(foo(_, 'A b', "s")),
    assertz(kept(1)), assertz((kept(K) :- K > 1, ( K > 5 ; kept(0) ))),
    listing(kept/1),
    catch(listing(nothing/3), error(E, _), ( print(E), nl )).
