:- module(store, [touch/1, collect/0, same/2, add/2, number/2, all_names/1, entry/2, made/2, term/2, back/2, fails/1, made_between/3]).
:- dynamic entry/2.
touch(A) :- atom(A), atom_concat(A, '_touched', B), atom_length(B, _).
collect :- garbage_collect.
same(A, A).
add(A, N) :- assertz(entry(A, N)).
number(A, N) :- entry(A, N).
all_names(L) :- findall(A, entry(A, _), L).
made(I, A) :- atom_concat(made_, I, A).
term(I, t(A, [A])) :- made(I, A).
back(A, A).
made_between(L, H, A) :- between(L, H, I), made(I, A).
fails(A) :- atom_concat(A, '_ball', B), throw(B).
