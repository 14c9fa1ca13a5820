% The second part of library(clpfd): reification, global constraints, search, residual goals.

% ------------------------------------------------------------- reification

P #<==> Q :- truth(P, B), truth(Q, B), run.
P #==> Q :- truth(P, A), truth(Q, B), post_logic(implies, A, B, 1), run.
P #<== Q :- Q #==> P.
P #\/ Q :- truth(P, A), truth(Q, B), post_logic(or, A, B, 1), run.
P #/\ Q :- truth(P, 1), truth(Q, 1), run.
P #\ Q :- truth(P, A), truth(Q, B), post_logic(xor, A, B, 1), run.
#\ P :- truth(P, 0), run.
% truth(P, B): B is 1 or 0 as P holds or not.
truth(P, B) :- var(P), !, boolean(P), P = B.
truth(P, B) :- integer(P), !, boolean(P), P = B.
truth(A #= B, T) :- !, reify(eq, A, B, 0, T).
truth(A #\= B, T) :- !, reify(ne, A, B, 0, T).
truth(A #=< B, T) :- !, reify(le, A, B, 0, T).
truth(A #< B, T) :- !, reify(le, A, B, 1, T).
truth(A #>= B, T) :- !, reify(le, B, A, 0, T).
truth(A #> B, T) :- !, reify(le, B, A, 1, T).
truth(X in D, T) :- !, parse_dom(D, Ds), boolean(T), keep(X), post_change([X, T], reified(0, T, member(X, Ds))).
truth(P #<==> Q, T) :- !, truth(P, A), truth(Q, B), boolean(T), post_logic(iff, A, B, T).
truth(P #==> Q, T) :- !, truth(P, A), truth(Q, B), boolean(T), post_logic(implies, A, B, T).
truth(P #<== Q, T) :- !, truth(Q #==> P, T).
truth(P #\/ Q, T) :- !, truth(P, A), truth(Q, B), boolean(T), post_logic(or, A, B, T).
truth(P #/\ Q, T) :- !, truth(P, A), truth(Q, B), boolean(T), post_logic(and, A, B, T).
truth(P #\ Q, T) :- !, truth(P, A), truth(Q, B), boolean(T), post_logic(xor, A, B, T).
truth(#\ P, T) :- !, truth(P, A), boolean(T), post_logic(xor, A, T, 1).
truth(P, _) :- throw(error(domain_error(clpfd_reifiable_expression, P), _)).
boolean(B) :- within(B, [0-1]).
reify(Op, A, B, Strict, T) :-
    boolean(T), difference(A, B, L, K0), K is K0 - Strict,
    pairs_apart(L, Cs, Vs),
    C = lin(Op, Cs, Vs, K),
    ( T == 1 -> post_linear(C) ; T == 0 -> negated(C, N), post_linear(N) ; post_change([T|Vs], reified(0, T, C)) ).
post_linear(member(X, D)) :- within(X, D).
post_linear(lin(Op, Cs, Vs, K)) :-
    pairs_up(Cs, Vs, T0), collect(T0, T),
    current_sum(T, T1, K, K1),
    ( Op == eq -> linear_eq(T1, K1) ; Op == ne -> linear_ne(T1, K1) ; linear_le(T1, K1) ).
pairs_up([], [], []).
pairs_up([C|Cs], [X|Xs], [X-C|T]) :- pairs_up(Cs, Xs, T).
current_sum([], [], K, K).
current_sum([X-C|T], R, K0, K) :- ( integer(X) -> K1 is K0 - C * X, R = R1 ; R = [X-C|R1], K1 = K0 ), current_sum(T, R1, K1, K).
negated(member(X, D), member(X, N)) :- dom_not(D, N).
negated(lin(eq, Cs, Vs, K), lin(ne, Cs, Vs, K)).
negated(lin(ne, Cs, Vs, K), lin(eq, Cs, Vs, K)).
negated(lin(le, Cs, Vs, K), lin(le, Ds, Vs, K1)) :- negate_all(Cs, Ds), K1 is -K - 1.
negate_all([], []).
negate_all([C|Cs], [D|Ds]) :- D is -C, negate_all(Cs, Ds).
% entailed(C, T): C holds (T = 1) or cannot hold (T = 0), whatever values are left.
entailed(member(X, D), T) :- dom(X, DX), dom_and(DX, D, D1), ( D1 == [] -> T = 0 ; D1 == DX -> T = 1 ).
entailed(lin(Op, Cs, Vs, K), T) :-
    (   Op \== le, Cs = [1, -1], Vs = [X, Y], \+ integer(X), \+ integer(Y)
    ->  dom(Y, DY), dom_shift(DY, K, DY1), dom(X, DX), dom_and(DX, DY1, D),
        ( X == Y -> ( K =:= 0 -> E = 1 ; E = 0 ) ; D == [] -> E = 0 ),
        ( Op == eq -> T = E ; T is 1 - E )
    ;   Op \== le, Cs = [C], Vs = [X]
    ->  ( K mod C =:= 0 -> V is K // C, dom(X, D), ( dom_has(D, V) -> ( D = [V-V] -> E = 1 ) ; E = 0 ) ; E = 0 ),
        ( Op == eq -> T = E ; T is 1 - E )
    ;   sum_bounds(Cs, Vs, 0, Min, 0, NMin, 0, Max, 0, NMax),
        entailed(Op, Min, NMin, Max, NMax, K, T)
    ).
entailed(le, Min, NMin, Max, NMax, K, T) :- ( NMax =:= 0, Max =< K -> T = 1 ; NMin =:= 0, Min > K -> T = 0 ).
entailed(eq, Min, NMin, Max, NMax, K, T) :-
    ( NMin =:= 0, Min > K -> T = 0 ; NMax =:= 0, Max < K -> T = 0 ; NMin =:= 0, NMax =:= 0, Min =:= K, Max =:= K -> T = 1 ).
entailed(ne, Min, NMin, Max, NMax, K, T) :- entailed(eq, Min, NMin, Max, NMax, K, E), T is 1 - E.
post_logic(Op, A, B, C) :- post_change([A, B, C], logic(0, Op, A, B, C)).
propagate_logic(Op, A, B, C) :-
    findall(t(A, B, C), ( '$member'(A, [0, 1]), '$member'(B, [0, 1]), logic_value(Op, A, B, C) ), Ts),
    Ts = [_|_],
    logic_column(1, Ts, A), logic_column(2, Ts, B), logic_column(3, Ts, C).
logic_value(and, A, B, C) :- C is A /\ B.
logic_value(or, A, B, C) :- C is A \/ B.
logic_value(xor, A, B, C) :- C is A xor B.
logic_value(iff, A, B, C) :- C is 1 - (A xor B).
logic_value(implies, A, B, C) :- C is max(1 - A, B).
logic_column(I, [T|Ts], X) :- ( integer(X) -> true ; arg(I, T, V), same_column(Ts, I, V) -> X = V ; true ).
same_column([], _, _).
same_column([T|Ts], I, V) :- arg(I, T, V), same_column(Ts, I, V).

% ------------------------------------------------------ global constraints

all_different(Xs) :- fd_list(Xs), keep_all(Xs), all_apart(Xs, []), run.
all_apart([], _).
all_apart([X|Xs], Left) :-
    P = apart(0, X, Left, Xs),
    attach([X], P, bound), fire(P),
    all_apart(Xs, [X|Left]).
keep_all([]).
keep_all([X|Xs]) :- keep(X), keep_all(Xs).
all_distinct(Xs) :- fd_list(Xs), keep_all(Xs), all_apart(Xs, []), run, post_change(Xs, distinct(0, Xs)).
sum(Xs, Op, E) :- fd_list(Xs), ones(Xs, Cs), scalar_product(Cs, Xs, Op, E).
ones([], []).
ones([_|Xs], [1|Cs]) :- ones(Xs, Cs).
scalar_product(Cs, Xs, Op, E) :-
    fd_list(Xs), fd_list(Cs), pairs_up(Cs, Xs, T0), linear(E, -1, T0, T1, 0, K0), collect(T1, T2), current_sum(T2, T, 0, K1), K is K1 - K0,
    (   Op == (#=) -> linear_eq(T, K)
    ;   Op == (#\=) -> linear_ne(T, K)
    ;   Op == (#=<) -> linear_le(T, K)
    ;   Op == (#<) -> K2 is K - 1, linear_le(T, K2)
    ;   Op == (#>=) -> negate_terms(T, T3), K2 is -K, linear_le(T3, K2)
    ;   Op == (#>) -> negate_terms(T, T3), K2 is -K - 1, linear_le(T3, K2)
    ;   throw(error(domain_error(scalar_product_relation, Op), _))
    ),
    run.
negate_terms([], []).
negate_terms([X-C|T], [X-D|T1]) :- D is -C, negate_terms(T, T1).
element(I, Xs, V) :- fd_list(Xs), '$list_length'(Xs, N), at_least(I, 1), at_most(I, N), keep(V), post_change([I, V|Xs], element(0, I, Xs, V)), run.
tuples_in([], _).
tuples_in([T|Ts], Rel) :- keep_all(T), post_change(T, tuples(0, T, Rel)), tuples_in(Ts, Rel).
global_cardinality(Xs, Ps) :- global_cardinality(Xs, Ps, []).
global_cardinality(Xs, Ps, _) :-
    fd_list(Xs), card_keys(Ps, Ks), sort(Ks, Ss), values_dom(Ss, D), all_within(Xs, D),
    '$list_length'(Xs, N), card_counts(Ps, Xs, N, Cs), sum(Cs, #=, N), run.
card_keys([], []).
card_keys([K-_|Ps], [K|Ks]) :- card_keys(Ps, Ks).
card_counts([], _, _, []).
card_counts([K-C|Ps], Xs, N, [C|Cs]) :- at_least(C, 0), at_most(C, N), equal_bits(Xs, K, Bs), sum(Bs, #=, C), card_counts(Ps, Xs, N, Cs).
equal_bits([], _, []).
equal_bits([X|Xs], K, [B|Bs]) :- truth(X #= K, B), equal_bits(Xs, K, Bs).
circuit(Xs) :- fd_list(Xs), '$list_length'(Xs, N), all_within(Xs, [1-N]), ( N > 1 -> not_self(Xs, 1) ; true ), all_distinct(Xs), post_bound(Xs, circuit(0, Xs)), run.
not_self([], _).
not_self([X|Xs], I) :- without(X, I), I1 is I + 1, not_self(Xs, I1).
chain([], _).
chain([X|Xs], Op) :- chain(Xs, X, Op).
chain([], _, _).
chain([Y|Ys], X, Op) :- ( Op == (#<) -> X #< Y ; Op == (#=<) -> X #=< Y ; Op == (#>) -> X #> Y ; Op == (#>=) -> X #>= Y ; throw(error(domain_error(chain_relation, Op), _)) ), chain(Ys, Y, Op).
lex_chain([]).
lex_chain([L|Ls]) :- lex_chain(Ls, L).
lex_chain([], _).
lex_chain([M|Ms], L) :- lex_le(L, M, B), B = 1, run, lex_chain(Ms, M).
lex_le([], [], 1).
lex_le([X|Xs], [Y|Ys], B) :- lex_le(Xs, Ys, B1), truth((X #< Y) #\/ ((X #= Y) #/\ B1), B).
cumulative(Ts) :- cumulative(Ts, [limit(1)]).
cumulative(Ts, Opts) :-
    ( '$memberchk'(limit(L), Opts) -> true ; L = 1 ),
    task_span(Ts, Start, End), task_times(Ts), End1 is End - 1, cumulative_at(Start, End1, Ts, L), run.
task_times([]).
task_times([task(S, D, E, _, _)|Ts]) :- E #= S + D, task_times(Ts).
task_span([], 0, 0).
task_span([task(S, _, E, _, _)|Ts], L, U) :-
    bounds(S, L0, U0), ( bounds(E, _, U1), integer(U1) -> true ; U1 is U0 + 1 ),
    ( integer(L0), integer(U1) -> true ; throw(error(instantiation_error, _)) ),
    ( Ts == [] -> L = L0, U = U1 ; task_span(Ts, L2, U2), L is min(L0, L2), U is max(U1, U2) ).
cumulative_at(T, End, Ts, L) :-
    (   T > End -> true
    ;   loads(Ts, T, Bs, Cs), linear_load(Cs, Bs, L), T1 is T + 1, cumulative_at(T1, End, Ts, L) ).
loads([], _, [], []).
loads([task(S, _, E, C, _)|Ts], T, [B|Bs], [C|Cs]) :- truth((S #=< T) #/\ (T #< E), B), loads(Ts, T, Bs, Cs).
linear_load(Cs, Bs, L) :- products(Cs, Bs, E), E #=< L.
products([], [], 0).
products([C|Cs], [B|Bs], C * B + E) :- products(Cs, Bs, E).
transpose([], []).
transpose([R|Rs], Cs) :- transpose_(R, [R|Rs], Cs).
transpose_([], _, []).
transpose_([_|T], Rows, [C|Cs]) :- heads(Rows, C, Rest), transpose_(T, Rest, Cs).
zcompare(Order, A, B) :-
    ( integer(A), integer(B) -> compare(Order, A, B)
    ; Order = (<), A #< B ; Order = (>), A #> B ; Order = (=), A #= B ).

% ---------------------------------------------------------------- search

indomain(X) :- label([X]).
label(Xs) :- labeling([], Xs).
labeling(Opts, Xs) :-
    ( is_list(Opts) -> true ; var(Opts) -> throw(error(instantiation_error, _)) ; throw(error(type_error(list, Opts), _)) ),
    fd_list(Xs), all_finite(Xs),
    label_options(Opts, o(leftmost, up, step, none), o(Sel, Ord, Br, Opt)),
    ( Opt == none -> label(Xs, Sel, Ord, Br) ; optimise(Opt, Xs, Sel, Ord, Br) ).
all_finite([]).
all_finite([X|Xs]) :-
    ( integer(X) -> true ; bounds(X, L, U), integer(L), integer(U) -> true ; throw(error(instantiation_error, _)) ),
    all_finite(Xs).
label_options([], O, O).
label_options([X|Xs], o(S, O, B, P), R) :-
    (   var(X) -> throw(error(instantiation_error, _))
    ;   '$memberchk'(X, [leftmost, ff, ffc, min, max]) -> label_options(Xs, o(X, O, B, P), R)
    ;   '$memberchk'(X, [up, down]) -> label_options(Xs, o(S, X, B, P), R)
    ;   '$memberchk'(X, [step, enum, bisect]) -> label_options(Xs, o(S, O, X, P), R)
    ;   ( X = min(_) ; X = max(_) ) -> ( P == none -> P1 = [X] ; '$append'(P, [X], P1) ), label_options(Xs, o(S, O, B, P1), R)
    ;   throw(error(domain_error(labeling_option, X), _))
    ).
label(Xs, Sel, Ord, Br) :-
    unlabeled(Xs, Ys),
    (   Ys == [] -> true
    ;   select_var(Sel, Ys, X, Rest),
        branch(Br, Ord, X, [X|Rest], Next),
        label(Next, Sel, Ord, Br)
    ).
unlabeled([], []).
unlabeled([X|Xs], Ys) :- ( integer(X) -> unlabeled(Xs, Ys) ; Ys = [X|Ys1], unlabeled_rest(Xs, Ys1) ).
unlabeled_rest(Xs, Xs).
branch(enum, Ord, X, [_|Next], Next) :- dom(X, D), ( Ord == up -> dom_value(D, V) ; dom_list(D, L), '$reverse'(L, [], R), '$member'(V, R) ), X = V.
branch(step, Ord, X, All, Next) :-
    bounds(X, L, U), ( Ord == up -> V = L ; V = U ),
    All = [_|Rest],
    (   X = V, Next = Rest
    ;   without(X, V), run, Next = All
    ).
branch(bisect, Ord, X, All, All) :-
    bounds(X, L, U), M is (L + U) // 2, M1 is M + 1,
    (   Ord == up -> ( at_most(X, M) ; at_least(X, M1) ) ; ( at_least(X, M1) ; at_most(X, M) ) ),
    run.
select_var(leftmost, [X|Xs], X, Xs) :- !.
select_var(Sel, [X|Xs], Y, Rest) :-
    measure(Sel, X, M), best(Xs, Sel, X, M, Y), remove(Y, [X|Xs], Rest).
best([], _, Y, _, Y).
best([X|Xs], Sel, Y0, M0, Y) :-
    (   integer(X) -> best(Xs, Sel, Y0, M0, Y)
    ;   measure(Sel, X, M), ( M @< M0 -> best(Xs, Sel, X, M, Y) ; best(Xs, Sel, Y0, M0, Y) )
    ).
measure(ff, X, N) :- get_fd(X, fd(_, _, D, _, _, _)), dom_size(D, N).
measure(ffc, X, N-M) :- get_fd(X, Fd), Fd = fd(_, _, D, _, _, _), dom_size(D, N), fd_props(Fd, Ps), '$list_length'(Ps, K), M is -K.
measure(min, X, L) :- bounds(X, L, _).
measure(max, X, M) :- bounds(X, _, U), M is -U.
remove(Y, [X|Xs], R) :- ( X == Y -> R = Xs ; integer(X) -> remove(Y, Xs, R) ; R = [X|R1], remove(Y, Xs, R1) ).
% Solutions from the best one on, as far as the objectives tell them apart.
optimise([Obj|Objs], Xs, Sel, Ord, Br) :-
    ( Obj = min(E) -> true ; Obj = max(E) ),
    V #= E,
    S = best(none),
    (   Objs == [] -> Inner = none ; Inner = Objs ),
    (   improve(S, Obj, V, Xs, Sel, Ord, Br), fail ; true ),
    arg(1, S, B), B \== none,
    (   V #= B, ( Inner == none -> label(Xs, Sel, Ord, Br) ; optimise(Inner, Xs, Sel, Ord, Br) )
    ;   ( Obj = min(_) -> V #> B ; V #< B ), optimise([Obj|Objs], Xs, Sel, Ord, Br)
    ).
improve(S, Obj, V, Xs, Sel, Ord, Br) :-
    repeat,
    arg(1, S, B),
    (   \+ improve_once(B, S, Obj, V, Xs, Sel, Ord, Br) -> !, fail ; fail ).
improve_once(B, S, Obj, V, Xs, Sel, Ord, Br) :-
    ( B == none -> true ; Obj = min(_) -> V #< B ; V #> B ),
    label(Xs, Sel, Ord, Br),
    once(( bounds(V, L, U), ( Obj = min(_) -> W = L ; W = U ) )),
    nb_setarg(1, S, W).

% ---------------------------------------------------------- residual goals

'$fd_goals'(X, Goals) :-
    get_attr(X, clpfd, Fd),
    Fd = fd(_, _, D, _, _, _),
    fd_props(Fd, Ps),
    ( D == [inf-sup], Ps \== [] -> Gs0 = Gs1 ; dom_term(D, T), Gs0 = [X in T|Gs1] ),
    ( '$member'(distinct(_, _), Ps) -> Without = apart ; Without = none ),
    prop_goals(Ps, Without, Gs1),
    Goals = Gs0.
% Who asks leaves out goals that another variable has had.
prop_goals([], _, []).
prop_goals([P|Ps], W, Gs) :- ( \+ functor(P, W, _), prop_term(P, G) -> Gs = [G|Gs1] ; Gs = Gs1 ), prop_goals(Ps, W, Gs1).
prop_term(differ(_, X, Y, K), G) :- offset_term(Y, K, E), G = (X #\= E).
prop_term(offset(_, X, Y, K), E #= X) :- offset_term(Y, K, E).
prop_term(less(_, X, Y, K), X #=< E) :- offset_term(Y, K, E).
prop_term(linear_eq(_, Cs0, Vs0, K0), G) :- unbound_terms(Cs0, Vs0, K0, Cs, Vs, 0), simple_sum(Cs, Vs, G), !.
prop_term(linear_eq(_, Cs, Vs, K), L #= R) :- sides(Cs, Vs, K, L, R).
prop_term(linear_ne(_, Cs, Vs, K), L #\= R) :- sides(Cs, Vs, K, L, R).
prop_term(linear_le(_, Cs, Vs, K), L #=< R) :- sides(Cs, Vs, K, L, R).
prop_term(abs(_, X, Y), Y #= abs(X)).
prop_term(times(_, X, Y, Z), X * Y #= Z).
prop_term(quot(_, X, Y, Z), X // Y #= Z).
prop_term(floordiv(_, X, Y, Z), X div Y #= Z).
prop_term(modulo(_, X, Y, Z), X mod Y #= Z).
prop_term(remainder(_, X, Y, Z), X rem Y #= Z).
prop_term(minimum(_, X, Y, Z), Z #= min(X, Y)).
prop_term(maximum(_, X, Y, Z), Z #= max(X, Y)).
prop_term(power(_, X, Y, Z), X ^ Y #= Z).
prop_term(distinct(_, Vs), all_distinct(Vs)).
prop_term(apart(_, X, [], Vs), all_different([X|Vs])).
prop_term(element(_, I, Vs, V), element(I, Vs, V)).
prop_term(tuples(_, Vs, Ts), tuples_in([Vs], Ts)).
prop_term(circuit(_, Vs), circuit(Vs)).
prop_term(reified(_, B, lin(Op, Cs, Vs, K)), C #<==> B) :- sides(Cs, Vs, K, L, R), ( Op == eq -> C = (L #= R) ; Op == ne -> C = (L #\= R) ; integer(L) -> C = (R #>= L) ; C = (L #=< R) ).
prop_term(logic(_, Op, A, B, C), C #<==> T) :- ( Op == and -> T = (A #/\ B) ; Op == or -> T = (A #\/ B) ; Op == xor -> T = (A #\ B) ; Op == iff -> T = (A #<==> B) ; T = (A #==> B) ).
% A sum or product of two that is a variable.
simple_sum([A, B], [X, Y], G) :- ( A * B < 0 -> true ), ( abs(A) =:= 1 -> C is abs(B), G = (Y * C #= X) ; abs(B) =:= 1 -> C is abs(A), G = (X * C #= Y) ).
simple_sum([A, B, C], [X, Y, Z], G) :-
    abs(A) =:= 1, abs(B) =:= 1, abs(C) =:= 1,
    ( A =\= B, B =:= C -> G = (Y + Z #= X) ; A =\= B, A =:= C -> G = (X + Z #= Y) ; A =:= B, B =\= C -> G = (X + Y #= Z) ).
offset_term(Y, K, E) :- ( K =:= 0 -> E = Y ; E = Y + K ).
% Positive terms on the left, negative ones on the right.
sides(Cs0, Vs0, K0, L, R) :-
    unbound_terms(Cs0, Vs0, K0, Cs, Vs, K),
    positive(Cs, Vs, 1, P), positive(Cs, Vs, -1, N),
    ( K > 0 -> '$append'(N, [K], N1), P1 = P ; K < 0 -> M is -K, '$append'(P, [M], P1), N1 = N ; P1 = P, N1 = N ),
    add_up(P1, L), add_up(N1, R).
% What has a value by now is part of the constant.
unbound_terms([], [], K, [], [], K).
unbound_terms([C|Cs], [X|Xs], K0, Ds, Ys, K) :-
    ( integer(X) -> K1 is K0 - C * X, Ds = Ds1, Ys = Ys1 ; K1 = K0, Ds = [C|Ds1], Ys = [X|Ys1] ),
    unbound_terms(Cs, Xs, K1, Ds1, Ys1, K).
positive([], [], _, []).
positive([C|Cs], [X|Xs], S, Ts) :- D is C * S, ( D > 0 -> ( D =:= 1 -> T = X ; T = D * X ), Ts = [T|Ts1] ; Ts = Ts1 ), positive(Cs, Xs, S, Ts1).
add_up([], 0).
add_up([T|Ts], E) :- add_up(Ts, T, E).
add_up([], E, E).
add_up([T|Ts], E0, E) :- add_up(Ts, E0 + T, E).
