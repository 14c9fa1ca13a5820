% Dynamic predicates are indexed on what tells their clauses apart: any argument, several of them,
% what is inside compounds and lists. Without that each of these loops would take minutes.
:- dynamic f/2, g/3, h/1, k/2, m/2, q/1, w/2.
n(20000).
say(G) :- ( call(G) -> R = yes ; R = no ), write(R), nl.
count(G, N) :- findall(x, G, L), length(L, N).

:- n(N), forall(between(1, N, X), ( Y is (X * 7919) mod N, assertz(f(X, Y)) )).
:- n(N), forall(( between(1, N, X), f(X, Y) ), f(X, Y)), forall(between(1, 10, Y), f(_, Y)).
:- n(N), say(forall(( between(1, N, Y), Y < N ), f(_, Y))).

:- n(N), forall(between(1, N, X), ( Y is X mod 100, Z is X // 100, assertz(g(a, Y, Z)) )).
:- n(N), say(forall(( between(100, N, X), X < N ), ( Y is X mod 100, Z is X // 100, g(a, Y, Z) ))).
:- count(g(_, 7, _), N), count(g(a, _, 7), M), print(N-M), nl.

:- n(N), forall(between(1, N, X), assertz(h(p(q(X), foo)))).
:- n(N), say(forall(between(1, N, X), h(p(q(X), _)))), say(h(p(q(0), _))), count(h(p(_, foo)), M), print(M), nl.

:- n(N), forall(between(1, N, X), ( Y is X mod 5, assertz(k([Y, X|_], X)) )).
:- n(N), say(forall(between(1, N, X), ( Y is X mod 5, k([Y, X, z], _) ))), count(k([3|_], _), M), print(M), nl.

% Clauses with a variable there are found with those that have the value, in order.
:- forall(between(1, 50, X), ( assertz(m(X, a)), ( X mod 10 =:= 0 -> assertz(m(_, X)) ; true ) )).
:- findall(V, m(15, V), L), print(L), nl, findall(V, m(none, V), L2), print(L2), nl.
:- asserta(m(15, first)), asserta(m(_, any)), assertz(m(15, last)), findall(V, m(15, V), L), print(L), nl.
:- retract(m(15, a)), findall(V, m(15, V), L), print(L), nl.
:- forall(between(1, 200, _), assertz(m(_, x))), count(m(15, _), N), print(N), nl.

% A call sees the clauses that were there when it began, also when most are swept meanwhile.
:- forall(between(1, 100, X), assertz(q(X))),
   count(( q(X), ( X == 1 -> retractall(q(_)) ; true ) ), N), print(N), nl.
:- forall(between(1, 100, X), assertz(q(X))),
   count(( clause(q(X), true), ( X == 1 -> retractall(q(_)) ; true ) ), N), print(N), nl.
:- forall(between(1, 100, X), assertz(q(X))),
   count(( q(X), ( X == 50 -> retractall(q(_)), forall(between(200, 400, Y), assertz(q(Y))) ; true ) ), N),
   print(N), nl, retractall(q(_)).
:- forall(between(1, 100, X), ( Y is X mod 3, assertz(w(Y, X)) )),
   count(( w(1, X), ( X == 4 -> retractall(w(_, _)), forall(between(1, 100, Z), ( assertz(w(1, Z)), w(1, Z), retract(w(1, Z)) )) ; true ) ), N),
   print(N), nl.

% Changing a predicate that was called often.
often(0) :- !.
often(N) :- assertz(q(N)), forall(between(1, 300, _), q(N)), retract(q(N)), N1 is N - 1, often(N1).
:- often(60), say(q(_)).
queue(0) :- !.
queue(N) :- assertz(q(N)), retract(q(X)), !, ( N mod 5000 =:= 0 -> print(X), nl ; true ), N1 is N - 1, queue(N1).
:- forall(between(1, 100, X), assertz(q(old(X)))), queue(20000), count(q(_), N), print(N), nl.
:- n(N), say(forall(between(1, N, X), retract(f(X, _)))), say(f(_, _)).
