% A failure-driven loop over between/3.
run(N) :- count(N), write(done), nl.
count(N) :- between(1, N, X), X * 2 =:= -1, !.
count(_).
