:- module(geometry, [largest/2, perimeter/2, squares/2, widen/2, apply/4, pick/2, keyed/2, build/1, opaque/2]).
largest(Shapes, Best) :-
    findall(A-S, (member(S, Shapes), call_member(S, area, A)), Pairs),
    best(Pairs, _-Best).
best([P], P) :- !.
best([A-S, B-_|Ps], R) :- A >= B, !, best([A-S|Ps], R).
best([_|Ps], R) :- best(Ps, R).
perimeter(S, P) :- findall(X, call_member(S, sides, X), Xs), sum_list(Xs, P).
squares(Shapes, Names) :-
    findall(N, (member(S, Shapes), get_member(S, w, W), get_member(S, h, W), get_member(S, name, N)), Names).
widen(S, W) :- set_member(S, w, W).
apply(F, X, Y, R) :- call(F, X, Y, R).
pick(Shapes, S) :- member(S, Shapes), call_member(S, area, A), A > 3.
keyed(D, Ks) :- findall(K-V, get_dict(K, D, V), Ks).
build(dict([one - 1, two - [2, 2], t - tuple(a, 1)])).
opaque(X, X).
