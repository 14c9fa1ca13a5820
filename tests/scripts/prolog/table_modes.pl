% Modes of tables are those of a module's own predicate.
:- module(first, []).
:- initialization(first:main).
:- table cost(_, min).
cost(a, 3). cost(a, 1). cost(a, 2).
:- module(second, []).
:- table cost(_, max).
cost(a, 3). cost(a, 1). cost(a, 2).
:- table first:total(_, sum), plain/1.
plain(1). plain(2).
first:total(x, 1). first:total(x, 4).
:- module(first).

main :-
    findall(X, first:cost(a, X), L1), findall(X, second:cost(a, X), L2),
    findall(X, second:plain(X), L3), findall(X, first:total(x, X), L4),
    print([L1, L2, L3, L4]), nl.
