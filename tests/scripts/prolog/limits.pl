% Limits of what is formatted, of arguments and of clauses: none of them ends the system.
t(G) :- catch(( call(G) -> true ; print(no) ), error(E, _), print(E)), nl.
:- t(format("~99r", [10])), t(format("~1r", [10])), t(format("~*c", [-1, 0'x])), t(format("~*c", [99999999999999, 0'x])).
:- t(format("~99999999999999n")), t(format("~99999999999999d", [1])), t(format("~99999999999f", [1.0])), t(format("~t~99999999999|")).
:- t(format("~k", ['$VAR'(1) + 'A'])), t(format("~8r ~16R", [100, 255])), t(format("~3d", [12345])).
% Compounds may have any number of arguments, predicates may not.
:- functor(T, f, 70000), functor(T, N, A), print(N/A), nl, arg(69999, T, x), copy_term(T, U), U = T, t(assertz(T)), t(call(T)).
:- length(L, 70000), T =.. [f|L], functor(T, N, A), print(N/A), nl, nb_setval(k, T), nb_getval(k, U), U = T.
:- t(dynamic(foo/70000)), t(assertz((foo :- T, functor(T, g, 70000)))).
:- length(L, 30000), assertz(many(L)), many(L2), length(L2, N), print(N), nl.
:- length(L, 4500), foldl([X, G, (X = 1, G)]>>true, L, true, B), assertz((long(L) :- B)), long(L2), sum_list(L2, S), print(S), nl.
:- forall(between(1, 205, _), long(_)), long([F|_]), print(F), nl.
% More clauses than are compiled.
term_expansion(make_clauses, Cs) :-
    findall(big(X, Y), ( between(1, 6000, X), Y is X mod 7 ), Facts),
    append(Facts, [( big(A, B) :- A > 6000, !, B = large ), ( big(A, B) :- A < 0, !, B = negative ), big(_, other)], Cs).
make_clauses.
:- findall(Y, big(3000, Y), L), print(L), nl, findall(Y, big(7000, Y), L2), print(L2), nl.
:- findall(Y, big(-1, Y), L), print(L), nl, findall(Y, big(0, Y), L2), print(L2), nl.
