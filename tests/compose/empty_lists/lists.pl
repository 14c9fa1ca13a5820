same(X, X).
head_only(X, Y) :- Y = X.
unified(X, Y) :- f(X, Z) = f(Z, Y).
through(F, X, Y) :- call(F, X, Y).
twice(F, X, Z) :- call(F, X, Y), call(F, Y, Z).
wrapped(X, f(X)).
in_list(X, [X, X]).
members(L, X) :- member(X, L).
found(X, L) :- findall(X, member(_, [1, 2]), L).
is_nil(X) :- X == [], X = [].
eq(X, Y) :- X == Y.
kind(X, K) :- ( atom(X) -> K = atom ; is_list(X) -> K = list ; K = other ).
len(L, N) :- length(L, N).
text(X, A) :- format(atom(A), "~q ~w", [X, f(X)]).
sorted(L, S) :- msort(L, S).
apart(L, A, B, S) :- T = f(L), arg(1, T, A), T =.. [_|As], T2 =.. [g|As], T2 =.. [_, B], sort(0, @>=, [L], [S]).
switch([], nil).
switch([_|_], cell).
matches(X, X).
split(L, A, B) :- append(A, B, L).
walk(_, Acc, 0, Acc) :- !.
walk(F, Acc, N, R) :- call(F, Acc, N, Acc1), M is N - 1, walk(F, Acc1, M, R).
fresh(New, F, L) :- call(New, L), call(F, L, 1, _), call(F, L, 2, _).
joined(A, B, C) :- append(A, B, C).
