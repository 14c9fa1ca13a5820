% Powers of a polynomial in three variables, as nested lists of coefficients.
run(N) :- base(P), power(N, P, R), terms(R, 0, T), write(T), nl.
base(p(x, [t(0, p(y, [t(0, p(z, [t(0, 1), t(1, 1)])), t(1, 1)])), t(1, 1)])).
power(0, _, 1) :- !.
power(N, P, R) :- M is N - 1, power(M, P, R0), mul(P, R0, R).
add(p(V, A), p(V, B), p(V, C)) :- !, add_terms(A, B, C).
add(p(V, A), p(W, B), p(V, C)) :- V @< W, !, add_terms(A, [t(0, p(W, B))], C).
add(p(V, A), p(W, B), p(W, C)) :- !, add_terms(B, [t(0, p(V, A))], C).
add(p(V, A), C, p(V, B)) :- !, add_terms(A, [t(0, C)], B).
add(C, p(V, A), p(V, B)) :- !, add_terms(A, [t(0, C)], B).
add(A, B, C) :- C is A + B.
add_terms([], B, B) :- !.
add_terms(A, [], A) :- !.
add_terms([t(E, A)|As], [t(E, B)|Bs], [t(E, C)|Cs]) :- !, add(A, B, C), add_terms(As, Bs, Cs).
add_terms([t(E, A)|As], [t(F, B)|Bs], [t(E, A)|Cs]) :- E < F, !, add_terms(As, [t(F, B)|Bs], Cs).
add_terms(As, [B|Bs], [B|Cs]) :- add_terms(As, Bs, Cs).
mul(p(V, A), p(V, B), p(V, C)) :- !, mul_terms(A, B, C).
mul(p(V, A), p(W, B), p(V, C)) :- V @< W, !, scale(A, p(W, B), C).
mul(p(V, A), p(W, B), p(W, C)) :- !, scale(B, p(V, A), C).
mul(p(V, A), B, p(V, C)) :- !, scale(A, B, C).
mul(A, p(V, B), p(V, C)) :- !, scale(B, A, C).
mul(A, B, C) :- C is A * B.
scale([], _, []).
scale([t(E, A)|As], B, [t(E, C)|Cs]) :- mul(A, B, C), scale(As, B, Cs).
mul_terms([], _, []).
mul_terms([t(E, A)|As], Bs, Cs) :- shifted(Bs, E, A, Ds), mul_terms(As, Bs, Es), add_terms(Ds, Es, Cs).
shifted([], _, _, []).
shifted([t(F, B)|Bs], E, A, [t(G, C)|Cs]) :- G is E + F, mul(A, B, C), shifted(Bs, E, A, Cs).
terms(p(_, Ts), N0, N) :- !, term_list(Ts, N0, N).
terms(_, N0, N) :- N is N0 + 1.
term_list([], N, N).
term_list([t(_, C)|Ts], N0, N) :- terms(C, N0, N1), term_list(Ts, N1, N).
