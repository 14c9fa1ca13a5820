% Tabled reachability with left recursion on a ring of N nodes with chords.
:- table path/3.
run(N) :- findall(Y, path(N, 0, Y), L), len(L, 0, C), write(C), nl.
path(N, X, Y) :- path(N, X, Z), edge(N, Z, Y).
path(N, X, Y) :- edge(N, X, Y).
edge(N, X, Y) :- Y is (X + 1) mod N.
edge(N, X, Y) :- Y is (X * 7 + 3) mod N.
len([], N, N).
len([_|T], N0, N) :- N1 is N0 + 1, len(T, N1, N).
