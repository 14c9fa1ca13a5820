% All models of a formula: no three neighbours alike, and no true pair four apart. Prolog calls FL.
:- use_module(inner_py).
% The models are counted in a cell that backtracking leaves alone.
:- initialization(main).

main :- current_prolog_flag(argv, Argv), append(_, [A], Argv), atom_number(A, N), count(N).

count(N) :-
    T = seen(0, 0),
    (   inner_py:models(N, Model),
        T = seen(Models0, Weight0),
        Models is Models0 + 1,
        weigh(Model, 0, Weight0, Weight),
        nb_setarg(1, T, Models),
        nb_setarg(2, T, Weight),
        fail
    ;   T = seen(Models, Weight),
        write(Models), write(' '), write(Weight), nl
    ).

weigh([], _, W, W).
weigh([B|Bs], I, W0, W) :- W1 is (W0 + I * B) mod 1000003, I1 is I + 1, weigh(Bs, I1, W1, W).
