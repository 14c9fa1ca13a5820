% Texts that are read as if they were written here.
%! stderr: source_sink .missing. does not exist
%! stderr: not sufficiently instantiated
:- initialization(main).
before(1).
:- include('middle').
:- include(['one.pl', 'two.pl']).
after(1).
main :-
    findall(X, ( before(X) ; colour(X) ; inner(X) ; item(X) ; after(X) ), L), print(L), nl,
    load_files(other:'two.pl', []), findall(I, other:item(I), Is), print(Is), nl,
    load_files(more:['one.pl'], [if(changed), silent(true)]), findall(I, more:item(I), Js), print(Js), nl,
    catch(load_files(missing, []), error(E, _), ( print(E), nl )),
    '$module'(M, M), print(M), nl.
:- include('missing').
:- include(_).
