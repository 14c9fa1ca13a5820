:- module(listing, [listing/0, listing/1, portray_clause/1, portray_clause/2]).
% Clauses as programs have them: one goal on a line, control structures spread out.

listing :- forall(( current_predicate(user:N/A), functor(H, N, A), \+ predicate_property(user:H, imported_from(_)) ), list_predicate(user, N, A)).
listing(Spec) :- is_list(Spec), !, forall('$member'(S, Spec), listing(S)).
listing(Spec) :-
    '$strip_module'(Spec, M, PI),
    ( nonvar(PI), PI = N/A -> true ; nonvar(PI), PI = N//D -> ( integer(D) -> A is D + 2 ; true ) ; N = PI ),
    findall(A, ( current_predicate(M:N/A) ; dynamic_predicate(M, N, A) ), As0),
    sort(As0, As),
    ( As == [] -> throw(error(existence_error(procedure, PI), _)) ; true ),
    forall('$member'(B, As), list_predicate(M, N, B)).
dynamic_predicate(M, N, A) :-
    '$pred_list'(_, user, L), '$member'(p(M0, N, A, _), L), ( M0 == M -> true ; M0 == user ),
    functor(H, N, A), predicate_property(M:H, dynamic).
list_predicate(M, N, A) :-
    functor(H, N, A),
    ( predicate_property(M:H, dynamic) -> format(":- dynamic ~q/~w.~n~n", [N, A]) ; true ),
    forall(catch(clause(M:H, B), error(permission_error(_, _, _), _), fail), portray_clause((H :- B))),
    nl.

portray_clause(C) :- current_output(S), portray_clause(S, C).
portray_clause(S, C) :-
    \+ \+ ( term_variables(C, Vs), names(Vs, C, 0, Ns), clause_text(C, out(S, Ns)), write(S, '.'), nl(S) ).

% Variables that occur once are `_`, the others get letters.
names([], _, _, []).
names([V|Vs], C, I, [N = V|Ns]) :-
    (   '$occurs_once'(V, C) -> N = '_', J = I
    ;   L is 0'A + I mod 26, K is I // 26, J is I + 1,
        ( K =:= 0 -> char_code(N, L) ; format(atom(N), "~c~d", [L, K]) )
    ),
    names(Vs, C, J, Ns).

clause_text(C, O) :- var(C), !, term(C, 1200, O).
clause_text((H :- true), O) :- !, term(H, 1200, O).
clause_text((H :- B), O) :- !, rule(H, ' :-', B, O).
clause_text((H --> B), O) :- !, rule(H, ' -->', B, O).
clause_text((H => B), O) :- !, rule(H, ' =>', B, O).
clause_text((:- D), O) :- !, text(':- ', O), body(D, 3, 999, O).
clause_text((A, B), O) :- !, conjunction((A, B), 0, O).
clause_text(C, O) :- term(C, 1200, O).
rule(H, Neck, B, O) :- term(H, 1199, O), text(Neck, O), line(4, O), goals(B, 4, O).

% goals(G, Column, Out): a conjunction has a line for each goal.
goals(G, C, O) :- ( nonvar(G), G = (_, _) -> conjunction(G, C, O) ; body(G, C, 999, O) ).
conjunction(G, C, O) :-
    (   nonvar(G), G = (A, B)
    ->  body(A, C, 999, O), text(',', O), line(C, O), conjunction(B, C, O)
    ;   body(G, C, 999, O)
    ).
% body(G, Column, Priority, Out): one goal, which begins at the column.
body(G, _, P, O) :- var(G), !, term(G, P, O).
body((A, B), C, _, O) :- !,
    text('( ', O), C2 is C + 2, conjunction((A, B), C2, O), line(C, O), text(')', O).
body({G}, C, _, O) :- !, text('{ ', O), C2 is C + 2, goals(G, C2, O), line(C, O), text('}', O).
body(G, C, _, O) :- control(G), !, text('(   ', O), branches(G, C, O), line(C, O), text(')', O).
body(\+ G, C, _, O) :- !, text('\\+ ', O), C3 is C + 3, body(G, C3, 900, O).
body(G, C, _, O) :- spread(G, Specs), !,
    functor(G, N, A),
    term(N, 0, O), text('(', O),
    with_output_to(atom(T), writeq(N)), atom_length(T, L), C1 is C + L + 1,
    arguments(1, A, G, Specs, C1, O), text(')', O).
body(G, _, P, O) :- term(G, P, O).
control((_ ; _)).
control((_ -> _)).
control((_ *-> _)).
branches((A ; B), C, O) :- !, branch(A, C, O), line(C, O), text(';   ', O), ( nonvar(B), control(B) -> branches(B, C, O) ; part(B, C, O) ).
branches(G, C, O) :- branch(G, C, O).
branch(G, C, O) :- nonvar(G), G = (A -> B), !, part(A, C, O), line(C, O), text('->  ', O), part(B, C, O).
branch(G, C, O) :- nonvar(G), G = (A *-> B), !, part(A, C, O), line(C, O), text('*-> ', O), part(B, C, O).
branch(G, C, O) :- part(G, C, O).
part(G, C, O) :- C4 is C + 4, goals(G, C4, O).

% Calls whose arguments are control structures are spread, too.
spread(G, Specs) :-
    compound(G), \+ G = _:_,
    '$meta_spec'(G, Specs),
    functor(G, _, A), between(1, A, I), arg(I, Specs, S), ( integer(S) ; S == (^) ), arg(I, G, X), nonvar(X), structure(X), !.
structure((_, _)).
structure(X) :- control(X).
structure(\+ X) :- nonvar(X), structure(X).
'$meta_spec'(G, Specs) :- predicate_property(G, meta_predicate(Specs)), !.
arguments(I, A, G, Specs, C, O) :-
    arg(I, G, X), arg(I, Specs, S),
    ( ( integer(S) ; S == (^) ) -> body(X, C, 999, O) ; term(X, 999, O) ),
    ( I =:= A -> true ; text(',', O), line(C, O), J is I + 1, arguments(J, A, G, Specs, C, O) ).

term(T, P, out(S, Ns)) :- write_term(S, T, [quoted(true), numbervars(true), spacing(next_argument), priority(P), variable_names(Ns)]).
text(T, out(S, _)) :- write(S, T).
line(C, out(S, _)) :- nl(S), tab(S, C).
