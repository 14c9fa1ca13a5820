% A loop goes over lists that the callee made, a thousand elements each. Prolog calls FL.
:- use_module(inner_py).
:- initialization(main).

main :- current_prolog_flag(argv, Argv), append(_, [A], Argv), atom_number(A, N), run(N, 0, X), write(X), nl.

run(0, X, X) :- !.
run(N, X, Z) :- inner_py:build(1000, L), total(L, X, Y), N1 is N - 1, run(N1, Y, Z).

total([], S, S).
total([H|T], S0, S) :- S1 is S0 + H, total(T, S1, S).
