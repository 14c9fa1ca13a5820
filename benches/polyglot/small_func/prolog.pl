% A loop calls a tiny function. Both in Prolog.
:- use_module(inner_pl).
:- initialization(main).

main :- current_prolog_flag(argv, Argv), append(_, [A], Argv), atom_number(A, N), run(N, 0, X), write(X), nl.

run(0, X, X) :- !.
run(N, X, Z) :- inc(X, Y), N1 is N - 1, run(N1, Y, Z).
