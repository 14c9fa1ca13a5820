:- module(rules, [run/2]).
:- use_module(main).
:- use_module(helper).
run(0, T) :- !, main:add(0, T).
run(N, T) :- main:add(N, _), helper:twice(N, M), M > N, N1 is N - 1, run(N1, T).
