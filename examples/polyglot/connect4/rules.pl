:- module(rules, [legal/2, wins/1]).

% A board is the set of a player's stones, seven bits a column, the lowest stone first.

%   legal(+All, -Bit): Bit may be put next; the middle comes first.
legal(All, Bit) :-
    column(C),
    Shift is 7 * C,
    Bit is (All + (1 << Shift)) /\ (63 << Shift),
    Bit =\= 0.

column(3).
column(2).
column(4).
column(1).
column(5).
column(0).
column(6).

wins(Board) :- row(Board, 1), !.
wins(Board) :- row(Board, 6), !.
wins(Board) :- row(Board, 7), !.
wins(Board) :- row(Board, 8).

row(Board, Step) :-
    Pairs is Board /\ (Board >> Step),
    Pairs /\ (Pairs >> (2 * Step)) =\= 0.
