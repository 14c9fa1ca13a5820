:- module(numbers_pl, [between3/1, letter/1, noisy/1, upto/2, terms/1]).
between3(1).
between3(2).
between3(3).
letter(a).
letter(b).
letter(c).
noisy(X) :- setup_call_cleanup(true, between3(X), (write(cleanup), nl)).
upto(N, X) :- between(1, N, X).
terms(f(X, Y)) :- member(X, [1, 2]), Y = g(X).
