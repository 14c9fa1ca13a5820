:- module(heaps, [empty_heap/1, singleton_heap/3, add_to_heap/4, get_from_heap/4, delete_from_heap/4, heap_size/2, heap_to_list/2,
    list_to_heap/2, merge_heaps/3, min_of_heap/3, min_of_heap/5, peek_at_heap/3, is_heap/1, priority_peek/3]).
% Pairing heaps: heap(Tree, Size), a tree is nil or t(Key, Priority, Trees).
empty_heap(heap(nil, 0)).
singleton_heap(heap(t(K, P, []), 1), P, K).
is_heap(H) :- nonvar(H), H = heap(T, N), integer(N), ( T == nil -> N == 0 ; T = t(_, _, _) ).
add_to_heap(heap(T0, N0), P, K, heap(T, N)) :- meld(T0, t(K, P, []), T), N is N0 + 1.
get_from_heap(heap(t(K, P, Ts), N0), P, K, heap(T, N)) :- pairs(Ts, T), N is N0 - 1.
min_of_heap(heap(t(K, P, _), _), P, K).
min_of_heap(H, P1, K1, P2, K2) :- get_from_heap(H, P1, K1, H1), min_of_heap(H1, P2, K2).
peek_at_heap(H, P, K) :- min_of_heap(H, P, K).
priority_peek(H, P, K) :- min_of_heap(H, P, K).
heap_size(heap(_, N), N).
merge_heaps(heap(A, N), heap(B, M), heap(C, K)) :- meld(A, B, C), K is N + M.
heap_to_list(H, L) :- ( get_from_heap(H, P, K, H1) -> L = [P-K|L1], heap_to_list(H1, L1) ; L = [] ).
list_to_heap(L, H) :- empty_heap(H0), add_all(L, H0, H).
add_all([], H, H).
add_all([P-K|L], H0, H) :- add_to_heap(H0, P, K, H1), add_all(L, H1, H).
delete_from_heap(H0, P, K, H) :- heap_to_list(H0, L), select(P-K, L, R), !, list_to_heap(R, H).
meld(nil, T, T) :- !.
meld(T, nil, T) :- !.
meld(A, B, C) :- A = t(K, P, As), B = t(L, Q, Bs), ( P @=< Q -> C = t(K, P, [B|As]) ; C = t(L, Q, [A|Bs]) ).
pairs([], nil).
pairs([T], T) :- !.
pairs([A, B|Ts], T) :- meld(A, B, C), pairs(Ts, D), meld(C, D, T).
