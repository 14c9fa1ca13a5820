% Terms nested very deeply are read, written, copied, stored and called.
n(100000).
repeated(C, L) :- n(N), length(L, N), all(L, C).
all([], _).
all([C|L], C) :- all(L, C).
round_trip(Open, Close) :-
    repeated(Open, L), repeated(Close, R), append(L, [0'a|R], Cs), atom_codes(A, Cs),
    term_to_atom(T, A), with_output_to(string(S), print(T)), string_length(S, Len), print(Len), nl.
:- round_trip(0'(, 0')), round_trip(0'[, 0']), round_trip(0'{, 0'}).
chain(Op) :-
    n(N), numlist(1, N, L), atomic_list_concat(L, Op, A), term_to_atom(T, A),
    with_output_to(string(S), print(T)), ( atom_string(A, S) -> print(same) ; print(other) ), nl.
:- chain(+), chain(^), chain((',')).
:- repeated(-, L), atomic_list_concat(L, ' ', A), atom_concat(A, ' a', B), term_to_atom(T, B),
   with_output_to(string(S), print(T)), string_length(S, Len), print(Len), nl.
nest(0, T, T) :- !.
nest(N, T0, T) :- N1 is N - 1, nest(N1, f(T0), T).
:- dynamic kept/1.
:- n(N), nest(N, a, T), with_output_to(string(S), print(T)), term_to_atom(T2, S),
   ( T == T2 -> print(same) ; print(other) ), nl,
   copy_term(T2, T3), T3 = T, assertz(kept(T3)), kept(X), X = T, findall(X, true, [Y]), Y = T,
   term_variables(Y, Vs), print(Vs), nl.
negated(0, G, G) :- !.
negated(N, G0, G) :- N1 is N - 1, negated(N1, \+ G0, G).
:- n(N), negated(N, true, G), ( call(G) -> print(yes) ; print(no) ), nl,
   assertz((kept(negated) :- G)), ( kept(negated) -> print(yes) ; print(no) ), nl.
% Unclosed ones are errors.
unclosed(C) :- repeated(C, L), atom_codes(A, L), catch(term_to_atom(_, A), error(E, _), true), print(E), nl.
:- unclosed(0'(), unclosed(0'[).
