% A rewriting theorem prover: normalises conditionals and tests for tautology.
run(N) :- times(N), theorem(T), ( prove(T) -> write(yes) ; write(no) ), nl.
times(0) :- !.
times(N) :- theorem(T), ( prove(T) -> true ; true ), M is N - 1, times(M).
theorem(implies(and(implies(f(x), g(y)), and(implies(g(y), h(z)), implies(h(z), k(w)))), implies(f(x), k(w)))).
prove(T) :- norm(T, N), taut(N, [], []).
norm(T, N) :- T =.. [F|As], norm_all(As, Bs), U =.. [F|Bs], ( rule(U, V) -> norm(V, N) ; N = U ).
norm_all([], []).
norm_all([A|As], [B|Bs]) :- norm(A, B), norm_all(As, Bs).
rule(and(P, Q), if(P, if(Q, t, f), f)).
rule(or(P, Q), if(P, t, if(Q, t, f))).
rule(not(P), if(P, f, t)).
rule(implies(P, Q), if(P, if(Q, t, f), t)).
rule(if(if(A, B, C), D, E), if(A, if(B, D, E), if(C, D, E))).
taut(t, _, _) :- !.
taut(f, _, _) :- !, fail.
taut(if(C, A, B), Ts, Fs) :- !,
    (   known(C, Ts) -> taut(A, Ts, Fs)
    ;   known(C, Fs) -> taut(B, Ts, Fs)
    ;   taut(A, [C|Ts], Fs), taut(B, Ts, [C|Fs])
    ).
taut(T, Ts, _) :- known(T, Ts).
known(t, _) :- !.
known(X, [Y|Ys]) :- ( X == Y -> true ; known(X, Ys) ).
