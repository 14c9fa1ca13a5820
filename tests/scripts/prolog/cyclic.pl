:- X = f(X), print(X), nl, ( cyclic_term(X) -> print(cyclic) ; print(acyclic) ), nl.
:- numlist(1, 200000, L), with_output_to(string(S), print(L)), string_length(S, N), print(N), nl.
:- write_canonical(f(X, 'A', _, X)), nl.
