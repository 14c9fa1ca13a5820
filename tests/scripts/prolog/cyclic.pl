% Terms that contain themselves: nothing that looks at them goes on for ever.
:- X = f(X), print(X), nl, ( cyclic_term(X) -> print(cyclic) ; print(acyclic) ), nl.
:- numlist(1, 200000, L), with_output_to(string(S), print(L)), string_length(S, N), print(N), nl.
:- write_canonical(f(X, 'A', _, X)), nl.

say(G) :- ( call(G) -> R = yes ; R = no ), write(R), nl.

:- X = f(X), Y = f(Y), say(X = Y).
:- X = f(X), Y = f(f(Y)), say(X == Y), compare(O, X, Y), print(O), nl.
:- X = f(X), Y = f(f(f(Y))), say(\+ X \= Y), say(X =@= Y), say(X \= f(a)).
:- A = [B|A], B = [A|B], C = [D|C], D = [C|D], say(A = C), say(B == D).
:- X = [X|X], Y = [Y|Y], say(X == Y), copy_term(X, Z), say(Z == X).
:- X = f(X, _, _), Y = f(Y, 1, 2), X = Y, X = f(_, A, B), print(A-B), nl.
:- X = f(X, 1), Y = f(Y, 2), say(X = Y), say(X == Y), compare(O, X, Y), print(O), nl.
:- X = f(X, A, B, X), term_variables(X, L), say(L == [A, B]).
:- X = f(X, A), say(ground(X)), A = 1, say(ground(X)).
:- X = f(X, _), copy_term(X, Y), Y = f(Z, _), say(Z == Y).
:- X = f(X), findall(X, true, [Y]), say(X = Y).
:- X = f(X), nb_setval(k, X), nb_getval(k, Y), say(X == Y).
:- X = f(X), catch(throw(X), Y, true), say(X == Y).
:- X = f(X), catch(assertz(foo(X)), error(E, _), true), print(E), nl.
:- X = (true, X), catch(call(X), error(E, _), true), print(E), nl.
:- X = [a|X], say(is_list(X)), catch(length(X, _), error(E, _), true), print(E), nl.
:- X = [a|X], catch(msort(X, _), error(E, _), true), print(E), nl.
:- X = 1+X, catch(_ is X, error(type_error(T, _), _), true), print(T), nl.
:- X = f(X), sort([X, a, X], L), length(L, N), print(N), nl.
:- X = f(X), Y = f(Y), say(dif(X, Y)).
:- X = f(X), say(subsumes_term(X, X)), say(unify_with_occurs_check(Y, g(Y))).
:- X = [b, a|X], print(X), nl, format("~w ~q~n", [g(X), X]).
:- X = f(X, Y), Y = g(X, Y), print(X), nl.
:- X = f('A', X), write_canonical(X), nl, write_term(X, [max_depth(4)]), nl.
:- X = f(X), numbervars(X, 0, E), print(E), nl.
:- X = f(X, _), setof(X, true, L), length(L, N), print(N), nl.
:- X = f(X), term_to_atom(X, A), print(A), nl.
:- table t/1.
t(_).
:- X = f(X), catch(t(X), error(E, _), true), print(E), nl.
% As much shared as a cycle, but finite.
big(0, a) :- !.
big(N, f(T, T)) :- N1 is N - 1, big(N1, T).
:- big(60, X), big(60, Y), say(X = Y), say(X == Y), say(ground(X)), term_variables(X, L), print(L), nl.
% In a hot loop.
loop(0) :- !.
loop(N) :- X = f(X, N), Y = f(Y, N), X = Y, X == Y, \+ X = f(_, b), N1 is N - 1, loop(N1).
:- loop(300), say(true).
