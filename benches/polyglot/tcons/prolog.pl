% A loop takes terms apart that the callee made, a thousand nodes each. Both in Prolog.
:- use_module(inner_pl).
:- initialization(main).

main :- current_prolog_flag(argv, Argv), append(_, [A], Argv), atom_number(A, N), run(N, 0, X), write(X), nl.

run(0, X, X) :- !.
run(N, X, Z) :- build(1000, T), total(T, X, Y), N1 is N - 1, run(N1, Y, Z).

total(nil, S, S).
total(cons(H, T), S0, S) :- S1 is S0 + H, total(T, S1, S).
