:- module(infer, [type_of/2, show/2]).

% A ~> B is the type of functions from A to B.
:- op(750, xfy, ~>).

%   type_of(+Expression, -Type): the principal type of an expression of a small language with
%   let-polymorphism. Types are int, bool, Type ~> Type, list(Type), and variables.
%   Fails where there is none; throws unbound(Name) for a free variable.
type_of(E, T) :- infer(E, [], T).

infer(num(_), _, int).
infer(bool(_), _, bool).
infer(nil, _, list(_)).
infer(var(X), Env, T) :- lookup(X, Env, Scheme), instance(Scheme, T).
infer(fn(X, E), Env, A ~> B) :- infer(E, [X - mono(A)|Env], B).
infer(apply(F, E), Env, B) :- infer(F, Env, T), infer(E, Env, A), same(T, A ~> B).
infer(if(C, T, E), Env, Ty) :-
    infer(C, Env, Tc),
    same(Tc, bool),
    infer(T, Env, Ty),
    infer(E, Env, Te),
    same(Ty, Te).
infer(let(X, E, Body), Env, T) :-
    infer(E, [X - mono(A)|Env], A1),
    same(A, A1),
    infer(Body, [X - poly(A, Env)|Env], T).

%   No type contains itself.
same(A, B) :- unify_with_occurs_check(A, B).

lookup(X, Env, Scheme) :- memberchk(X - Scheme0, Env), !, Scheme = Scheme0.
lookup(X, _, poly(T, [])) :- primitive(X, T), !.
lookup(X, _, _) :- throw(unbound(X)).

%   A polymorphic type is copied, but for the variables of its environment.
instance(mono(T), T).
instance(poly(T, Env), T1) :- copy_term(Env - T, Env1 - T1), Env1 = Env.

primitive(add, int ~> int ~> int).
primitive(less, int ~> int ~> bool).
primitive(cons, A ~> list(A) ~> list(A)).
primitive(head, list(A) ~> A).
primitive(tail, list(A) ~> list(A)).
primitive(empty, list(_) ~> bool).

%   show(+Type, -Text): with a, b, c for its variables.
show(T, Text) :-
    copy_term(T, C),
    term_variables(C, Vs),
    name_variables(Vs, 0),
    phrase(text(C), Parts),
    atomic_list_concat(Parts, Text).

name_variables([], _).
name_variables([V|Vs], I) :- Code is 0'a + I, char_code(V, Code), I1 is I + 1, name_variables(Vs, I1).

text(A ~> B) --> !, argument(A), [' -> '], text(B).
text(list(T)) --> !, ['['], text(T), [']'].
text(T) --> [T].

argument(A ~> B) --> !, ['('], text(A ~> B), [')'].
argument(T) --> text(T).
