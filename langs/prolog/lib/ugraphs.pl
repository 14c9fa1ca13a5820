:- module(ugraphs, [
    vertices_edges_to_ugraph/3, vertices/2, edges/2, add_vertices/3, del_vertices/3,
    add_edges/3, del_edges/3, transpose_ugraph/2, neighbours/3, neighbors/3,
    reachable/3, top_sort/2, transitive_closure/2, compose/3, ugraph_union/3, connect_ugraph/3
]).
% Unweighted graphs: sorted lists of Vertex-SortedNeighbours.
vertices_edges_to_ugraph(Vs, Es, G) :-
    edge_ends(Es, Ends), '$append'(Vs, Ends, All), sort(All, Sorted),
    sort(Es, Edges), group(Sorted, Edges, G).
edge_ends([], []).
edge_ends([A-B|Es], [A, B|Vs]) :- edge_ends(Es, Vs).
group([], _, []).
group([V|Vs], Es, [V-Ns|G]) :- leading(Es, V, Ns, Rest), group(Vs, Rest, G).
leading([A-B|Es], V, Ns, Rest) :- A == V, !, Ns = [B|Ns1], leading(Es, V, Ns1, Rest).
leading(Es, _, [], Es).
vertices([], []).
vertices([V-_|G], [V|Vs]) :- vertices(G, Vs).
edges(G, Es) :- edges_of(G, Es).
edges_of([], []).
edges_of([V-Ns|G], Es) :- from(Ns, V, Es, Es1), edges_of(G, Es1).
from([], _, Es, Es).
from([N|Ns], V, [V-N|Es0], Es) :- from(Ns, V, Es0, Es).
add_vertices(G, Vs, H) :- vertices(G, Us), edges(G, Es), '$append'(Us, Vs, All), vertices_edges_to_ugraph(All, Es, H).
del_vertices(G, Vs, H) :- sort(Vs, Set), keep_vertices(G, Set, H).
keep_vertices([], _, []).
keep_vertices([V-Ns|G], Set, H) :-
    (   ord_memberchk(V, Set) -> H = H1 ; ord_subtract(Ns, Set, Ms), H = [V-Ms|H1] ),
    keep_vertices(G, Set, H1).
add_edges(G, Es, H) :- vertices(G, Vs), edges(G, Fs), '$append'(Fs, Es, All), vertices_edges_to_ugraph(Vs, All, H).
del_edges(G, Es, H) :- vertices(G, Vs), edges(G, Fs), sort(Es, Set), ord_subtract(Fs, Set, Rest), vertices_edges_to_ugraph(Vs, Rest, H).
transpose_ugraph(G, T) :- vertices(G, Vs), edges(G, Es), swap(Es, Fs), vertices_edges_to_ugraph(Vs, Fs, T).
swap([], []).
swap([A-B|Es], [B-A|Fs]) :- swap(Es, Fs).
neighbours(V, G, Ns) :- '$member'(W-Ms, G), W == V, !, Ns = Ms.
neighbors(V, G, Ns) :- neighbours(V, G, Ns).
reachable(V, G, R) :- reach([V], G, [V], R).
reach([], _, R, R).
reach([V|Vs], G, R0, R) :-
    ( neighbours(V, G, Ns) -> true ; Ns = [] ),
    ord_subtract(Ns, R0, New), ord_union(R0, New, R1), '$append'(New, Vs, Next),
    reach(Next, G, R1, R).
transitive_closure(G, C) :- closure(G, G, C).
closure([], _, []).
closure([V-Ns|H], G, [V-R|C]) :- reach(Ns, G, Ns, R), closure(H, G, C).
compose(G, H, C) :- vertices(G, Us), vertices(H, Vs), ord_union(Us, Vs, All), composed(All, G, H, C).
composed([], _, _, []).
composed([V|Vs], G, H, [V-Ns|C]) :- ( neighbours(V, G, Ms) -> true ; Ms = [] ), union_of(Ms, H, [], Ns), composed(Vs, G, H, C).
union_of([], _, Ns, Ns).
union_of([M|Ms], H, Ns0, Ns) :- ( neighbours(M, H, Ks) -> true ; Ks = [] ), ord_union(Ns0, Ks, Ns1), union_of(Ms, H, Ns1, Ns).
ugraph_union(G, H, U) :- vertices(G, V1), vertices(H, V2), edges(G, E1), edges(H, E2), '$append'(V1, V2, Vs), '$append'(E1, E2, Es), vertices_edges_to_ugraph(Vs, Es, U).
connect_ugraph(G, Start, [Start-Vs|G]) :- vertices(G, Vs), Vs = [First|_], Start = '$before'(First).
% Vertices before those they point to; fails on a cycle.
top_sort(G, Sorted) :-
    transpose_ugraph(G, T), counts(T, Counts), sources(Counts, Free, Left),
    sorting(Free, Left, G, Sorted).
counts([], []).
counts([V-Ns|T], [V-N|Cs]) :- '$list_length'(Ns, N), counts(T, Cs).
sources([], [], []).
sources([V-N|Cs], Free, Left) :-
    ( N =:= 0 -> Free = [V|Free1], Left = Left1 ; Free = Free1, Left = [V-N|Left1] ),
    sources(Cs, Free1, Left1).
sorting([], Left, _, []) :- Left == [].
sorting([V|Vs], Left0, G, [V|Sorted]) :-
    ( neighbours(V, G, Ns) -> true ; Ns = [] ),
    release(Left0, Ns, Freed, Left), '$append'(Vs, Freed, Next),
    sorting(Next, Left, G, Sorted).
release([], _, [], []).
release([V-N|Cs], Ns, Freed, Left) :-
    (   ord_memberchk(V, Ns)
    ->  M is N - 1, ( M =:= 0 -> Freed = [V|Freed1], Left = Left1 ; Freed = Freed1, Left = [V-M|Left1] )
    ;   Freed = Freed1, Left = [V-N|Left1]
    ),
    release(Cs, Ns, Freed1, Left1).
