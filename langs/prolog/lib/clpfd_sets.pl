% The third part of library(clpfd): automata, rectangles, and domains as values ("fd sets"), which are
% lists of intervals as in attributes.

% -------------------------------------------------------------- automata

automaton(Xs, Nodes, Arcs) :- automaton(Xs, _, Xs, Nodes, Arcs, [], [], _).
% The arcs taken are numbers; what a counter is after a step is an element by that number.
automaton(Items, Template, Labels, Nodes, Arcs, Counters, Initial, Final) :-
    must_be(list, Labels), must_be(list, Nodes), must_be(list, Arcs), must_be(list(list), [Counters, Initial]),
    fd_list(Labels), fd_list(Initial),
    automaton_states(Nodes, Arcs, States),
    findall(N, ( '$member'(source(S), Nodes), nth1(N, States, S) ), Sources),
    findall(N, ( '$member'(sink(S), Nodes), nth1(N, States, S) ), Sinks),
    automaton_rows(Arcs, 1, States, Rows),
    values_dom(Sources, From), values_dom(Sinks, To), From = [_|_], To = [_|_],
    within(First, From), keep(First),
    automaton_steps(Labels, Items, step(Template, Rows, Arcs, Counters), First, Last, Initial, Final),
    within(Last, To), run.
automaton_states(Nodes, Arcs, States) :-
    findall(S, ( '$member'(N, Nodes), '$member'(N, [source(S), sink(S)]) ; '$member'(A, Arcs), A =.. [arc, F, _, T|_], '$member'(S, [F, T]) ), Ss),
    sort(Ss, States).
automaton_rows([], _, _, []).
automaton_rows([A|As], I, States, [[F, L, T, I]|Rows]) :-
    ( A =.. [arc, From, L, To|_] -> true ; throw(error(type_error(arc, A), _)) ),
    must_be(integer, L),
    nth1(F, States, From), nth1(T, States, To), !,
    I1 is I + 1, automaton_rows(As, I1, States, Rows).
automaton_steps([], _, _, S, S, Cs, Cs).
automaton_steps([L|Ls], Items, Step, S0, S, Cs0, Cs) :-
    Step = step(Template, Rows, Arcs, Counters),
    tuples_in([[S0, L, S1, Arc]], Rows),
    ( nonvar(Items), Items = [Item|Items1] -> true ; true ),
    (   Cs0 == [] -> Cs1 = []
    ;   automaton_values(Arcs, Template-Counters, Item-Cs0, Values),
        automaton_counters(Cs0, 1, Arc, Values, Cs1)
    ),
    automaton_steps(Ls, Items1, Step, S1, S, Cs1, Cs).
% For each arc, what the counters are after it.
automaton_values([], _, _, []).
automaton_values([A|As], Names, Now, [Vs|Vss]) :-
    ( A = arc(_, _, _, Es) -> true ; Names = _-Es ),
    copy_term(Names-Es, Now-Es1),
    automaton_expressions(Es1, Vs),
    automaton_values(As, Names, Now, Vss).
automaton_expressions([], []).
automaton_expressions([E|Es], [V|Vs]) :- V #= E, automaton_expressions(Es, Vs).
automaton_counters([], _, _, _, []).
automaton_counters([_|Cs], J, Arc, Values, [New|News]) :-
    automaton_column(Values, J, Column), element(Arc, Column, New),
    J1 is J + 1, automaton_counters(Cs, J1, Arc, Values, News).
automaton_column([], _, []).
automaton_column([Vs|Vss], J, [V|Column]) :- nth1(J, Vs, V), automaton_column(Vss, J, Column).

% ------------------------------------------------------------- rectangles

% Rectangles are compounds F(X, Width, Y, Height) that do not overlap.
disjoint2(Rs) :- must_be(list, Rs), disjoint_all(Rs).
disjoint_all([]).
disjoint_all([R|Rs]) :- disjoint_from(Rs, R), disjoint_all(Rs).
disjoint_from([], _).
disjoint_from([B|Bs], A) :-
    A =.. [_, X1, W1, Y1, H1], B =.. [_, X2, W2, Y2, H2],
    X1 + W1 #=< X2 #\/ X2 + W2 #=< X1 #\/ Y1 + H1 #=< Y2 #\/ Y2 + H2 #=< Y1,
    disjoint_from(Bs, A).

% ---------------------------------------------------------------- fd sets

fd_set(X, S) :- must_fd(X), dom(X, S).
X in_set S :- must_fd(X), must_fdset(S), S = [_|_], within(X, S), keep(X), run.
must_fdset(S) :- ( var(S) -> throw(error(instantiation_error, _)) ; is_fdset(S) -> true ; throw(error(type_error(clpfd_set, S), _)) ).
is_fdset(S) :- is_list(S), fdset_intervals(S, inf).
% Ascending intervals with gaps between them; Least: what the first one may begin with.
fdset_intervals([], _).
fdset_intervals([A-B|T], Least) :-
    ( integer(A) -> ( Least == inf -> true ; integer(Least), A >= Least ) ; A == inf, Least == inf ),
    ( integer(B) -> ( A == inf -> true ; A =< B ), Least1 is B + 2, fdset_intervals(T, Least1) ; B == sup, T == [] ).
empty_fdset([]).
fdset_parts(S, L, H, T) :- nonvar(S), !, S = [L-H|T].
fdset_parts([L-H|T], L, H, T) :- is_fdset([L-H|T]).
empty_interval(L, H) :- integer(L), integer(H), L > H.
fdset_interval(S, L, H) :- S = [L-H], is_fdset(S).
fdset_singleton([X-X], X) :- integer(X).
fdset_min([L-_|_], L).
fdset_max(S, H) :- S = [I|T], I = _-H0, dom_end(T, H0, H).
fdset_size(S, N) :- is_list(S), fdset_count(S, 0, N).
fdset_count([], N, N).
fdset_count([A-B|T], N0, N) :- ( integer(A), integer(B) -> N1 is N0 + B - A + 1, fdset_count(T, N1, N) ; N = sup ).
list_to_fdset(L, S) :- must_be(list(integer), L), sort(L, Vs), values_dom(Vs, S).
fdset_to_list(S, L) :- must_fdset(S), fdset_size(S, N), integer(N), fdset_list(S, L).
fdset_list([], []).
fdset_list([A-B|T], L) :- numlist(A, B, Vs), '$append'(Vs, L1, L), fdset_list(T, L1).
range_to_fdset(R, S) :- parse_dom(R, S).
fdset_to_range(S, R) :- must_fdset(S), ( S = [I|T] -> fdset_range(I, I1), fdset_range(T, I1, R) ; R = 1..0 ).
fdset_range([], R, R).
fdset_range([I|T], R0, R) :- fdset_range(I, I1), fdset_range(T, R0 \/ I1, R).
fdset_range(A-B, R) :- ( A == B -> R = A ; R = A..B ).
fdset_add_element(S, X, R) :- dom_or(S, [X-X], R).
fdset_del_element(S, X, R) :- ( dom_without(S, X, R0) -> R = R0 ; R = S ).
fdset_member(X, S) :- integer(X), !, dom_has(S, X).
fdset_member(X, S) :- '$member'(A-B, S), fdset_between(A, B, X).
fdset_between(A, B, X) :-
    (   A == inf -> throw(error(instantiation_error, _))
    ;   B == sup -> between(A, inf, X)
    ;   between(A, B, X)
    ).
fdset_eq(S, S).
fdset_disjoint(A, B) :- dom_and(A, B, []).
fdset_intersect(A, B) :- dom_and(A, B, [_|_]).
fdset_subset(A, B) :- dom_and(A, B, R), R == A.
fdset_intersection(A, B, R) :- dom_and(A, B, R).
fdset_union(A, B, R) :- dom_or(A, B, R).
fdset_union(Ss, R) :- fdset_unite(Ss, [], R).
fdset_unite([], R, R).
fdset_unite([S|Ss], R0, R) :- dom_or(R0, S, R1), fdset_unite(Ss, R1, R).
fdset_complement(S, R) :- dom_not(S, R).
fdset_subtract(A, B, R) :- dom_not(B, N), dom_and(A, N, R).
