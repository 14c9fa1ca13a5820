:- module(made, [numbers/2, countdown/2, mixed/1, same/2, shown/2, len/2, set_first/3, set_back/2,
                 chosen/2, pair/3, rest/2, grid/2, holds/2, undone/2, kept/1, wrap/2]).

numbers(N, L) :- numbers(0, N, L).
numbers(N, N, []) :- !.
numbers(I, N, [I|T]) :- I1 is I + 1, numbers(I1, N, T).

% Built from the back: no variable was ever in it.
countdown(N, L) :- countdown(N, [], L).
countdown(0, L, L) :- !.
countdown(N, L0, L) :- N1 is N - 1, countdown(N1, [N|L0], L).

mixed([a, 1, 2.5, "text", [], [1, [2]], f(x), true, none, tuple(1, [2]), 123456789012345678901234567890, '[]', X, Y]) :-
    X = 7, Y = g(h).

same(L, L).
shown(L, A) :- format(atom(A), "~q", [L]).
len(L, N) :- length(L, N).
rest([_|T], T).
pair(A, B, [A, B]).
wrap(L, [L, L]).
holds([H|_], H).

% Writes to a cell of the list itself.
set_first(L, X, old(H)) :- L = [H|_], nb_setarg(1, L, X).
% Writes that are undone.
set_back(L, R) :- ( setarg(1, L, changed), fail ; R = L ).

% Bindings that the next answer undoes.
chosen(N, [X, N|T]) :- member(X, [1, 2, 3]), T = [X].
undone(F, R) :- ( member(X, [1, 2, 3]), call(F, [X, [X], k(X)], _), fail ; R = done ).

grid(N, G) :- findall(Row, ( between(1, N, I), findall(I-J, between(1, N, J), Row) ), G).

kept(L) :- b_setval(made_list, [1, 2, 3]), b_getval(made_list, L).
