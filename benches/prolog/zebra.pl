% Who owns the zebra? Unification and backtracking over lists of structures.
run(N) :- times(N), zebra(Owner), write(Owner), nl.
times(0) :- !.
times(N) :- zebra(_), M is N - 1, times(M).
zebra(Owner) :-
    Hs = [h(_, norwegian, _, _, _), _, h(_, _, _, milk, _), _, _],
    mem(h(red, english, _, _, _), Hs),
    mem(h(green, _, _, coffee, _), Hs),
    mem(h(_, spanish, dog, _, _), Hs),
    mem(h(_, ukrainian, _, tea, _), Hs),
    right(h(ivory, _, _, _, _), h(green, _, _, _, _), Hs),
    mem(h(_, _, snails, _, winston), Hs),
    mem(h(yellow, _, _, _, kools), Hs),
    next(h(_, _, _, _, chesterfield), h(_, _, fox, _, _), Hs),
    next(h(_, _, _, _, kools), h(_, _, horse, _, _), Hs),
    mem(h(_, _, _, juice, lucky), Hs),
    mem(h(_, japanese, _, _, parliament), Hs),
    next(h(_, norwegian, _, _, _), h(blue, _, _, _, _), Hs),
    mem(h(_, Owner, zebra, _, _), Hs), !.
mem(X, [X|_]).
mem(X, [_|T]) :- mem(X, T).
right(L, R, [L, R|_]).
right(L, R, [_|T]) :- right(L, R, T).
next(A, B, L) :- right(A, B, L).
next(A, B, L) :- right(B, A, L).
