% assertz and retract: counters, a table of squares, a queue.
:- dynamic(counter/1).
:- dynamic(square/2).
:- dynamic(queue/1).
run(N) :- assertz(counter(0)), fill(N), counter(C), square(N, S), empty(0, Q), write([C, S, Q]), nl.
fill(0) :- !.
fill(N) :-
    retract(counter(C)), C1 is C + 1, assertz(counter(C1)),
    S is N * N, assertz(square(N, S)), assertz(queue(N)),
    M is N - 1, fill(M).
empty(N, Q) :- retract(queue(_)), !, N1 is N + 1, empty(N1, Q).
empty(N, N).
