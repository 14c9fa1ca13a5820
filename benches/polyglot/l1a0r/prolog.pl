% A loop calls a function with a loop: one argument, no result. Both in Prolog.
:- use_module(inner_pl).
:- initialization(main).

main :- current_prolog_flag(argv, Argv), append(_, [A], Argv), atom_number(A, N), run(N, 0, X), write(X), nl.

run(0, X, X) :- !.
run(N, X, Z) :- loop(1000), Y is X + 1, N1 is N - 1, run(N1, Y, Z).
