% Compounds without arguments.
:- initialization(main).
try(G) :- catch(( G -> print(G) ; print(no) ), error(E, _), print(E)), nl.
read_text(T) :- catch(( term_to_atom(X, T) -> writeq(X) ; write(no) ), error(E, _), ( E = syntax_error(_) -> write(syntax_error) ; print(E) )), nl.
called() :- write(called), nl.
called(X) :- X = other().
fact(f(), 1).
fact(f, 2).
fact(f(_), 3).
fact(g(f(), h()), 4).
:- dynamic stored/1.
main :-
    forall(member(T, ['f()', 'f( )', '[]()', '{}()', '-()', '- ()', 'f ()', 'X()', 'f()()', 'a:b()', 'f(g(),h)', '\\+f()', '[f()|g()]', '- f()', '-()-1', '\'A b\'()', 'f(:-(),-())', '{f()}', '\'$VAR\'()', 'f(,)', 'f(']), read_text(T)),
    X = f(), compound_name_arity(X, N, A), print(N/A), nl, compound_name_arguments(X, N2, As), print(N2/As), nl,
    forall(member(G, [functor(X, _, _), X =.. _, atom(X), compound(X), callable(X), atomic(X), ground(X), arg(_, X, _), X == f, X = f, X = f(), X @< f(a), f @< X, X =@= f(), copy_term(X, _), term_variables(X, _),
                      functor(_, f, 0), _ =.. [f], compound_name_arity(_, f, 0), compound_name_arguments(_, f, []), compound_name_arguments(_, 1, []), compound_name_arity(_, _, 0)]), try(G)),
    called, called(), G1 = called(), call(G1), called(Y), print(Y), nl, try(undefined_one()),
    findall(I, fact(f(), I), L1), print(L1), nl, findall(I, fact(f, I), L2), print(L2), nl, findall(I, fact(g(f(), _), I), L3), print(L3), nl,
    assertz(stored(f())), assertz(stored(g(f(), f))), findall(S, stored(S), L4), print(L4), nl, ( stored(f) -> print(yes) ; print(no) ), nl,
    findall(f(), member(_, [1, 2]), L5), print(L5), nl,
    msort([f(a), f(), b, f, 1, "s", g(), _], L6), length(L6, Len), print(Len), nl,
    write_canonical(f()), nl, write_term(f(g()), [ignore_ops(true)]), nl,
    numlist(1, 300, Is), findall(h(), member(_, Is), Hs), garbage_collect, sort(Hs, Sorted), print(Sorted), nl.
