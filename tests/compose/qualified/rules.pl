:- use_module(shapes).
area(R, A) :- A is R * R * 3.
area(W, H, A) :- A is W * H.
area.
'an odd name'(odd).
+(A, B, C) :- C is A + B.
qualified(R, A) :- shapes:side(R, A).
plain(R, A) :- side(R, A).
missing(A) :- shapes:no_such(A).
kind(K) :- X = "a b", ( atom(X) -> K = atom ; K = other ).
fill([V, p(W)], X) :- V = X, W == X.
