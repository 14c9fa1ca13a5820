:- module(m3, [e/1, tw/2, wh/1]).
:- meta_predicate tw(1, ?).
e(X) :- local(X).
local(x3).
tw(G, X) :- call(G, X).
wh(M) :- context_module(M).
