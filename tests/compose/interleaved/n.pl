:- module(n, [num/2, noisy/2, pull/2, sum_all/2, calls/2]).
num(N, X) :- between(1, N, X).
noisy(Name, X) :- setup_call_cleanup(true, member(X, [1, 2]), (write(Name), nl)).
pull(G, X) :- call(G, Y), X is Y * 10.
sum_all(Q, S) :- findall(X, py_iter(Q, X), L), sum_list(L, S).
calls(F, X) :- call(F, X).
