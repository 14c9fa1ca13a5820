% Predicates of many clauses: however they are found, the same clauses match in the same order.
:- initialization(main).
:- multifile term_expansion/2.
term_expansion(make(Kind, N), Cs) :- numlist(1, N, Is), findall(C, ( member(I, Is), clause_of(Kind, I, C) ), Cs).
clause_of(fact, I, fact(I, K, J)) :- K is I mod 7, J is I * 31 mod 1201.
clause_of(rule, I, ( rule(K, X, Y) :- X > 0, !, Y is X + I )) :- K is I - 600.
clause_of(rule, I, ( rule(K, X, Y) :- Y = neg(X, I) )) :- K is I - 600.
clause_of(rule, 1100, ( rule(K, _, none) :- \+ integer(K) )).
clause_of(name, I, ( name(A, X, Y) :- Y is X + I )) :- atom_concat(n, I, A).
clause_of(name, 90, ( name(I, X, Y) :- integer(I), Y is X + I )).
clause_of(name, 90, ( name(1.5, X, Y) :- Y = float(X) )).
clause_of(name, 90, ( name("text", X, Y) :- Y = text(X) )).
clause_of(name, 90, ( name(f(_), X, Y) :- Y = compound(X) )).
clause_of(shape, I, ( shape(T, X, Y) :- Y is X + A + I )) :- atom_concat(f, I, F), T =.. [F, A].
clause_of(shape, 90, ( shape(T, X, Y) :- atomic(T), Y = atomic(X) )).
% Every other clause matches any first argument: no table has them all for each key.
clause_of(spread, I, ( spread(I, X, I) :- X == I )) :- I mod 2 =:= 0.
clause_of(spread, I, ( spread(K, X, any) :- K == I, X == K )) :- I mod 2 =:= 1.
% Compounds, below which a table leads further.
clause_of(inner, I, inner(g(I, J), I)) :- J is I mod 3.
make(fact, 1200).
make(rule, 1100).
make(name, 90).
make(shape, 90).
make(spread, 300).
make(inner, 1100).
next(I, N, J) :- J is (I * 1103 + 12345) mod N.
sum(_, 0, _, S, S) :- !.
sum(G, N, I, S0, S) :- next(I, 1201, J), ( call(G, J, Y) -> S1 is S0 + Y ; S1 is S0 - 1 ), N1 is N - 1, sum(G, N1, J, S1, S).
fact_third(I, J) :- fact(I, _, J).
rule_third(I, Y) :- K is I - 600, rule(K, 1, Y0), ( integer(Y0) -> Y = Y0 ; Y = 0 ).
name_third(I, Y) :- K is I mod 91, ( K =:= 0 -> A = K ; atom_concat(n, K, A) ), name(A, 1, Y).
shape_third(I, Y) :- K is I mod 90 + 1, atom_concat(f, K, F), T =.. [F, I], shape(T, 1, Y).
spread_third(I, Y) :- K is I mod 300 + 1, spread(K, K, Z), ( integer(Z) -> Y = Z ; Y = 0 ).
inner_second(I, Y) :- K is I mod 1100 + 1, inner(g(K, _), Y).
all(T, G) :- findall(T, G, L), length(L, N), ( N > 8 -> msort(L, [A, B|_]), last(L, Z), print(N-[A, B, Z]) ; print(L) ), nl.
main :-
    forall(member(G, [fact_third, rule_third, name_third, shape_third, spread_third, inner_second]), ( sum(G, 2500, 7, 0, S), print(G-S), nl )),
    all(J, fact(17, _, J)), all(I-J, fact(I, 3, J)), all(I, fact(I, _, 5)), all(J, fact(0, _, J)), all(J, fact(a, _, J)), all(J, fact(1.0, _, J)), all(x, fact(_, _, _)),
    all(Y, rule(-599, 0, Y)), all(Y, rule(-599, 1, Y)), all(Y, rule(500, 0, Y)), all(Y, rule(501, 0, Y)), all(Y, rule(a, 0, Y)), all(Y, rule(_, 1, Y)), all(Y, rule(_, 0, Y)),
    all(Y, rule(12345678901234567890, 0, Y)),
    all(Y, name(n3, 0, Y)), all(Y, name(n91, 0, Y)), all(Y, name(12, 0, Y)), all(Y, name(1.5, 0, Y)), all(Y, name("text", 0, Y)), all(Y, name(f(x), 0, Y)), all(Y, name(f, 0, Y)),
    all(Y, shape(f3(1), 0, Y)), all(Y, shape(f91(1), 0, Y)), all(Y, shape(f3(1, 2), 0, Y)), all(Y, shape(a, 0, Y)), all(Y, shape([], 0, Y)),
    all(Y, spread(4, 4, Y)), all(Y, spread(5, 5, Y)), all(K-Y, spread(K, 6, Y)), all(Y, spread(a, a, Y)),
    all(Y, inner(g(5, 2), Y)), all(Y, inner(g(5, 1), Y)), all(Y, inner(g(_, 1), Y)), all(X, inner(X, 7)), all(x, inner(_, _)).
