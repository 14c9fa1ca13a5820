:- module(puzzle, [below/2, solve/3, all_of/3, extend/3, search/2, queens/2]).
below(N, X) :- M is N - 1, between(0, M, X).
solve(F, N, I-J) :- call(F, N, tuple(I, J)), I * J =:= 12, !.
all_of(F, N, L) :- findall(I, (call(F, N, tuple(I, J)), I > J), L).
extend(F, D, X) :- call(F, D, X).
search(F, R) :- member(X, [1, 2, 3, 4]), call(F, X, Y), Y * Y > 8, !, R = Y.
queens(N, Qs) :- numlist(1, N, Ns), permutation(Ns, Qs), safe(Qs), !.
safe([]).
safe([Q|Qs]) :- no_attack(Q, Qs, 1), safe(Qs).
no_attack(_, [], _).
no_attack(Q, [Q1|Qs], D) :- Q1 =\= Q + D, Q1 =\= Q - D, D1 is D + 1, no_attack(Q, Qs, D1).
