% A call sees the clauses that were there when it began, also when many were retracted
% since, with and without a first argument that selects them.
:- initialization(main).
:- dynamic(q/1).
:- dynamic(p/2).
main :-
    forall(between(1, 300, I), assertz(q(I))),
    findall(X, (q(X), X mod 3 =:= 0, drop(X)), L),
    length(L, N), sum_list(L, S), writeln(N-S),
    findall(X, q(X), Rest), length(Rest, M), writeln(M),
    forall(between(1, 100, I), ( K is I mod 4, assertz(p(K, I)) )),
    findall(Y, (p(1, Y), drop2(Y)), Ys), length(Ys, NY), writeln(NY),
    findall(Y, p(1, Y), None), writeln(None),
    asserta(p(1, first)), assertz(p(1, last)),
    findall(Y, p(1, Y), Two), writeln(Two),
    retract(p(1, first)), asserta(p(1, again)),
    findall(Y, p(1, Y), Three), writeln(Three),
    queue(2000).
drop(X) :- Y is X + 1, ( retract(q(Y)) -> true ; true ), ( retract(q(X)) -> true ; true ), ( q(_), ! ; true ).
drop2(Y) :- retract(p(1, Y)), Z is Y + 4, ( retract(p(1, Z)) -> true ; true ), ( p(1, _) -> true ; true ).
queue(N) :-
    retractall(q(_)), forall(between(1, N, I), assertz(q(I))), empty(0, C), writeln(C),
    asserta(q(b)), asserta(q(a)), findall(X, q(X), L), writeln(L).
empty(N, C) :- retract(q(_)), !, N1 is N + 1, empty(N1, C).
empty(C, C).
