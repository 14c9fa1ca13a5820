:- module(aggregate, [aggregate_all/4, foreach/2]).
:- meta_predicate(aggregate_all(?, ?, 0, ?)).
aggregate_all(count, D, G, C) :- !, findall(D, G, L0), sort(L0, L), '$list_length'(L, C).
aggregate_all(sum(E), D, G, S) :- !, findall(D-E, G, L0), sort(L0, L), pairs_values(L, Vs), '$sum'(Vs, 0, S).
aggregate_all(max(E), D, G, M) :- !, findall(D-E, G, L0), sort(L0, L), pairs_values(L, [V|Vs]), '$max_of'(Vs, V, M).
aggregate_all(min(E), D, G, M) :- !, findall(D-E, G, L0), sort(L0, L), pairs_values(L, [V|Vs]), '$min_of'(Vs, V, M).
aggregate_all(bag(E), D, G, B) :- !, findall(D-E, G, L0), sort(L0, L), pairs_values(L, B).
aggregate_all(set(E), D, G, S) :- findall(D-E, G, L0), sort(L0, L), pairs_values(L, B), sort(B, S).
foreach(Gen, Goal) :- findall(Goal, Gen, Gs), '$call_all'(Gs).
'$call_all'([]).
'$call_all'([G|Gs]) :- call(G), '$call_all'(Gs).
