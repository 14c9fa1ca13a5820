:- use_module(f).
:- initialization(main).
main :- loop(1000000), write(done), nl,
   f:iterate(200000, inc, R), write(R), nl,
   deep(1000000, D), write(D), nl.
loop(0) :- !.
loop(N) :- f:dec(N, M), loop(M).
deep(0, 0) :- !.
deep(N, D) :- f:dec(N, M), f:descend(M, D0), D is D0 + 1.
