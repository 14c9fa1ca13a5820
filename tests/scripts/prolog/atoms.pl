% Atoms made at run time are forgotten when nothing refers to them, and only then: every place that
% can hold one does so while others are made, forgotten and their places used again.
make(N, A) :- atom_concat(kept_, N, A).
spelled(N, A) :- atom_codes(A, Cs), atom_codes(kept_, Ps), number_codes(N, Ns), append(Ps, Ns, Cs).
check(Name, N, A) :- ( spelled(N, A) -> ok(Name) ; print(bad(Name, A)), nl ).
ok(Name) :- write(Name), nl.
churn :- churn(filler_), churn(stuffer_).
churn(P) :- forall(between(1, 300, I), atom_concat(P, I, _)), garbage_collect, tick, tick.
% Calls, so that there is a merge point where the collection can happen.
tick :- length(L, 3), maplist([X]>>(X = 1), L).

% Frames, choice points, exceptions, bags.
:- make(1, A), churn, check(frame, 1, A).
:- findall(A, ( between(1, 3, N), make(N, A), churn ), [A, B, C]), check(bag, 1, A), check(bag, 2, B), check(bag, 3, C).
:- forall(( member(N, [4, 5]), make(N, B) ), ( churn, check(choice_point, N, B) )).
:- make(6, A), ( member(X, [1, 2]), churn, X == 2, check(alternative, 6, A) ; ok(never) ).
:- catch(( make(7, A), churn, throw(ball(A)) ), ball(B), ( churn, check(ball, 7, B) )).
:- make(8, A), T = f(g(A), [A|_]), copy_term(T, U), churn, U = f(g(B), [B|_]), check(copy, 8, B).
:- bagof(K-V, member(K-V, [a-1, b-2]), _), make(9, A), setof(A-X, member(X, [2, 1]), L), churn, L = [B-1, B-2], check(setof, 9, B).
:- freeze(X, true), make(10, A), put_attr(X, user, A), churn, get_attr(X, user, B), check(attribute, 10, B).
attr_unify_hook(_, _).

% Global variables, and their names.
:- make(11, A), nb_setval(global, f(A)), churn.
:- churn, nb_getval(global, f(A)), check(global, 11, A).
:- make(12, A), b_setval(there, A), ( make(13, B), b_setval(there, B), churn, b_getval(there, C), check(backtrackable, 13, C), fail ; churn, b_getval(there, C), check(restored, 12, C) ).
:- make(14, K), nb_setval(K, yes), churn.
:- make(14, K), nb_getval(K, V), print(V), nl.

% The database: facts, keys of an index, bodies, clauses that are gone while a call still sees them.
:- dynamic fact/1, pair/2, rule/1, queue/1.
:- forall(between(1, 40, N), ( make(N, A), assertz(fact(A)), assertz(pair(A, N)) )), churn.
:- forall(fact(A), ( pair(A, N), spelled(N, A) )), ok(facts).
:- forall(between(1, 40, N), ( make(N, A), ( pair(A, M) -> M == N ; print(lost(N)), nl ) )), ok(index).
:- make(15, A), assertz(( rule(X) :- X = A, churn )), churn.
:- rule(A), check(body, 15, A).
:- forall(fact(A), ( retract(fact(A)), churn, pair(A, N), spelled(N, A) )), ok(retracted), \+ fact(_).
:- forall(between(1, 2000, N), ( make(N, A), assertz(queue(A)), retract(queue(B)), spelled(N, B) )), ok(queue).
:- make(16, A), forall(between(1, 300, _), ( pair(A, N), N == 16 )), churn, make(16, B), pair(B, N), print(compiled(N)), nl.
:- retractall(pair(_, _)), churn, make(16, A), ( pair(A, _) -> true ; ok(empty) ).

% Names of predicates, functors, operators, flags, streams, modules.
:- make(17, A), T =.. [A, 1, 2], assertz(T), functor(S, A, 3), nb_setval(s, S), churn.
:- make(17, A), G =.. [A, X, Y], call(G), print(X-Y), nl, nb_getval(s, S), functor(S, N, _), check(functor, 17, N).
:- make(18, A), op(700, xfx, A), churn.
:- make(18, A), current_op(P, T, A), print(P-T), nl, term_to_atom(X, 'a kept_18 b'), X =.. [N|_], check(operator, 18, N).
:- make(19, A), set_prolog_flag(double_quotes, atom), create_prolog_flag(A, A, []), churn.
:- make(19, A), current_prolog_flag(A, V), check(flag, 19, V).
:- make(20, A), open('atoms.txt', write, S, [alias(A)]), churn, make(20, B), write(B, 'word(kept_26).'), close(S).
:- open('atoms.txt', read, S), read_term(S, word(A), []), churn, close(S), check(read, 26, A).
:- make(21, M), assertz(M:inner(1)), churn.
:- make(21, M), M:inner(X), print(X), nl.

% Answers of tabled predicates, and the calls they answer.
:- table named/2.
named(N, A) :- make(N, A).
named(N, A) :- N > 0, M is N - 1, named(M, A).
:- findall(A, named(3, A), L), churn, length(L, Len), findall(A, named(3, A), L2), churn, msort(L, S), msort(L2, S), print(Len), nl.
:- table spelt/2.
spelt(A, N) :- atom_length(A, N).
:- forall(( between(95, 105, I), make(I, A) ), spelt(A, _)), churn, make(100, A), spelt(A, N), print(N), nl.

% Hot loops that know an atom, which then goes.
count(0, _, _) :- !.
count(N, A, B) :- A == B, M is N - 1, count(M, A, B).
:- forall(between(1, 20, I), ( make(I, A), count(300, A, A), churn, make(I, B), count(300, A, B) )), ok(loops).
twice(X, Y) :- Y is X * 2.
thrice(X, Y) :- Y is X * 3.
calls(0, _, S, S) :- !.
calls(N, F, S0, S) :- call(F, N, X), S1 is S0 + X, M is N - 1, calls(M, F, S1, S).
:- forall(between(1, 5, _), ( member(P-Q, [twi-ce, thri-ce]), atom_concat(P, Q, F), calls(300, F, 0, S), churn, member(S, [90300, 135450]) ; true )), ok(calls).

% Order, comparison and what else looks at spellings.
:- findall(A, ( member(N, [23, 22, 24]), make(N, A) ), L), churn, msort(L, S), print(S), nl, sort(0, @>=, L, D), print(D), nl.
:- make(25, A), churn, make(25, B), ( A == B -> ok(same) ; true ), atom_string(A, Str), churn, atom_string(C, Str), check(string, 25, C).
:- statistics(atoms, N0), forall(between(1, 3000, I), atom_concat(gone_, I, _)), churn, statistics(atoms, N), ( N < N0 + 1500 -> ok(forgotten) ; print(N0-N), nl ).
