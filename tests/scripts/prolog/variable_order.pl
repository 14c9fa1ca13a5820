% The order of variables stays what it was when they were first compared, whatever the
% collector does meanwhile.
:- initialization(main).
main :-
    length(Vars, 40),
    reverse(Vars, Backwards),
    interleave(Vars, Backwards, Mixed),
    msort(Mixed, Sorted),
    churn(3),
    msort(Mixed, Again),
    ( Sorted == Again -> writeln(same) ; writeln(different) ),
    ( ascending(Sorted) -> writeln(ascending) ; writeln(mixed) ),
    sort(Mixed, Set), length(Set, N), writeln(N),
    % Comparing new ones does not disturb the old.
    length(More, 40),
    append(More, Vars, All),
    msort(All, First),
    churn(3),
    msort(All, Second),
    ( First == Second -> writeln(same) ; writeln(different) ).
interleave([], [], []).
interleave([X|Xs], [Y|Ys], [X, Y|Zs]) :- interleave(Xs, Ys, Zs).
ascending([X, Y|T]) :- !, X @=< Y, ascending([Y|T]).
ascending([_]).
churn(0) :- !.
churn(N) :- numlist(1, 60000, L), sum(L, 0, _), N1 is N - 1, churn(N1).
sum([], S, S).
sum([X|Xs], S0, S) :- S1 is S0 + X, sum(Xs, S1, S).
