% Files by specification: search paths, extensions, access; goals of included texts; modes of tables.
:- multifile user:file_search_path/2.
:- dynamic user:file_search_path/2.
:- prolog_load_context(directory, D), absolute_file_name(D, A), assertz(user:file_search_path(here, A)).
user:file_search_path(up, here('..')).
:- include(included_goals).
:- consult(here(included_facts)).
:- initialization(main).

t(G, X) :- catch(( G -> local(X, L) ; L = no ), error(E, _), L = E), print(L), nl.
local(X, L) :- user:file_search_path(here, D), atom(X), !, ( atom_concat(D, L, X) -> true ; file_base_name(X, L) ).
local(X, X).

main :-
    t(absolute_file_name(nofile, A, [access(read)]), A),
    t(absolute_file_name(nofile, B, [access(read), file_errors(fail)]), B),
    t(absolute_file_name(here(file_search), C, [file_type(source), access(read)]), C),
    t(absolute_file_name(here(file_search), D, [extensions([out, pl]), access(exist)]), D),
    t(absolute_file_name(here(nothere), E, []), E),
    t(absolute_file_name(here(nothere), F, [access(read)]), F),
    t(absolute_file_name(nowhere(a), _, []), _),
    t(absolute_file_name(up(x/y), H, []), H),
    t(absolute_file_name('/a/./b/../c', J), J),
    t(absolute_file_name("str.pl", K, [relative_to('/')]), K),
    t(absolute_file_name(_, _, []), v),
    t(access_file('/nonexistent/x', write), yes),
    t(access_file('/', exist), yes),
    t(access_file(anything, none), yes),
    fact(X), print(X), nl,
    findall(P-L, longest(a, P, L), Ls), msort(Ls, Sorted), print(Sorted), nl.

:- table longest(_, _, lattice(longer/3)).
longest(X, Y, [X, Y]) :- edge(X, Y).
longest(X, Z, P) :- longest(X, Y, P0), edge(Y, Z), \+ memberchk(Z, P0), append(P0, [Z], P).
edge(a, b). edge(b, c). edge(a, c).
longer(P, Q, R) :- length(P, N), length(Q, M), ( M > N -> R = Q ; R = P ).
