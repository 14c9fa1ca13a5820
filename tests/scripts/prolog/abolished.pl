% A predicate that comes and goes costs no memory, called or not.
%! max_rss_mb: 40
%! timeout: 60
loop(N) :- forall(between(1, N, I), ( assertz(f(I)), catch(g, _, fail), abolish(f/1), catch(g, E, true), nonvar(E) )).
g :- f(_).
:- initialization(( loop(80000), catch(g, error(E, _), true), print(E), nl )).
