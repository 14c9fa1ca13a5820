% arg/3 counts, enumerates, and says what is wrong; in loops it is an instruction.
t(G) :- catch((G -> true ; write(no)), error(E, _), print(E)), nl.

:- initialization(main).

main :-
    t(arg(1, _, _)), t(arg(_, _, _)), t(arg(a, f(x), _)), t(arg(-1, f(x), _)), t(arg(0, f(x), _)),
    t(arg(2, f(x), _)), t(arg(1, a, _)), t(arg(_, a, _)), t(arg(a, a, _)), t(arg(1.0, f(x), _)),
    t((arg(N, f(a, b, b), b), print(N))),
    t(arg(100000000000000000000, f(a), _)),
    t((findall(I-A, arg(I, g(x, y), A), L), print(L))),
    t((G =.. [arg, K, f(a), a], call(G), print(K))),
    t((arg(1, f(X), Y), X = 3, print(Y))),
    t((arg(1, f(g(P)), g(7)), print(P))),
    t((freeze(V, (print(V), nl)), arg(1, f(9), V))),
    t(\+ arg(1, f(a), b)),
    functor(T, point, 3), fill(3, T), print(T), nl,
    sum(3000, T, 0, S), print(S), nl,
    T2 = total(0), count(3000, T2), arg(1, T2, C), print(C), nl.

fill(0, _) :- !.
fill(N, T) :- arg(N, T, N), N1 is N - 1, fill(N1, T).

% The number, the compound and its functor vary.
sum(0, _, S, S) :- !.
sum(N, T, S0, S) :-
    I is N mod 4, ( arg(I, T, X) -> true ; arg(1, f(10, 20), X) ), S1 is S0 + X,
    N1 is N - 1, sum(N1, T, S1, S).

count(N, T) :- between(1, N, I), arg(1, T, C0), C is C0 + I, nb_setarg(1, T, C), fail.
count(_, _).
