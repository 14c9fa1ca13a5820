:- module(error, [must_be/2, is_of_type/2, is_not/2, type_error/2, domain_error/2, existence_error/2, existence_error/3,
    permission_error/3, instantiation_error/1, uninstantiation_error/1, representation_error/1, resource_error/1,
    is_list_or_partial/1]).
% What arguments have to be, and the errors when they are not.
must_be(T, X) :-
    (   var(T) -> instantiation_error(T)
    ;   '$has_type'(T, X) -> true
    ;   '$is_not'(T, X)
    ).
is_not(T, X) :- '$is_not'(T, X).
is_of_type(T, X) :- ( var(T) -> instantiation_error(T) ; '$has_type'(T, X), ! ).
is_list_or_partial(X) :- '$length'(X, _, T), ( var(T) -> true ; T == [] ).
type_error(T, V) :- throw(error(type_error(T, V), _)).
domain_error(T, V) :- throw(error(domain_error(T, V), _)).
existence_error(T, V) :- throw(error(existence_error(T, V), _)).
existence_error(T, V, In) :- throw(error(existence_error(T, V, In), _)).
permission_error(A, T, V) :- throw(error(permission_error(A, T, V), _)).
instantiation_error(_) :- throw(error(instantiation_error, _)).
uninstantiation_error(V) :- throw(error(uninstantiation_error(V), _)).
representation_error(R) :- throw(error(representation_error(R), _)).
resource_error(R) :- throw(error(resource_error(R), _)).

'$is_not'(list, X) :- !, '$not_list'(list, X).
'$is_not'(proper_list, X) :- !, '$not_list'(list, X).
'$is_not'(list(T), X) :- !, '$not_list'(list(T), X).
'$is_not'(list_of(T), X) :- !, '$not_list'(list(T), X).
'$is_not'(list_or_partial, X) :- !, type_error(list, X).
'$is_not'(list_or_partial_list, X) :- !, type_error(list, X).
'$is_not'(chars, X) :- !, '$not_list'(list(char), X).
'$is_not'(codes, X) :- !, '$not_list'(list(code), X).
'$is_not'(var, X) :- !, uninstantiation_error(X).
'$is_not'(cyclic, X) :- !, domain_error(cyclic_term, X).
'$is_not'(acyclic, X) :- !, domain_error(acyclic_term, X).
'$is_not'(T, X) :- '$known_type'(T), !, '$not_type'(T, X).
'$is_not'(T, _) :- existence_error(type, T).
'$not_type'(_, X) :- var(X), !, instantiation_error(X).
'$not_type'(T, X) :- '$memberchk'(T, [ground, oneof(_), text]), \+ ground(X), !, instantiation_error(X).
'$not_type'(T, X) :- type_error(T, X).
'$not_list'(T, X) :-
    '$length'(X, _, Rest),
    (   var(Rest) -> instantiation_error(X)
    ;   Rest == [], T = list(Of) -> '$not_element'(X, Of)
    ;   type_error(T, X)
    ).
'$not_element'([H|T], Of) :- ( '$has_type'(Of, H) -> '$not_element'(T, Of) ; '$is_not'(Of, H) ).
'$known_type'(T) :- clause('$has_type'(T, _), _), !.

:- dynamic('$has_type'/2).
'$has_type'(any, _).
'$has_type'(term, _).
'$has_type'(atom, X) :- atom(X).
'$has_type'(symbol, X) :- atom(X).
'$has_type'(atomic, X) :- atomic(X).
'$has_type'(constant, X) :- atomic(X).
'$has_type'(between(L, U), X) :- ( integer(L) -> integer(X), integer(U), L =< X, X =< U ; number(X), X >= L, X =< U ).
'$has_type'(boolean, X) :- ( X == true ; X == false ), !.
'$has_type'(bool, X) :- ( X == true ; X == false ), !.
'$has_type'(callable, X) :- callable(X).
'$has_type'(char, X) :- atom(X), atom_length(X, 1).
'$has_type'(code, X) :- integer(X), X >= 0, X =< 0x10ffff.
'$has_type'(chars, X) :- '$list_of_type'(X, char).
'$has_type'(codes, X) :- '$list_of_type'(X, code).
'$has_type'(text, X) :- ( atom(X) ; string(X) ; '$list_of_type'(X, char) ; '$list_of_type'(X, code) ), !.
'$has_type'(compound, X) :- compound(X).
'$has_type'(float, X) :- float(X).
'$has_type'(ground, X) :- ground(X).
'$has_type'(cyclic, X) :- cyclic_term(X).
'$has_type'(acyclic, X) :- acyclic_term(X).
'$has_type'(integer, X) :- integer(X).
'$has_type'(nonneg, X) :- integer(X), X >= 0.
'$has_type'(positive_integer, X) :- integer(X), X > 0.
'$has_type'(negative_integer, X) :- integer(X), X < 0.
'$has_type'(nonvar, X) :- nonvar(X).
'$has_type'(number, X) :- number(X).
'$has_type'(oneof(L), X) :- ground(X), '$memberchk'(X, L).
'$has_type'(pair, X) :- nonvar(X), X = _-_.
'$has_type'(proper_list, X) :- is_list(X).
'$has_type'(list, X) :- is_list(X).
'$has_type'(list_or_partial, X) :- is_list_or_partial(X).
'$has_type'(list_or_partial_list, X) :- is_list_or_partial(X).
'$has_type'(var, X) :- var(X).
'$has_type'(rational, X) :- rational(X).
'$has_type'(string, X) :- string(X).
'$has_type'(stream, X) :- nonvar(X), catch(stream_property(X, mode(_)), _, fail), !.
'$has_type'(encoding, X) :- '$memberchk'(X, [utf8, ascii, iso_latin_1, octet, text]).
'$has_type'(order, X) :- '$memberchk'(X, [<, =, >]).
'$has_type'(list(T), X) :- '$list_of_type'(X, T).
'$has_type'(list_of(T), X) :- '$list_of_type'(X, T).
'$has_type'(type, T) :- ground(T), '$known_type'(T).
'$list_of_type'(L, T) :- is_list(L), \+ ( '$member'(X, L), \+ '$has_type'(T, X) ).
