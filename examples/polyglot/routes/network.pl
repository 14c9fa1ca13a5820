:- module(network, [connect/4, route/4, reachable/2]).

:- dynamic link/4.

%   connect(+A, +B, +Line, +Minutes): records a connection, in both directions.
connect(A, B, Line, Minutes) :-
    assertz(link(A, B, Line, Minutes)),
    assertz(link(B, A, Line, Minutes)).

%   route(+From, +To, +Budget, -Route): every route that takes no longer than Budget minutes, with
%   three minutes for each change. Route is route(Minutes, Rides); a ride is ride(Line, From, To).
route(From, To, Budget, route(Minutes, Rides)) :-
    travel(From, To, none, [From], Budget, 0, Minutes, Legs),
    join(Legs, Rides).

travel(To, To, _, _, _, Minutes, Minutes, []).
travel(From, To, Line0, Seen, Budget, Minutes0, Minutes, [leg(Line, From, Next)|Legs]) :-
    From \== To,
    link(From, Next, Line, M),
    \+ memberchk(Next, Seen),
    change(Line0, Line, C),
    Minutes1 is Minutes0 + M + C,
    Minutes1 =< Budget,
    travel(Next, To, Line, [Next|Seen], Budget, Minutes1, Minutes, Legs).

change(none, _, 0) :- !.
change(Line, Line, 0) :- !.
change(_, _, 3).

join([], []).
join([leg(Line, A, B)|Legs], Rides) :- join(Legs, Line, A, B, Rides).

join([leg(Line, B, C)|Legs], Line, A, B, Rides) :- !, join(Legs, Line, A, C, Rides).
join(Legs, Line, A, B, [ride(Line, A, B)|Rides]) :- join(Legs, Rides).

%   reachable(+From, -Station): every other station, each once.
reachable(From, Station) :-
    spread([From], [From], Stations),
    member(Station, Stations),
    Station \== From.

spread([], Seen, Seen).
spread([S|Ss], Seen, Stations) :-
    findall(N, (link(S, N, _, _), \+ memberchk(N, Seen)), News0),
    sort(News0, News),
    append(Seen, News, Seen1),
    append(Ss, News, Ss1),
    spread(Ss1, Seen1, Stations).
