:- use_module(gens).
:- initialization(main).
main :-
    gens:count(X), write(X), nl, !,
    ( gens:count(Y), Y > 2 -> write(Y) ; true ), nl,
    \+ ( gens:count(Z), Z > 100 ),
    findall(A-B, (gens:pair_up(A), gens:pair_up(B)), L), write(L), nl,
    catch(( gens:count(_), throw(stop) ), stop, (write(caught), nl)),
    catch(( gens:count(_), gens:other(_), throw(stop) ), stop, (write(both), nl)),
    once(gens:count(_)), write(once), nl,
    ( gens:count(W), W == 2, !, write(two), nl ; true ),
    write(end), nl.
