:- module(misc, [
    read_stream_to_codes/2,
    read_stream_to_codes/3,
    read_file_to_terms/3,
    read_file_to_string/3,
    read_file_to_codes/3,
    read_line_to_string/2,
    read_line_to_codes/2,
    read_line_to_codes/3,
    read_stream_to_string/2,
    file_base_name/2,
    file_directory_name/2,
    file_name_extension/3,
    absolute_file_name/2,
    absolute_file_name/3,
    must_be/2,
    is_of_type/2,
    type_error/2,
    domain_error/2,
    existence_error/2,
    permission_error/3,
    instantiation_error/1,
    resource_error/1,
    gensym/2,
    reset_gensym/0,
    reset_gensym/1,
    option/2,
    option/3,
    select_option/3,
    select_option/4,
    merge_options/3,
    random/1,
    random_between/3,
    random_member/2,
    random_permutation/2,
    random/3,
    assertion/1,
    listing/1,
    listing/0,
    portray_clause/1,
    portray_clause/2,
    limit/2,
    offset/2,
    call_nth/2,
    order_by/2,
    distinct/1,
    distinct/2,
    time/1,
    unifiable/3,
    '?='/2,
    thread_self/1,
    char_conversion/2,
    current_char_conversion/2,
    sub_term/2,
    occurrences_of_term/3,
    writef/1,
    writef/2,
    prompt1/1,
    call_with_depth_limit/3,
    call_with_time_limit/2,
    mapargs/3,
    current_functor/2,
    ansi_format/3,
    subsumes_chk/2,
    subsumes/2
]).
:- meta_predicate(limit(?, 0)).
:- meta_predicate(offset(?, 0)).
:- meta_predicate(call_nth(0, ?)).
:- meta_predicate(order_by(?, 0)).
:- meta_predicate(distinct(0)).
:- meta_predicate(distinct(?, 0)).
:- meta_predicate(time(0)).
:- meta_predicate(assertion(0)).
read_stream_to_codes(S, Cs) :- '$read_all'(S, T), string_codes(T, Cs).
read_stream_to_codes(S, Cs, Tail) :- '$read_all'(S, T), string_codes(T, L), '$append'(L, Tail, Cs).
read_stream_to_string(S, T) :- '$read_all'(S, T).
read_file_to_string(F, T, _) :- open(F, read, S), '$read_all'(S, T), close(S).
read_file_to_codes(F, Cs, _) :- open(F, read, S), read_stream_to_codes(S, Cs), close(S).
read_file_to_terms(F, Ts, _) :- open(F, read, S), '$read_terms'(S, Ts), close(S).
'$read_terms'(S, Ts) :- read_term(S, T, []), ( T == end_of_file -> Ts = [] ; Ts = [T|R], '$read_terms'(S, R) ).
read_line_to_string(S, T) :- ( '$read_line'(S, T0) -> T = T0 ; T = end_of_file ).
read_line_to_codes(S, Cs) :- ( '$read_line'(S, T) -> string_codes(T, Cs) ; Cs = -1 ).
read_line_to_codes(S, Cs, Tail) :- ( '$read_line'(S, T) -> string_codes(T, L), '$append'(L, [10|Tail], Cs) ; Cs = Tail ).
file_base_name(F, B) :- atomic_list_concat(Ps, /, F), last(Ps, B).
file_directory_name(F, D) :- atomic_list_concat(Ps, /, F), '$append'(Init, [_], Ps), !, ( Init == [] -> D = '.' ; Init == [''] -> D = / ; atomic_list_concat(Init, /, D) ).
file_name_extension(B, E, F) :- ( nonvar(F), sub_atom(F, P, _, A, '.'), sub_atom(F, _, A, 0, E0), \+ sub_atom(E0, _, _, _, '.') -> ( E = E0 ; atom_concat('.', E0, E) ), !, sub_atom(F, 0, P, _, B) ; nonvar(B), nonvar(E) -> ( sub_atom(E, 0, 1, _, '.') -> atom_concat(B, E, F) ; atomic_list_concat([B, '.', E], F) ) ; E = '', B = F ).
absolute_file_name(F, A) :- ( sub_atom(F, 0, 1, _, /) -> A = F ; working_directory(D, D), atom_concat(D, F, A) ).
absolute_file_name(F, A, _) :- absolute_file_name(F, A).
must_be(T, X) :- '$must_be'(T, X).
'$must_be'(T, X) :- '$needs_bound'(T), var(X), !, throw(error(instantiation_error, _)).
'$must_be'(positive_integer, X) :- !, ( integer(X) -> ( X > 0 -> true ; throw(error(type_error(positive_integer, X), _)) ) ; throw(error(type_error(integer, X), _)) ).
'$must_be'(nonneg, X) :- !, ( integer(X) -> ( X >= 0 -> true ; throw(error(type_error(nonneg, X), _)) ) ; throw(error(type_error(integer, X), _)) ).
'$must_be'(between(L, H), X) :- !, ( number(X) -> ( X >= L, X =< H -> true ; throw(error(domain_error(between(L, H), X), _)) ) ; throw(error(type_error(number, X), _)) ).
'$must_be'(oneof(L), X) :- !, ( memberchk(X, L) -> true ; throw(error(domain_error(oneof(L), X), _)) ).
'$must_be'(list(T), X) :- !, '$must_be'(list, X), maplist('$must_be'(T), X).
'$must_be'(list_of(T), X) :- !, '$must_be'(list, X), maplist('$must_be'(T), X).
'$must_be'(boolean, X) :- !, ( ( X == true ; X == false ) -> true ; throw(error(type_error(boolean, X), _)) ).
'$must_be'(list, X) :- !, ( is_list(X) -> true ; is_of_type(list_or_partial, X) -> throw(error(instantiation_error, _)) ; throw(error(type_error(list, X), _)) ).
'$must_be'(T, X) :- ( is_of_type(T, X) -> true ; throw(error(type_error(T, X), _)) ).
'$needs_bound'(T) :- \+ memberchk(T, [var, any, list_or_partial, term]).
is_of_type(any, _).
is_of_type(term, _).
is_of_type(atom, X) :- atom(X).
is_of_type(atomic, X) :- atomic(X).
is_of_type(integer, X) :- integer(X).
is_of_type(float, X) :- float(X).
is_of_type(number, X) :- number(X).
is_of_type(callable, X) :- callable(X).
is_of_type(compound, X) :- compound(X).
is_of_type(var, X) :- var(X).
is_of_type(nonvar, X) :- nonvar(X).
is_of_type(list, X) :- is_list(X).
is_of_type(proper_list, X) :- is_list(X).
is_of_type(list_or_partial, X) :- '$length'(X, _, T), ( var(T) -> true ; T == [] ).
is_of_type(boolean, X) :- ( X == true ; X == false ), !.
is_of_type(bool, X) :- ( X == true ; X == false ), !.
is_of_type(string, X) :- string(X).
is_of_type(text, X) :- ( atom(X) ; string(X) ; is_list(X) ), !.
is_of_type(ground, X) :- ground(X).
is_of_type(positive_integer, X) :- integer(X), X > 0.
is_of_type(nonneg, X) :- integer(X), X >= 0.
is_of_type(pair, X) :- nonvar(X), X = _-_.
is_of_type(oneof(L), X) :- memberchk(X, L).
is_of_type(between(L, H), X) :- number(X), X >= L, X =< H.
is_of_type(list(T), X) :- is_list(X), maplist(is_of_type(T), X).
is_of_type(list_of(T), X) :- is_list(X), maplist(is_of_type(T), X).
type_error(T, V) :- throw(error(type_error(T, V), _)).
domain_error(T, V) :- throw(error(domain_error(T, V), _)).
existence_error(T, V) :- throw(error(existence_error(T, V), _)).
permission_error(A, T, V) :- throw(error(permission_error(A, T, V), _)).
instantiation_error(_) :- throw(error(instantiation_error, _)).
resource_error(R) :- throw(error(resource_error(R), _)).
:- dynamic('$gensym'/2).
gensym(B, A) :- ( retract('$gensym'(B, N0)) -> N is N0 + 1 ; N = 1 ), assertz('$gensym'(B, N)), atom_concat(B, N, A).
reset_gensym :- retractall('$gensym'(_, _)).
reset_gensym(B) :- retractall('$gensym'(B, _)).
option(O, Os) :- functor(O, N, 1), arg(1, O, V), functor(G, N, 1), ( memberchk(G, Os) -> arg(1, G, V) ; memberchk(N=V0, Os), V = V0 ).
option(O, Os, D) :- ( option(O, Os) -> true ; arg(1, O, D) ).
select_option(O, Os, R) :- functor(O, N, 1), functor(G, N, 1), selectchk(G, Os, R), !, G = O.
select_option(O, Os, R, D) :- ( select_option(O, Os, R0) -> R = R0 ; arg(1, O, D), R = Os ).
merge_options(New, Old, Merged) :- '$canonical_options'(New, N), '$canonical_options'(Old, O), '$unset_options'(O, N, Rest), '$append'(N, Rest, All), sort(All, Merged).
'$canonical_options'([], []).
'$canonical_options'([O|Os], [P|Ps]) :- ( O = (N = V) -> P =.. [N, V] ; P = O ), '$canonical_options'(Os, Ps).
'$unset_options'([], _, []).
'$unset_options'([O|Os], New, R) :- functor(O, N, A), functor(G, N, A), ( memberchk(G, New) -> R = R1 ; R = [O|R1] ), '$unset_options'(Os, New, R1).
random(X) :- X is random_float.
random(L, H, X) :- X is L + random(H - L).
random_between(L, H, X) :- X is L + random(H - L + 1).
random_member(X, L) :- length(L, N), I is random(N), nth0(I, L, X).
random_permutation(L, P) :- '$add_random_keys'(L, K), keysort(K, S), pairs_values(S, P).
'$add_random_keys'([], []).
'$add_random_keys'([X|Xs], [K-X|Ks]) :- K is random_float, '$add_random_keys'(Xs, Ks).
assertion(G) :- ( \+ \+ catch(G, _, fail) -> true ; throw(error(assertion_failed(user:G), _)) ).
limit(N, G) :- N > 0, S = count(0), call(G), arg(1, S, C0), C is C0 + 1, ( C =:= N -> ! ; nb_setarg(1, S, C) ).
offset(N, G) :- S = count(0), call(G), arg(1, S, C), ( C < N -> C1 is C + 1, nb_setarg(1, S, C1), fail ; true ).
call_nth(G, N) :- S = count(0), call(G), arg(1, S, C0), C is C0 + 1, nb_setarg(1, S, C), ( nonvar(N) -> N =:= C, ! ; N = C ).
order_by(Specs, G) :- term_variables(G, Vs), findall(Vs, G, L0), '$order_by'(Specs, Vs, L0, L), member(Vs, L).
'$order_by'([], _, L, L).
'$order_by'([S|Ss], Vs, L0, L) :- '$order_by'(Ss, Vs, L0, L1), S =.. [D, K], findall(K-Vs, member(Vs, L1), P0), ( D == asc -> sort(1, @=<, P0, P) ; sort(1, @>=, P0, P) ), pairs_values(P, L).
distinct(G) :- distinct(G, G).
distinct(W, G) :- S = seen([]), call(G), arg(1, S, L), \+ ( member(X, L), X =@= W ), nb_setarg(1, S, [W|L]).
time(G) :- statistics(cputime, T0), ( call(G) -> R = true ; R = fail ), statistics(cputime, T1), T is T1 - T0, format(user_error, "% ~3f seconds cpu~n", [T]), call(R).
unifiable(X, Y, Us) :- term_variables(X-Y, Vs), copy_term_nat(X-Y-Vs, X-Y-Vs), '$unifiable'(X, Y, Vs, Us).
'$unifiable'(X, Y, Vs, Us) :- findall(Vs, X = Y, [Bs]), '$unifiable_pairs'(Vs, Bs, Us).
'$unifiable_pairs'([], [], []).
'$unifiable_pairs'([V|Vs], [B|Bs], Us) :- ( var(B) -> Us = U1 ; Us = [V=B|U1] ), '$unifiable_pairs'(Vs, Bs, U1).
'?='(X, Y) :- ( X == Y -> true ; X \= Y ).
thread_self(main).
char_conversion(_, _).
current_char_conversion(C, C).
sub_term(X, X).
sub_term(X, T) :- compound(T), T =.. [_|As], member(A, As), sub_term(X, A).
occurrences_of_term(S, T, N) :- findall(x, ( sub_term(X, T), X == S ), L), length(L, N).
subsumes_chk(G, S) :- subsumes_term(G, S).
subsumes(G, S) :- subsumes_term(G, S), G = S.
prompt1(_).
call_with_depth_limit(G, _, 1) :- call(G).
call_with_time_limit(_, G) :- once(G).
ansi_format(_, F, As) :- format(F, As).
current_functor(N, A) :- current_predicate(N/A).
writef(F) :- write(F).
writef(F, As) :- format(F, As).
mapargs(G, T, U) :- T =.. [N|As], maplist(G, As, Bs), U =.. [N|Bs].
listing.
listing(Spec) :- '$strip_module'(Spec, _, PI), ( PI = N/A -> true ; N = PI ), forall(current_predicate(N/A), '$listing'(N, A)).
'$listing'(N, A) :-
    functor(H, N, A),
    ( predicate_property(H, dynamic) -> format(":- dynamic ~q/~w.~n~n", [N, A]) ; true ),
    forall(clause(H, B), portray_clause((H :- B))), nl.
portray_clause(C) :- current_output(S), portray_clause(S, C).
portray_clause(S, C) :- \+ \+ ( numbervars(C, 0, _), '$portray_clause'(C, S) ).
'$portray_clause'((H :- true), S) :- !, '$portray_term'(H, S, 1199), write(S, '.'), nl(S).
'$portray_clause'((H :- B), S) :- !, '$portray_term'(H, S, 1199), write(S, ' :-'), '$portray_body'(B, S, 1, 1200), write(S, '.'), nl(S).
'$portray_clause'(H, S) :- '$portray_term'(H, S, 1199), write(S, '.'), nl(S).
'$portray_term'(T, S, P) :- write_term(S, T, [quoted(true), numbervars(true), priority(P), spacing(next_argument)]).
'$portray_body'((A, B), S, D, _) :- !, '$portray_body'(A, S, D, 999), write(S, ','), '$portray_body'(B, S, D, 1000).
'$portray_body'((C -> T ; E), S, D, _) :- !, nl(S), '$indent'(D, S), write(S, '(   '), D1 is D + 1, '$portray_inner'(C, S, D1), nl(S), '$indent'(D, S), write(S, '->  '), '$portray_inner'(T, S, D1), '$portray_else'(E, S, D), nl(S), '$indent'(D, S), write(S, ')').
'$portray_body'((A ; B), S, D, _) :- !, nl(S), '$indent'(D, S), write(S, '(   '), D1 is D + 1, '$portray_inner'(A, S, D1), '$portray_else'(B, S, D), nl(S), '$indent'(D, S), write(S, ')').
'$portray_body'(G, S, D, P) :- nl(S), '$indent'(D, S), '$portray_term'(G, S, P).
'$portray_inner'((A, B), S, D) :- !, '$portray_inner'(A, S, D), write(S, ','), '$portray_body'(B, S, D, 1000).
'$portray_inner'(G, S, _) :- '$portray_term'(G, S, 999).
'$portray_else'((C -> T ; E), S, D) :- !, D1 is D + 1, nl(S), '$indent'(D, S), write(S, ';   '), '$portray_inner'(C, S, D1), nl(S), '$indent'(D, S), write(S, '->  '), '$portray_inner'(T, S, D1), '$portray_else'(E, S, D).
'$portray_else'((A ; B), S, D) :- !, D1 is D + 1, nl(S), '$indent'(D, S), write(S, ';   '), '$portray_inner'(A, S, D1), '$portray_else'(B, S, D).
'$portray_else'(E, S, D) :- D1 is D + 1, nl(S), '$indent'(D, S), write(S, ';   '), '$portray_inner'(E, S, D1).
'$indent'(D, S) :- N is D * 4, tab(S, N).
