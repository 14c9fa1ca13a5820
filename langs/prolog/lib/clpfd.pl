:- module(clpfd, [
    (#=)/2, (#\=)/2, (#<)/2, (#>)/2, (#=<)/2, (#>=)/2, (#\)/1, (#<==>)/2, (#==>)/2, (#<==)/2,
    (#\/)/2, (#/\)/2, (#\)/2, (in)/2, (ins)/2,
    label/1, labeling/2, indomain/1, all_different/1, all_distinct/1, sum/3, scalar_product/4,
    element/3, tuples_in/2, global_cardinality/2, global_cardinality/3, circuit/1, lex_chain/1, chain/2,
    cumulative/1, cumulative/2, transpose/2, zcompare/3, automaton/3, automaton/8, disjoint2/1,
    fd_var/1, fd_inf/2, fd_sup/2, fd_size/2, fd_dom/2, fd_degree/2,
    fd_set/2, (in_set)/2, is_fdset/1, empty_fdset/1, empty_interval/2, fdset_parts/4, fdset_interval/3, fdset_singleton/2,
    fdset_min/2, fdset_max/2, fdset_size/2, list_to_fdset/2, fdset_to_list/2, range_to_fdset/2, fdset_to_range/2,
    fdset_add_element/3, fdset_del_element/3, fdset_member/2, fdset_eq/2, fdset_disjoint/2, fdset_intersect/2,
    fdset_subset/2, fdset_intersection/3, fdset_union/3, fdset_union/2, fdset_complement/2, fdset_subtract/3
]).
% Constraints over integers. A variable's attribute is fd(Min, Max, Domain, OnBound,
% OnRange, OnChange): a domain is a list of disjoint intervals L-H in ascending order,
% whose outer ends may be inf and sup; the last three are the propagators that want to
% know when it gets a value, when a bound moves, and when the domain changes at all.
% A propagator is a term whose first argument is its state: 0 idle, 1 queued, 2 dead.

:- op(760, yfx, #<==>).
:- op(750, xfy, #==>).
:- op(750, yfx, #<==).
:- op(740, yfx, #\/).
:- op(730, yfx, #\).
:- op(720, yfx, #/\).
:- op(710, fy, #\).
:- op(700, xfx, [#>, #<, #>=, #=<, #=, #\=, in, ins, in_set]).
:- op(450, xfx, '..').

:- nb_setval('$fd_queue', q([], idle)).

% ---------------------------------------------------------------- domains

% bounds(X, L, U): the least and greatest value that X can have.
bounds(X, L, U) :-
    (   integer(X) -> L = X, U = X
    ;   var(X) -> ( get_attr(X, clpfd, fd(L, U, _, _, _, _)) -> true ; L = inf, U = sup )
    ;   throw(error(type_error(integer, X), _))
    ).

get_fd(X, Fd) :- ( get_attr(X, clpfd, Fd) -> true ; Fd = fd(inf, sup, [inf-sup], [], [], []) ).

dom(X, D) :- ( integer(X) -> D = [X-X] ; get_fd(X, fd(_, _, D, _, _, _)) ).

% set_dom(D, X, Fd): the domain of X shrinks to D.
set_dom([L1-H|T], X, fd(L, U, _, Pi, Pb, Pd)) :-
    dom_end(T, H, U1),
    (   L1 == U1
    ->  X = L1
    ;   put_attr(X, clpfd, fd(L1, U1, [L1-H|T], Pi, Pb, Pd)),
        ( L1 == L, U1 == U -> true ; wake_all(Pb) ),
        wake_all(Pd)
    ).

dom_end([], H, H).
dom_end([_-H|T], _, U) :- dom_end(T, H, U).

% at_least(X, L): X >= L. at_most(X, U): X =< U. For L an integer or inf, U an integer or sup.
at_least(X, L) :- integer(X), !, ( L == inf -> true ; X >= L ).
at_least(X, L) :-
    get_fd(X, Fd),
    arg(1, Fd, L0),
    (   L == inf -> true
    ;   L0 \== inf, L =< L0 -> true
    ;   arg(3, Fd, D), dom_from(D, L, D1), set_dom(D1, X, Fd)
    ).
at_most(X, U) :- integer(X), !, ( U == sup -> true ; X =< U ).
at_most(X, U) :-
    get_fd(X, Fd),
    arg(2, Fd, U0),
    (   U == sup -> true
    ;   U0 \== sup, U >= U0 -> true
    ;   arg(3, Fd, D), dom_to(D, U, D1), D1 = [_|_], set_dom(D1, X, Fd)
    ).
dom_from([I|T], L, D) :-
    I = A-B,
    (   B \== sup, B < L -> dom_from(T, L, D)
    ;   A \== inf, A >= L -> D = [I|T]
    ;   D = [L-B|T]
    ).
dom_to([], _, []).
dom_to([I|T], U, D) :-
    I = A-B,
    (   A \== inf, A > U -> D = []
    ;   B \== sup, B =< U -> D = [I|D1], dom_to(T, U, D1)
    ;   D = [A-U]
    ).

% without(X, V): X is not V.
without(X, V) :- integer(X), !, X =\= V.
without(X, V) :-
    get_fd(X, Fd),
    Fd = fd(L, U, D, _, _, _),
    (   ( L \== inf, V < L ; U \== sup, V > U ) -> true
    ;   dom_without(D, V, D1) -> D1 = [_|_], set_dom(D1, X, Fd)
    ;   true
    ).
% Fails when V is not in the domain.
dom_without([I|T], V, D) :-
    I = A-B,
    (   A \== inf, V < A -> fail
    ;   B \== sup, V > B -> D = [I|D1], dom_without(T, V, D1)
    ;   A == V -> ( B == V -> D = T ; A1 is V + 1, D = [A1-B|T] )
    ;   B == V -> B1 is V - 1, D = [A-B1|T]
    ;   B1 is V - 1, A1 is V + 1, D = [A-B1, A1-B|T]
    ).

% within(X, D): X is in the domain D.
within(X, D) :- integer(X), !, dom_has(D, X).
within(X, D) :-
    get_fd(X, Fd),
    arg(3, Fd, D0),
    dom_and(D0, D, D1),
    ( D1 == D0 -> true ; set_dom(D1, X, Fd) ).
dom_has([A-B|T], V) :-
    (   A \== inf, V < A -> fail
    ;   B \== sup, V > B -> dom_has(T, V)
    ;   true
    ).
dom_and([], _, []) :- !.
dom_and(_, [], []) :- !.
dom_and([A-B|S], [C-D|T], R) :-
    (   below(B, C) -> dom_and(S, [C-D|T], R)
    ;   below(D, A) -> dom_and([A-B|S], T, R)
    ;   lower_max(A, C, L),
        (   upper_less(B, D) -> R = [L-B|R1], dom_and(S, [C-D|T], R1)
        ;   R = [L-D|R1], dom_and([A-B|S], T, R1)
        )
    ).
below(B, C) :- B \== sup, C \== inf, B < C.
lower_max(A, C, L) :- ( A == inf -> L = C ; C == inf -> L = A ; L is max(A, C) ).
upper_less(B, D) :- B \== sup, ( D == sup -> true ; B < D ).
dom_or(D, [], D) :- !.
dom_or([], D, D) :- !.
dom_or([A-B|S], [C-D|T], R) :-
    (   lower_le(A, C) -> dom_join(A, B, S, [C-D|T], R) ; dom_join(C, D, T, [A-B|S], R) ).
lower_le(A, C) :- ( A == inf -> true ; C == inf -> fail ; A =< C ).
% Joins what touches A-B; intervals follow in two lists.
dom_join(A, B, S, T, R) :-
    (   S = [C-D|S1], touches(B, C) -> upper_max(B, D, B1), dom_join(A, B1, S1, T, R)
    ;   T = [C-D|T1], touches(B, C) -> upper_max(B, D, B1), dom_join(A, B1, S, T1, R)
    ;   R = [A-B|R1], dom_or(S, T, R1)
    ).
touches(B, C) :- ( B == sup -> true ; C == inf -> true ; C =< B + 1 ).
upper_max(B, D, U) :- ( ( B == sup ; D == sup ) -> U = sup ; U is max(B, D) ).
dom_not(D, N) :- dom_gaps(D, inf, N).
dom_gaps([], L, [L-sup]).
dom_gaps([A-B|T], L, N) :-
    (   A == inf -> N = N1
    ;   A1 is A - 1, ( L \== inf, A1 < L -> N = N1 ; N = [L-A1|N1] )
    ),
    ( B == sup -> N1 = [] ; L1 is B + 1, dom_gaps(T, L1, N1) ).
dom_shift([], _, []).
dom_shift([A-B|T], C, [A1-B1|T1]) :-
    ( A == inf -> A1 = inf ; A1 is A + C ),
    ( B == sup -> B1 = sup ; B1 is B + C ),
    dom_shift(T, C, T1).
dom_size([], 0).
dom_size([A-B|T], N) :-
    ( ( A == inf ; B == sup ) -> N = sup
    ; dom_size(T, N0), ( N0 == sup -> N = sup ; N is N0 + B - A + 1 ) ).
dom_value([A-B|T], V) :- ( between(A, B, V) ; dom_value(T, V) ).

% Domain expressions.
parse_dom(V, _) :- var(V), !, throw(error(instantiation_error, _)).
parse_dom(N, [N-N]) :- integer(N), !.
parse_dom(L..U, D) :- !,
    ( L == inf -> true ; integer(L) -> true ; var(L) -> throw(error(instantiation_error, _)) ; throw(error(domain_error(clpfd_domain, L..U), _)) ),
    ( U == sup -> true ; integer(U) -> true ; var(U) -> throw(error(instantiation_error, _)) ; throw(error(domain_error(clpfd_domain, L..U), _)) ),
    ( ( L == inf ; U == sup ) -> D = [L-U] ; L =< U -> D = [L-U] ; D = [] ).
parse_dom(A \/ B, D) :- !, parse_dom(A, DA), parse_dom(B, DB), dom_or(DA, DB, D).
parse_dom(\ A, D) :- !, parse_dom(A, DA), dom_not(DA, D).
parse_dom(D, _) :- throw(error(domain_error(clpfd_domain, D), _)).
dom_term([I], T) :- !, interval_term(I, T).
dom_term([I|Is], T) :- interval_term(I, T0), dom_terms(Is, T0, T).
dom_terms([], T, T).
dom_terms([I|Is], T0, T) :- interval_term(I, T1), dom_terms(Is, T0 \/ T1, T).
interval_term(A-B, T) :- ( A == B -> T = A ; T = A..B ).

X in D :- must_fd(X), parse_dom(D, Ds), Ds = [_|_], within(X, Ds), keep(X), run.
Xs ins D :-
    ( is_list(Xs) -> true ; var(Xs) -> throw(error(instantiation_error, _)) ; throw(error(type_error(list, Xs), _)) ),
    must_fds(Xs), parse_dom(D, Ds), ( Xs == [] -> true ; Ds = [_|_] ), all_within(Xs, Ds), run.
all_within([], _).
all_within([X|Xs], D) :- within(X, D), keep(X), all_within(Xs, D).
% A variable mentioned in a constraint is an integer, even if nothing else is known.
keep(X) :- ( integer(X) -> true ; get_attr(X, clpfd, _) -> true ; get_fd(X, Fd), put_attr(X, clpfd, Fd) ).
must_fd(X) :- ( integer(X) -> true ; var(X) -> true ; throw(error(type_error(integer, X), _)) ).
must_fds([]).
must_fds([X|Xs]) :- must_fd(X), must_fds(Xs).
fd_list(Xs) :-
    (   is_list(Xs) -> must_fds(Xs) ; '$partial_list'(Xs) -> throw(error(instantiation_error, _)) ; throw(error(type_error(list, Xs), _)) ).
'$partial_list'(Xs) :- '$length'(Xs, _, T), var(T).

fd_var(X) :- var(X), get_attr(X, clpfd, _).
fd_inf(X, L) :- must_fd(X), bounds(X, L, _).
fd_sup(X, U) :- must_fd(X), bounds(X, _, U).
fd_dom(X, D) :- must_fd(X), dom(X, Ds), ( Ds = [V-V] -> D = V..V ; dom_term(Ds, D) ).
fd_size(X, N) :- must_fd(X), dom(X, D), dom_size(D, N).
fd_degree(X, N) :- ( integer(X) -> N = 0 ; get_fd(X, Fd), fd_props(Fd, Ps), '$list_length'(Ps, N) ).
fd_props(fd(_, _, _, Pi, Pb, Pd), Ps) :- '$append'(Pi, Pb, P0), '$append'(P0, Pd, P1), live(P1, [], Ps).
live([], _, []).
live([P|Ps], Seen, R) :-
    (   ( arg(1, P, 2) ; seen(Seen, P) ) -> R = R1 ; R = [P|R1] ),
    live(Ps, [P|Seen], R1).
seen([Q|Qs], P) :- ( same_term(Q, P) -> true ; seen(Qs, P) ).

% ----------------------------------------------------------- propagation

'$fd_hook'(Fd, Y) :-
    Fd = fd(_, _, D, Pi, Pb, Pd),
    (   integer(Y)
    ->  dom_has(D, Y), wake_all(Pi), wake_all(Pb), wake_all(Pd), run
    ;   var(Y)
    ->  (   get_attr(Y, clpfd, fd(_, _, D2, Qi, Qb, Qd))
        ->  dom_and(D, D2, D3), D3 = [L-H|T], dom_end(T, H, U),
            '$append'(Pi, Qi, Ri), '$append'(Pb, Qb, Rb), '$append'(Pd, Qd, Rd),
            (   L == U -> put_attr(Y, clpfd, fd(L, U, D3, Ri, Rb, Rd)), Y = L
            ;   put_attr(Y, clpfd, fd(L, U, D3, Ri, Rb, Rd)),
                wake_all(Ri), wake_all(Rb), wake_all(Rd), run
            )
        ;   put_attr(Y, clpfd, Fd)
        )
    ;   throw(error(type_error(integer, Y), _))
    ).

wake_all([]).
wake_all([P|Ps]) :-
    arg(1, P, S),
    (   S == 0
    ->  setarg(1, P, 1), nb_getval('$fd_queue', Q), arg(1, Q, L), setarg(1, Q, [P|L])
    ;   true
    ),
    wake_all(Ps).

run :-
    nb_getval('$fd_queue', Q),
    arg(2, Q, S),
    (   S == busy -> true
    ;   arg(1, Q, []) -> true
    ;   setarg(2, Q, busy), run_queue(Q), setarg(2, Q, idle)
    ).
run_queue(Q) :-
    arg(1, Q, L),
    (   L == [] -> true
    ;   setarg(1, Q, []), '$reverse'(L, [], R), run_list(R), run_queue(Q)
    ).
run_list([]).
run_list([P|Ps]) :-
    arg(1, P, S),
    ( S == 1 -> setarg(1, P, 0), fire(P) ; true ),
    run_list(Ps).
kill(P) :- setarg(1, P, 2).
% Propagation is deterministic: what it would find by other clauses it has found.
fire(P) :- propagate(P, P), !.

% post(Vs, P): P runs when a variable changes as it asks for.
post_bound(Vs, P) :- attach(Vs, P, bound), fire(P), run.
post_range(Vs, P) :- attach(Vs, P, range), fire(P), run.
post_change(Vs, P) :- attach(Vs, P, change), fire(P), run.
attach([], _, _).
attach([X|Xs], P, On) :-
    (   integer(X) -> true
    ;   get_fd(X, fd(L, U, D, Pi, Pb, Pd)),
        (   On == bound -> put_attr(X, clpfd, fd(L, U, D, [P|Pi], Pb, Pd))
        ;   On == range -> put_attr(X, clpfd, fd(L, U, D, Pi, [P|Pb], Pd))
        ;   put_attr(X, clpfd, fd(L, U, D, Pi, Pb, [P|Pd]))
        )
    ),
    attach(Xs, P, On).

% ---------------------------------------------------------- linear terms

% linear(E, C, T0, T, K0, K): adds C * E to a list of Variable-Coefficient and a constant.
linear(E, C, T0, T, K0, K) :- var(E), !, T = [E-C|T0], K = K0.
linear(E, C, T, T, K0, K) :- integer(E), !, K is K0 + C * E.
linear(A + B, C, T0, T, K0, K) :- !, linear(A, C, T0, T1, K0, K1), linear(B, C, T1, T, K1, K).
linear(A - B, C, T0, T, K0, K) :- !, linear(A, C, T0, T1, K0, K1), C1 is -C, linear(B, C1, T1, T, K1, K).
linear(- A, C, T0, T, K0, K) :- !, C1 is -C, linear(A, C1, T0, T, K0, K).
linear(A * B, C, T0, T, K0, K) :- integer(A), !, C1 is C * A, linear(B, C1, T0, T, K0, K).
linear(A * B, C, T0, T, K0, K) :- integer(B), !, C1 is C * B, linear(A, C1, T0, T, K0, K).
linear(E, C, T0, T, K0, K) :- nonlinear(E, V), linear(V, C, T0, T, K0, K).

% value(E, V): V is a variable or integer equal to E.
value(E, V) :- ( var(E) -> V = E ; integer(E) -> V = E ; nonlinear_form(E) -> nonlinear(E, V) ; linear(E, 1, [], T, 0, K), collect(T, T1), as_value(T1, K, V) ).
as_value([], K, K) :- !.
as_value([X-1], 0, X) :- !.
as_value(T, K, V) :- K1 is -K, collect([V-(-1)|T], T1), linear_eq(T1, K1).
nonlinear_form(E) :- functor(E, F, N), nonlinear_functor(F, N), \+ ( E = A * B, ( integer(A) ; integer(B) ) ).
nonlinear_functor(*, 2).
nonlinear_functor(//, 2).
nonlinear_functor(div, 2).
nonlinear_functor(mod, 2).
nonlinear_functor(rem, 2).
nonlinear_functor(min, 2).
nonlinear_functor(max, 2).
nonlinear_functor(^, 2).
nonlinear_functor(abs, 1).
nonlinear(E, V) :-
    (   callable(E), functor(E, F, N), nonlinear_functor(F, N) -> true ; throw(error(domain_error(clpfd_expression, E), _)) ),
    (   N =:= 1 -> arg(1, E, A), value(A, X), relation(F, X, V)
    ;   arg(1, E, A), arg(2, E, B), value(A, X), value(B, Y), relation(F, X, Y, V)
    ).
relation(abs, X, V) :- at_least(V, 0), post_change([X, V], abs(0, X, V)).
relation(*, X, Y, V) :- ( integer(X), integer(Y) -> V is X * Y ; integer(X) -> linear_of([V-(-1), Y-X]) ; integer(Y) -> linear_of([V-(-1), X-Y]) ; post_range([X, Y, V], times(0, X, Y, V)) ).
relation(//, X, Y, V) :- without(Y, 0), post_range([X, Y, V], quot(0, X, Y, V)).
relation(div, X, Y, V) :- without(Y, 0), post_range([X, Y, V], floordiv(0, X, Y, V)).
relation(mod, X, Y, V) :- without(Y, 0), post_range([X, Y, V], modulo(0, X, Y, V)).
relation(rem, X, Y, V) :- without(Y, 0), post_range([X, Y, V], remainder(0, X, Y, V)).
relation(min, X, Y, V) :- post_range([X, Y, V], minimum(0, X, Y, V)).
relation(max, X, Y, V) :- post_range([X, Y, V], maximum(0, X, Y, V)).
relation(^, X, Y, V) :- post_range([X, Y, V], power(0, X, Y, V)).
linear_of(T0) :- collect(T0, T), linear_eq(T, 0).

% One entry for each variable, none with coefficient 0.
collect([], []) :- !.
collect([X-C], T) :- var(X), C =\= 0, !, T = [X-C].
collect(T0, T) :- keysort(T0, T1), merge_same(T1, T).
merge_same([], []).
merge_same([X-C|T], R) :-
    (   T = [Y-D|T1], X == Y -> E is C + D, merge_same([X-E|T1], R)
    ;   C =:= 0 -> merge_same(T, R)
    ;   R = [X-C|R1], merge_same(T, R1)
    ).
% difference(A, B, T, K): A - B is the sum of T minus K.
difference(A, B, T, K) :- linear(A, 1, [], T0, 0, K0), linear(B, -1, T0, T1, K0, K1), collect(T1, T), K is -K1.

A #= B :- equal(A, B), run.
equal(A, B) :- var(A), nonvar(B), nonlinear_form(B), !, keep(A), nonlinear(B, A).
equal(A, B) :- var(B), nonvar(A), nonlinear_form(A), !, keep(B), nonlinear(A, B).
equal(A, B) :- integer(A), nonvar(B), nonlinear_form(B), !, nonlinear(B, A).
equal(A, B) :- difference(A, B, T, K), linear_eq(T, K).
A #\= B :- distinct_values(A, B), run.
% |E| is not K: two simple constraints.
distinct_values(A, K) :- nonvar(A), A = abs(E), integer(K), !, difference(E, K, T, K1), linear_ne(T, K1), M is -K, difference(E, M, _, K2), linear_ne(T, K2).
distinct_values(A, B) :- difference(A, B, T, K), linear_ne(T, K).
A #=< B :- difference(A, B, T, K), linear_le(T, K), run.
A #< B :- difference(A, B, T, K), K1 is K - 1, linear_le(T, K1), run.
A #>= B :- B #=< A.
A #> B :- B #< A.

% Sum of T equals K.
linear_eq([], K) :- !, K =:= 0.
linear_eq([X-C], K) :- !, K mod C =:= 0, V is K // C, X = V.
linear_eq([X-1, Y-(-1)], K) :- !, equal_offset(X, Y, K).
linear_eq([X-(-1), Y-1], K) :- !, equal_offset(Y, X, K).
linear_eq(T, K) :- reduce(T, K, Cs, Vs, K1), post_range(Vs, linear_eq(0, Cs, Vs, K1)).
equal_offset(X, Y, K) :- ( K =:= 0 -> keep(X), X = Y ; post_change([X, Y], offset(0, X, Y, K)) ).
linear_ne([], K) :- !, K =\= 0.
linear_ne([X-C], K) :- !, keep(X), ( K mod C =:= 0 -> V is K // C, without(X, V) ; true ).
linear_ne([X-1, Y-(-1)], K) :- !, post_bound([X, Y], differ(0, X, Y, K)).
linear_ne([X-(-1), Y-1], K) :- !, post_bound([X, Y], differ(0, Y, X, K)).
linear_ne(T, K) :- pairs_apart(T, Cs, Vs), post_bound(Vs, linear_ne(0, Cs, Vs, K)).
linear_le([], K) :- !, 0 =< K.
linear_le([X-C], K) :- !, keep(X), ( C > 0 -> U is K div C, at_most(X, U) ; L is -(K div -C), at_least(X, L) ).
linear_le([X-1, Y-(-1)], K) :- !, post_range([X, Y], less(0, X, Y, K)).
linear_le([X-(-1), Y-1], K) :- !, post_range([X, Y], less(0, Y, X, K)).
linear_le(T, K) :- pairs_apart(T, Cs, Vs), post_range(Vs, linear_le(0, Cs, Vs, K)).
pairs_apart([], [], []).
pairs_apart([X-C|T], [C|Cs], [X|Xs]) :- pairs_apart(T, Cs, Xs).
reduce(T, K, Cs, Vs, K1) :-
    pairs_apart(T, Cs0, Vs), Cs0 = [C|Cs1], common_divisor(Cs1, C, G0), G is abs(G0),
    (   G =:= 1 -> Cs = Cs0, K1 = K ; K mod G =:= 0, K1 is K // G, divide_all(Cs0, G, Cs) ).
common_divisor([], G, G).
common_divisor([C|Cs], G0, G) :- G1 is gcd(C, G0), common_divisor(Cs, G1, G).
divide_all([], _, []).
divide_all([C|Cs], G, [D|Ds]) :- D is C // G, divide_all(Cs, G, Ds).

% ------------------------------------------------------------ propagators

propagate(differ(_, X, Y, K), _) :-
    (   integer(X) -> V is X - K, without(Y, V)
    ;   integer(Y) -> V is Y + K, without(X, V)
    ;   X == Y -> K =\= 0
    ;   true
    ).
propagate(offset(_, X, Y, K), _) :-
    (   integer(X) -> V is X - K, Y = V
    ;   integer(Y) -> V is Y + K, X = V
    ;   X == Y -> K =:= 0
    ;   dom(Y, DY), dom_shift(DY, K, D1), within(X, D1),
        (   integer(X) -> V is X - K, Y = V
        ;   dom(X, DX), M is -K, dom_shift(DX, M, D2), within(Y, D2)
        )
    ).
propagate(less(_, X, Y, K), P) :-
    (   X == Y -> K >= 0
    ;   bounds(Y, _, U), ( U == sup -> true ; UX is U + K, at_most(X, UX) ),
        bounds(X, L, UX1), ( L == inf -> true ; LY is L - K, at_least(Y, LY) ),
        bounds(Y, LY1, _),
        ( LY1 \== inf, UX1 \== sup, UX1 - LY1 =< K -> kill(P) ; true )
    ).
propagate(linear_eq(_, Cs, Vs, K), _) :-
    sum_bounds(Cs, Vs, 0, Min, 0, NMin, 0, Max, 0, NMax),
    ( NMin =:= 0 -> Min =< K ; true ),
    ( NMax =:= 0 -> Max >= K ; true ),
    (   NMin =:= 0, NMax =:= 0, Min =:= Max -> true
    ;   ( NMin < 2 -> narrow_up(Cs, Vs, K, Min, NMin) ; true ),
        ( NMax < 2 -> narrow_down(Cs, Vs, K, Max, NMax) ; true )
    ).
propagate(linear_le(_, Cs, Vs, K), _) :-
    sum_bounds(Cs, Vs, 0, Min, 0, NMin, 0, _, 0, _),
    ( NMin =:= 0 -> Min =< K ; true ),
    ( NMin < 2 -> narrow_up(Cs, Vs, K, Min, NMin) ; true ).
propagate(linear_ne(_, Cs, Vs, K), _) :-
    unknowns(Cs, Vs, K, none, U, K1),
    (   U == none -> K1 =\= 0
    ;   U == many -> true
    ;   U = one(C, X), ( K1 mod C =:= 0 -> V is K1 // C, without(X, V) ; true )
    ).
propagate(abs(_, X, Y), _) :-
    (   integer(X) -> V is abs(X), Y = V
    ;   dom(Y, DY), dom_mirror(DY, DM), dom_or(DM, DY, D1), within(X, D1),
        (   integer(X) -> V is abs(X), Y = V
        ;   dom(X, DX), dom_mirror(DX, DX1), dom_or(DX, DX1, D2), dom_from(D2, 0, D3), within(Y, D3)
        )
    ).
propagate(times(_, X, Y, Z), _) :-
    (   integer(X), integer(Y) -> V is X * Y, Z = V
    ;   integer(X) -> scaled(X, Y, Z)
    ;   integer(Y) -> scaled(Y, X, Z)
    ;   bounds(X, LX, UX), bounds(Y, LY, UY),
        ( finite4(LX, UX, LY, UY) -> corners(LX, UX, LY, UY, L, U), at_least(Z, L), at_most(Z, U) ; signs(LX, UX, LY, UY, X, Y, Z) ),
        factor(X, Y, Z), factor(Y, X, Z)
    ).
propagate(quot(_, X, Y, Z), _) :-
    (   integer(X), integer(Y) -> V is X // Y, Z = V
    ;   bounds(X, LX, UX), bounds(Y, LY, UY),
        (   LX \== inf, LX >= 0, LY \== inf, LY > 0
        ->  ( UX == sup -> true ; U is UX // LY, at_most(Z, U) ),
            ( UY == sup -> at_least(Z, 0) ; L is LX // UY, at_least(Z, L) ),
            bounds(Z, LZ, UZ),
            ( UY == sup -> true ; UZ == sup -> true ; UX1 is (UZ + 1) * UY - 1, at_most(X, UX1) ),
            ( LZ == inf -> true ; LX1 is LZ * LY, at_least(X, LX1) )
        ;   LX \== inf, UX \== sup -> M is max(abs(LX), abs(UX)), N is -M, at_least(Z, N), at_most(Z, M)
        ;   true
        )
    ).
propagate(floordiv(_, X, Y, Z), _) :-
    (   integer(X), integer(Y) -> V is X div Y, Z = V
    ;   integer(Y), Y > 0
    ->  bounds(X, LX, UX),
        ( LX == inf -> true ; L is LX div Y, at_least(Z, L) ),
        ( UX == sup -> true ; U is UX div Y, at_most(Z, U) ),
        bounds(Z, LZ, UZ),
        ( LZ == inf -> true ; LX1 is LZ * Y, at_least(X, LX1) ),
        ( UZ == sup -> true ; UX1 is UZ * Y + Y - 1, at_most(X, UX1) )
    ;   bounds(X, LX, UX), LX \== inf, UX \== sup
    ->  M is max(abs(LX), abs(UX)), N is -M, at_least(Z, N), at_most(Z, M)
    ;   true
    ).
propagate(modulo(_, X, Y, Z), _) :-
    (   integer(X), integer(Y) -> V is X mod Y, Z = V
    ;   integer(Y)
    ->  ( Y > 0 -> U is Y - 1, at_least(Z, 0), at_most(Z, U) ; L is Y + 1, at_least(Z, L), at_most(Z, 0) ),
        congruent(X, Y, Z)
    ;   bounds(Y, LY, UY),
        ( LY \== inf, LY > 0 -> at_least(Z, 0), ( UY == sup -> true ; U is UY - 1, at_most(Z, U) ) ; true )
    ).
propagate(remainder(_, X, Y, Z), _) :-
    (   integer(X), integer(Y) -> V is X rem Y, Z = V
    ;   integer(Y) -> U is abs(Y) - 1, L is -U, at_least(Z, L), at_most(Z, U),
        bounds(X, LX, UX), ( LX \== inf, LX >= 0 -> at_least(Z, 0) ; true ), ( UX \== sup, UX =< 0 -> at_most(Z, 0) ; true )
    ;   true
    ).
propagate(minimum(_, X, Y, Z), _) :-
    bounds(X, LX, UX), bounds(Y, LY, UY), bounds(Z, LZ, UZ),
    lower_min(LX, LY, L), upper_min(UX, UY, U), at_least(Z, L), at_most(Z, U), at_least(X, LZ), at_least(Y, LZ),
    (   UZ \== sup, LX \== inf, LX > UZ -> at_most(Y, UZ)
    ;   UZ \== sup, LY \== inf, LY > UZ -> at_most(X, UZ)
    ;   true
    ).
propagate(maximum(_, X, Y, Z), _) :-
    bounds(X, LX, UX), bounds(Y, LY, UY), bounds(Z, LZ, UZ),
    lower_max(LX, LY, L), upper_max(UX, UY, U), at_least(Z, L), at_most(Z, U), at_most(X, UZ), at_most(Y, UZ),
    (   LZ \== inf, UX \== sup, UX < LZ -> at_least(Y, LZ)
    ;   LZ \== inf, UY \== sup, UY < LZ -> at_least(X, LZ)
    ;   true
    ).
propagate(power(_, X, Y, Z), _) :-
    (   integer(X), integer(Y) -> ( Y >= 0 -> V is X ** Y ; X =:= 1 -> V = 1 ; X =:= -1, V is X ** (Y mod 2) ), Z = V
    ;   bounds(X, LX, UX), bounds(Y, LY, UY),
        (   LX \== inf, LX >= 1, LY \== inf, LY >= 0
        ->  L is LX ** LY, at_least(Z, L),
            ( UX == sup -> true ; UY == sup -> true ; U is UX ** UY, at_most(Z, U) ),
            (   integer(Y), Y > 0, bounds(Z, LZ, UZ), UZ \== sup
            ->  root(UZ, Y, R), at_most(X, R), root(LZ, Y, R1), ( R1 ** Y < LZ -> R2 is R1 + 1 ; R2 = R1 ), at_least(X, R2)
            ;   integer(X), X > 1, bounds(Z, _, UZ), UZ \== sup -> log_floor(X, UZ, E), at_most(Y, E)
            ;   true
            )
        ;   integer(X), X > 1, integer(Z) -> Z >= 1, log_floor(X, Z, E), X ** E =:= Z, Y = E
        ;   integer(Y), Y > 0, LX \== inf, UX \== sup
        ->  M is max(abs(LX), abs(UX)) ** Y, ( Y mod 2 =:= 0 -> at_least(Z, 0) ; N is -M, at_least(Z, N) ), at_most(Z, M),
            ( Y mod 2 =:= 0, bounds(Z, _, UZ), UZ \== sup -> root(UZ, Y, R), R1 is -R, at_least(X, R1), at_most(X, R) ; true )
        ;   integer(Y), Y > 0, Y mod 2 =:= 0 -> at_least(Z, 0), bounds(Z, _, UZ), ( UZ \== sup -> root(UZ, Y, R), R1 is -R, at_least(X, R1), at_most(X, R) ; true )
        ;   true
        )
    ).
propagate(apart(_, X, Left, Right), _) :- ( integer(X) -> all_without(Left, X), all_without(Right, X) ; true ).
propagate(distinct(_, Vs), _) :- distinct_filter(Vs).
propagate(element(_, I, Vs, V), _) :-
    (   integer(I) -> '$nth1'(I, Vs, X), X = V
    ;   dom(V, DV), dom(I, DI), element_values(Vs, 1, DI, DV, Is, [], DU),
        within(I, Is), within(V, DU),
        ( integer(I) -> '$nth1'(I, Vs, X), X = V ; true )
    ).
propagate(tuples(_, Vs, Ts), P) :- propagate_tuples(P, Vs, Ts).
propagate(reified(_, B, C), P) :-
    (   B == 1 -> kill(P), post_linear(C)
    ;   B == 0 -> kill(P), negated(C, N), post_linear(N)
    ;   entailed(C, T) -> B = T
    ;   true
    ).
propagate(logic(_, Op, A, B, C), _) :- propagate_logic(Op, A, B, C).
propagate(circuit(_, Vs), _) :- no_subtour(Vs).

% Bounds of a sum: finite parts, and how many terms are unbounded on that side.
sum_bounds([], [], Mn, Mn, NMn, NMn, Mx, Mx, NMx, NMx).
sum_bounds([C|Cs], [X|Xs], Mn0, Mn, NMn0, NMn, Mx0, Mx, NMx0, NMx) :-
    (   integer(X)
    ->  Mn1 is Mn0 + C * X, Mx1 is Mx0 + C * X, NMn1 = NMn0, NMx1 = NMx0
    ;   bounds(X, L0, U0),
        ( C > 0 -> L = L0, U = U0 ; L = U0, U = L0 ),
        ( integer(L) -> Mn1 is Mn0 + C * L, NMn1 = NMn0 ; Mn1 = Mn0, NMn1 is NMn0 + 1 ),
        ( integer(U) -> Mx1 is Mx0 + C * U, NMx1 = NMx0 ; Mx1 = Mx0, NMx1 is NMx0 + 1 )
    ),
    sum_bounds(Cs, Xs, Mn1, Mn, NMn1, NMn, Mx1, Mx, NMx1, NMx).

% Each term is at most K less the least that the others add up to.
narrow_up([], [], _, _, _).
narrow_up([C|Cs], [X|Xs], K, Min, N) :-
    (   integer(X) -> true
    ;   ( C > 0 -> bounds(X, B, _) ; bounds(X, _, B) ),
        (   integer(B) -> ( N =:= 0 -> R is K - Min + C * B, term_at_most(C, X, R) ; true )
        ;   R is K - Min, term_at_most(C, X, R)
        )
    ),
    narrow_up(Cs, Xs, K, Min, N).
term_at_most(C, X, R) :- ( C > 0 -> U is R div C, at_most(X, U) ; L is -(R div -C), at_least(X, L) ).
narrow_down([], [], _, _, _).
narrow_down([C|Cs], [X|Xs], K, Max, N) :-
    (   integer(X) -> true
    ;   ( C > 0 -> bounds(X, _, B) ; bounds(X, B, _) ),
        (   integer(B) -> ( N =:= 0 -> R is K - Max + C * B, term_at_least(C, X, R) ; true )
        ;   R is K - Max, term_at_least(C, X, R)
        )
    ),
    narrow_down(Cs, Xs, K, Max, N).
term_at_least(C, X, R) :- ( C > 0 -> L is -((-R) div C), at_least(X, L) ; U is (-R) div -C, at_most(X, U) ).

unknowns([], [], K, U, U, K).
unknowns([C|Cs], [X|Xs], K0, U0, U, K) :-
    (   integer(X) -> K1 is K0 - C * X, unknowns(Cs, Xs, K1, U0, U, K)
    ;   U0 == none -> unknowns(Cs, Xs, K0, one(C, X), U, K)
    ;   U = many, K = K0
    ).

dom_mirror(D, M) :- dom_mirror(D, [], M).
dom_mirror([], M, M).
dom_mirror([A-B|T], M0, M) :-
    ( B == sup -> L = inf ; L is -B ), ( A == inf -> U = sup ; U is -A ),
    dom_mirror(T, [L-U|M0], M).

% Z = C * Y.
scaled(C, Y, Z) :-
    (   integer(Z) -> ( C =:= 0 -> Z =:= 0 ; Z mod C =:= 0, V is Z // C, Y = V )
    ;   integer(Y) -> V is C * Y, Z = V
    ;   C =:= 0 -> Z = 0
    ;   sum_bounds([C], [Y], 0, L, 0, NL, 0, U, 0, NU),
        ( NL =:= 0 -> at_least(Z, L) ; true ), ( NU =:= 0 -> at_most(Z, U) ; true ),
        bounds(Z, LZ, UZ),
        ( UZ == sup -> true ; term_at_most(C, Y, UZ) ), ( LZ == inf -> true ; term_at_least(C, Y, LZ) )
    ).
finite4(A, B, C, D) :- integer(A), integer(B), integer(C), integer(D).
corners(A, B, C, D, L, U) :-
    P is A * C, Q is A * D, R is B * C, S is B * D,
    L is min(min(P, Q), min(R, S)), U is max(max(P, Q), max(R, S)).
signs(LX, UX, LY, UY, X, Y, Z) :-
    (   X == Y -> at_least(Z, 0)
    ;   LX \== inf, LX >= 0, LY \== inf, LY >= 0 -> L is LX * LY, at_least(Z, L)
    ;   UX \== sup, UX =< 0, UY \== sup, UY =< 0 -> L is UX * UY, at_least(Z, L)
    ;   true
    ).
% Bounds of X from X * Y = Z when Y has one sign.
factor(X, Y, Z) :-
    bounds(Y, LY, UY), bounds(Z, LZ, UZ),
    (   integer(X) -> true
    ;   X == Y -> square_root(X, LZ, UZ)
    ;   finite4(LY, UY, LZ, UZ), LY > 0 -> quotient_range(LZ, UZ, LY, UY, X)
    ;   finite4(LY, UY, LZ, UZ), UY < 0 -> LN is -UY, UN is -LY, LM is -UZ, UM is -LZ, quotient_range(LM, UM, LN, UN, X)
    ;   integer(LZ), LZ > 0, integer(UZ) -> without(X, 0), M is -UZ, at_least(X, M), at_most(X, UZ)
    ;   integer(UZ), UZ < 0, integer(LZ) -> without(X, 0), M is -LZ, at_least(X, LZ), at_most(X, M)
    ;   integer(LY), LY > 0, integer(UZ), UZ >= 0 -> U is UZ // LY, at_most(X, U), ( integer(LZ), LZ > 0 -> at_least(X, 1) ; integer(LZ), LZ >= 0 -> at_least(X, 0) ; true )
    ;   true
    ).
% X * X is between LZ and UZ.
square_root(X, LZ, UZ) :-
    (   UZ == sup -> true
    ;   UZ >= 0, root(UZ, 2, R), M is -R, at_least(X, M), at_most(X, R)
    ),
    (   integer(X) -> true
    ;   integer(LZ), LZ > 0
    ->  L is LZ - 1, root(L, 2, R0), L1 is R0 + 1, U1 is -L1,
        bounds(X, LX, UX),
        (   LX \== inf, LX > U1 -> at_least(X, L1)
        ;   UX \== sup, UX < L1 -> at_most(X, U1)
        ;   U0 is U1 + 1, L0 is L1 - 1, dom_not([U0-L0], D), ( U0 =< L0 -> within(X, D) ; true )
        )
    ;   true
    ).
quotient_range(LZ, UZ, LY, UY, X) :-
    ( LZ >= 0 -> L is -((-LZ) div UY) ; L is -((-LZ) div LY) ),
    ( UZ >= 0 -> U is UZ div LY ; U is UZ div UY ),
    at_least(X, L), at_most(X, U).
root(N, Y, R) :- ( N =< 0 -> R = 0 ; Y =:= 1 -> R = N ; high_root(1, N, Y, H), bisect_root(0, H, N, Y, R) ).
high_root(H0, N, Y, H) :- ( H0 ** Y > N -> H = H0 ; H1 is H0 * 2, high_root(H1, N, Y, H) ).
bisect_root(L, H, N, Y, R) :- ( H - L =< 1 -> R = L ; M is (L + H) // 2, ( M ** Y =< N -> bisect_root(M, H, N, Y, R) ; bisect_root(L, M, N, Y, R) ) ).
log_floor(B, N, E) :- log_floor(B, N, B, 0, E).
log_floor(B, N, P, E0, E) :- ( P > N -> E = E0 ; E1 is E0 + 1, P1 is P * B, log_floor(B, N, P1, E1, E) ).
lower_min(A, B, L) :- ( ( A == inf ; B == inf ) -> L = inf ; L is min(A, B) ).
upper_min(A, B, U) :- ( A == sup -> U = B ; B == sup -> U = A ; U is min(A, B) ).
% The bounds of X move to values with X mod Y in the domain of Z.
congruent(X, Y, Z) :-
    (   Y > 0, bounds(X, L, U), integer(L), integer(U), dom(Z, D)
    ->  congruent_up(L, U, Y, D, L1), congruent_down(U, L, Y, D, U1),
        at_least(X, L1), at_most(X, U1),
        ( L1 =:= U1 -> V is L1 mod Y, Z = V ; L1 // Y =:= U1 // Y, L1 >= 0 -> LM is L1 mod Y, UM is U1 mod Y, at_least(Z, LM), at_most(Z, UM) ; true )
    ;   true
    ).
congruent_up(L, U, Y, D, R) :- L =< U, V is L mod Y, ( dom_has(D, V) -> R = L ; L1 is L + 1, congruent_up(L1, U, Y, D, R) ).
congruent_down(U, L, Y, D, R) :- U >= L, V is U mod Y, ( dom_has(D, V) -> R = U ; U1 is U - 1, congruent_down(U1, L, Y, D, R) ).

all_without([], _).
all_without([X|Xs], V) :- without(X, V), all_without(Xs, V).
'$nth1'(1, [X|_], Y) :- !, X = Y.
'$nth1'(N, [_|Xs], X) :- N > 1, M is N - 1, '$nth1'(M, Xs, X).

element_values([], _, _, _, [], DU, DU).
element_values([X|Xs], I, DI, DV, Is, DU0, DU) :-
    I1 is I + 1,
    (   dom_has(DI, I), dom(X, DX), dom_and(DX, DV, D), D \== []
    ->  Is0 = [I-I], dom_or(DU0, D, DU1), element_values(Xs, I1, DI, DV, Is1, DU1, DU), dom_or(Is0, Is1, Is)
    ;   element_values(Xs, I1, DI, DV, Is, DU0, DU)
    ).
propagate_tuples(P, Vs, Ts) :-
    possible(Ts, Vs, Ts1), Ts1 \== [],
    setarg(3, P, Ts1),
    columns(Vs, Ts1).
possible([], _, []).
possible([T|Ts], Vs, R) :- ( tuple_fits(T, Vs) -> R = [T|R1] ; R = R1 ), possible(Ts, Vs, R1).
tuple_fits([], []).
tuple_fits([N|Ns], [X|Xs]) :- ( integer(X) -> X =:= N ; dom(X, D), dom_has(D, N) ), tuple_fits(Ns, Xs).
columns([], _).
columns([X|Xs], Ts) :- heads(Ts, Hs, Rs), sort(Hs, Vs), values_dom(Vs, D), within(X, D), columns(Xs, Rs).
heads([], [], []).
heads([[H|T]|Ts], [H|Hs], [T|Rs]) :- heads(Ts, Hs, Rs).
values_dom([], []).
values_dom([V|Vs], D) :- dom_run(Vs, V, V, D).
dom_run([], A, B, [A-B]).
dom_run([V|Vs], A, B, D) :- ( V =:= B + 1 -> dom_run(Vs, A, V, D) ; D = [A-B|D1], dom_run(Vs, V, V, D1) ).

% all_distinct: values of a maximum matching that no maximum matching uses are removed.
distinct_filter(Vs) :-
    open_variables(Vs, Xs, Fixed),
    fixed_apart(Fixed, Xs),
    open_variables(Xs, Ys, _),
    (   Ys == [] -> true
    ;   domains(Ys, Ds),
        (   Ds == infinite -> true
        ;   '$fd_matching'(Ds, Kept), prune(Ys, Ds, Kept)
        )
    ).
open_variables([], [], []).
open_variables([X|Xs], Os, Fs) :- ( integer(X) -> Fs = [X|Fs1], Os = Os1 ; Os = [X|Os1], Fs = Fs1 ), open_variables(Xs, Os1, Fs1).
fixed_apart([], _).
fixed_apart([V|Vs], Xs) :- no_member(Vs, V), all_without(Xs, V), fixed_apart(Vs, Xs).
no_member([], _).
no_member([W|Ws], V) :- W =\= V, no_member(Ws, V).
domains([], []).
domains([X|Xs], Ds) :-
    dom(X, D),
    ( dom_size(D, N), integer(N), N =< 4096 -> dom_list(D, L), domains(Xs, Ds1), ( Ds1 == infinite -> Ds = infinite ; Ds = [L|Ds1] ) ; Ds = infinite ).
dom_list([], []).
dom_list([A-B|T], L) :- numbers(A, B, L, L1), dom_list(T, L1).
numbers(A, B, L, T) :- ( A > B -> L = T ; L = [A|L1], A1 is A + 1, numbers(A1, B, L1, T) ).
prune([], [], []).
prune([X|Xs], [D|Ds], [K|Ks]) :- ( K == D -> true ; values_dom(K, Dom), within(X, Dom) ), prune(Xs, Ds, Ks).

no_subtour(Vs) :- '$list_length'(Vs, N), no_subtour(Vs, 1, N, Vs).
no_subtour([], _, _, _).
no_subtour([X|Xs], I, N, Vs) :-
    ( integer(X) -> follow(X, I, 1, N, Vs) ; true ),
    I1 is I + 1, no_subtour(Xs, I1, N, Vs).
follow(X, Start, Len, N, Vs) :-
    (   X =:= Start -> Len =:= N
    ;   Len < N, '$nth1'(X, Vs, Y),
        (   integer(Y) -> L1 is Len + 1, follow(Y, Start, L1, N, Vs)
        ;   Len < N - 1 -> without(Y, Start)
        ;   true
        )
    ).

