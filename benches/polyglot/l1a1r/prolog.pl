% A loop calls a function with a loop: one argument, one result. Both in Prolog.
:- use_module(inner_pl).
:- initialization(main).

main :- current_prolog_flag(argv, Argv), append(_, [A], Argv), atom_number(A, N), run(N, 0, X), write(X), nl.

run(0, X, X) :- !.
run(N, X, Z) :- N1 is N - 1, M is N1 mod 1000, add_up(M, S), Y is X + S, run(N1, Y, Z).
