% Which variables a goal leaves with attributes.
:- initialization(main).
count(G) :- findall(N, ( call_residue_vars(G, Vs), length(Vs, N) ), L), print(L), nl.
main :-
    count(true), count(fail), count(freeze(_, true)), count((freeze(X, true), X = 1)),
    count((freeze(Y, true), put_attr(Y, a, 1), freeze(_, true))),
    count((member(N, [1, 2, 3]), length(L, N), maplist(frozen_one, L))),
    count(\+ freeze(_, true)),
    count((call_residue_vars(freeze(_, true), _), freeze(_, true))),
    count((put_attr(Z, a, 1), del_attr(Z, a))),
    freeze(Old, true), count(Old = _), count(freeze(Old, true)),
    catch(call_residue_vars((freeze(_, true), throw(oops)), _), oops, true), count(true),
    call_residue_vars(put_attr(V, a, 1), Vs), ( Vs == [V] -> print(same) ; print(other) ), nl,
    call_residue_vars((put_attr(A, a, 1), put_attr(B, a, 1)), Two), ( Two == [A, B] -> print(same) ; print(other) ), nl,
    catch(call_residue_vars(_, _), error(E, _), ( print(E), nl )).
frozen_one(X) :- freeze(X, true).
