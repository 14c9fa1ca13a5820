:- module(trees, [simplify/2, partial/1, same/2, kind/2, a_string/1, empty/1, nested/1, pair/1,
                  truth/1, none/1, partial_list/1, same_object/2, deep/2, endless/1,
                  endless_words/1]).
simplify(add(0, X), Y) :- !, simplify(X, Y).
simplify(mul(1, X), Y) :- !, simplify(X, Y).
simplify(X, X).
partial(f(_, 2)).
same(X, X).
kind(X, K) :- atom(X), !, ( X == none -> K = nothing ; X == true -> K = truth ; K = atom ).
kind(X, string) :- string(X), !.
kind(X, integer) :- integer(X), !.
kind(X, float) :- float(X), !.
kind(X, list) :- is_list(X), !.
kind(X, K) :- compound(X), !, functor(X, N, A), K = N-A.
kind(_, object).
a_string(S) :- atom_string('a string', S).
empty([]).
nested([a, [1, 2.5], f(x), [[]]]).
pair(tuple(1, b)).
truth([true, false]).
none(none).
partial_list([a|_]).
same_object(X, X).
deep(0, z) :- !.
deep(N, s(T)) :- M is N - 1, deep(M, T).
endless(L) :- L = [1|L].
endless_words(L) :- L = [a, b|L].
