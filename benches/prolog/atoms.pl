% Atoms and their characters.
run(N) :- times(N, 0, S), write(S), nl.
times(0, S, S) :- !.
times(N, S0, S) :-
    number_codes(N, Cs), atom_codes(A, [0'k, 0'e, 0'y|Cs]),
    atom_length(A, L), atom_chars(A, As), atom_concat(A, x, B), atom_length(B, K),
    len(As, 0, M), sub_atom(A, 0, 3, _, P), ( P == key -> D = 1 ; D = 0 ),
    S1 is S0 + L + K + M + D, N1 is N - 1, times(N1, S1, S).
len([], N, N).
len([_|T], N0, N) :- N1 is N0 + 1, len(T, N1, N).
