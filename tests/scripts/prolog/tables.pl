% What tables keep of calls and answers.
:- set_prolog_flag(double_quotes, string).
:- use_module(library(lists)).
:- table kinds/1.
kinds(12). kinds(12.5). kinds(1.0e300). kinds(-0.0). kinds(0.0). kinds(123456789012345678901234567890).
kinds("text, longer than a word"). kinds(""). kinds('an atom'). kinds([]). kinds([a, B|B]). kinds(f(_, X, X, g)).
kinds(12). kinds("text, longer than a word"). kinds([c, D|D]). kinds(123456789012345678901234567890). kinds([a, E|E]).
% Calls that are variants share a table, others do not.
:- dynamic evaluated/1.
:- table pair/2.
pair(X, Y) :- assertz(evaluated(X-Y)), member(X-Y, [1-1, 1-2, f(_)-3]).
% Predicates of the same name in two modules.
:- table one:digit/1, two:digit/1.
one:digit(1).
two:digit(2).
% Few answers that are replaced often, and many.
:- table low(_, min), low(min), high(_, max).
low(K, V) :- between(1, 3, K), between(1, 400, I), V is 500 - I.
low(V) :- member(V, [3, 2, 9]).
high(K, V) :- between(1, 30, K), between(1, 40, V).
:- table closest(_, _, po(nearer/2)), total(_, sum), newest(_, last), oldest(_, first), set(index, lattice(unite/3)).
closest(a, x, 5). closest(a, x, 9). closest(a, y, 1).
nearer(A, B) :- A < B.
total(K, V) :- member(K-V, [a-1, b-5, a-2, a-30]).
newest(K, V) :- member(K-V, [a-1, b-5, a-2]).
oldest(K, V) :- member(K-V, [a-1, b-5, a-2]).
set(K, [V]) :- member(K-V, [a-1, b-5, a-2, a-1]).
unite(A, B, C) :- append(A, B, L), sort(L, C).
% An evaluation that ends with an error leaves nothing behind.
:- dynamic limit/1.
limit(3).
:- table count/1.
count(0).
count(N) :- count(M), ( limit(M) -> throw(limit) ; M < 6 ), N is M + 1.
:- table around/1.
around(X) :- catch(count(X), limit, X = caught).
around(other).
% The attributes of a call's variables are none of the table's business, those that it wakes are.
:- table small/1, both/2.
small(X) :- member(X, [1, 2, 3]).
both(X, Y) :- ( attvar(X) -> X = attributed ; X = plain ), member(Y, [1, 2]).
:- table long/2.
long([], 0).
long([_|Xs], N) :- long(Xs, M), N is M + 1.
:- table no_arguments/0.
no_arguments :- no_arguments.
no_arguments.
show(G) :- findall(G, G, L), sort(L, S), forall(member(X, S), ( numbervars(X, 0, _), print(X), nl )).
:- initialization(main).
main :-
    findall(K, kinds(K), Ks), length(Ks, N), print(N), nl,
    show(kinds(_)),
    findall(x, ( member(G, [pair(_, _), pair(_, _), pair(Z, Z), pair(1, _), pair(f(_), _), pair(f(_), _)]), G ), Pairs),
    length(Pairs, Count), print(Count), nl,
    forall(evaluated(Call), ( numbervars(Call, 0, _), print(Call), nl )),
    show(one:digit(_)), show(two:digit(_)),
    show(low(_, _)), show(low(_)), findall(V, high(_, V), Vs), msort(Vs, Sorted), print(Sorted), nl,
    show(closest(_, _, _)), show(total(_, _)), show(newest(_, _)), show(oldest(_, _)), show(set(_, _)),
    catch(count(_), E, true), print(E), nl,
    retractall(limit(_)), show(count(_)),
    abolish_all_tables, assertz(limit(2)), show(around(_)),
    findall(X, ( freeze(X, X > 1), small(X) ), Xs), print(Xs), nl,
    freeze(F, true), show(both(F, _)),
    numlist(1, 2000, List), long(List, Length), print(Length), nl, long(List, Again), print(Again), nl,
    Cycle = [a|Cycle], catch(long(Cycle, _), error(What, _), ( What =.. [Kind, Type|_], print(Kind-Type), nl )),
    ( no_arguments -> print(yes) ; print(no) ), nl.
