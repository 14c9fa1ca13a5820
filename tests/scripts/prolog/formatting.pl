% format/2,3: columns, numbers, goals, errors.
:- initialization(main).
main :-
    format("~:d ~D ~2d ~2D~n", [1234567, 1234567, 314, 1234567]),
    format("~d~n", [1 + 2]),
    format("~w~t~10|~w~n", [abc, def]), format("~t~w~10|~w~n", [abc, def]), format("~t~w~t~11|~w~n", [abc, def]),
    format("~ta~t~tb~20|~n"), format("~ta~tb~tc~t~9|x~n"), format("~ta~t~4|x~n"), format("~ta~tb~t~7|x~n"),
    format("~`-t~30|~n"), format("~w~t~w~5|~w~n", [abc, def, ghi]), format("~w~30|~w~n", [a, b]),
    write(abc), format("~w~t~5+x~n", [q]), write(abc), format("~t~w~10|~w~n", [x, y]),
    format("x~Ny~N~Nz~n"), format("~a~t~15|~a~t~10+~a~n", [name, value, x]),
    format("~@|~w~n", [write(hello), x]), format(atom(A), "<~@>", [print('A b')]), print(A), nl,
    format(codes(Cs, Tail), "ab", []), Tail = [0'c], atom_codes(B, Cs), print(B), nl,
    with_output_to(codes(Ds, []), write(xy)), atom_codes(D, Ds), print(D), nl,
    e(format("~d", [a])), e(format("~d", [1.0])), e(format("~a", [f(x)])), e(format("~c", [a])), e(format("~s", [12])),
    e(format("~w ~w", [a])), e(format("~w", [a, b])), e(format("~z", [a])), e(format("~37r", [1])), e(format("~e", [a])),
    e(format(foo, "~w", [a])), e(format(atom(_), "~a", [_])), e(format("~@", [fail])), e(format("~@", [throw(x)])),
    e(with_output_to(foo(_), true)).
e(G) :- catch(( G -> true ; print(failed) ), E, ( copy_term(E, F), numbervars(F, 0, _), print(F) )), nl.
