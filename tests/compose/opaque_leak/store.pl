:- module(store, [put/2, get/2, drop/1, count/1]).
:- dynamic(have/2).
put(K, V) :- assertz(have(K, V)).
get(K, V) :- have(K, V).
drop(K) :- retract(have(K, _)).
count(N) :- findall(K, have(K, _), L), length(L, N).
