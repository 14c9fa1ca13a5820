% Routes through the middle of London by deeper and deeper searches. Both in Prolog.
:- use_module(inner_pl).
:- initialization(main).

main :- current_prolog_flag(argv, Argv), append(_, [A], Argv), atom_number(A, N), trips(0, N, 0).

trips(N, N, S) :- !, write(S), nl.
trips(I, N, S) :-
    K is I mod 4,
    trip(K, Start, Goal),
    shortest(Start, Goal, 1, Route),
    length(Route, L),
    S1 is S + L,
    ( I < 4 -> atomic_list_concat(Route, ' ', Text), write(Text), nl ; true ),
    I1 is I + 1,
    trips(I1, N, S1).

%   The first of the routes with the fewest legs: deeper and deeper searches.
shortest(Start, Goal, Legs, Route) :- once(routes(Start, Goal, Legs, Route)), !.
shortest(Start, Goal, Legs, Route) :- Legs1 is Legs + 1, shortest(Start, Goal, Legs1, Route).

trip(0, paddington, borough).
trip(1, camden_town, sloane_square).
trip(2, angel, pimlico).
trip(3, bayswater, southwark).
