:- module(noisy, [many/2, nest/2, nested_all/2]).
many(Name, X) :- setup_call_cleanup(true, member(X, [1, 2, 3]), (write(closed(Name)), nl)).
nest(G, r(A, B, C)) :- call(G, one, A), call(G, two, B), many(three, C), !.
nested_all(G, A-B) :- call(G, m, A), many(n, B).
