% A loop over the answers of a generator. Prolog calls FL.
:- use_module(inner_py).
% The answers are added up in a cell that backtracking leaves alone.
:- initialization(main).

main :- current_prolog_flag(argv, Argv), append(_, [A], Argv), atom_number(A, N), total(N, S), write(S), nl.

total(N, S) :- T = total(0), ( inner_py:numbers(N, X), arg(1, T, S0), S1 is S0 + X, nb_setarg(1, T, S1), fail ; arg(1, T, S) ).
