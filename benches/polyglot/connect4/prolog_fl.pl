% Connect four: the rules, and a player that searches with them. Prolog calls FL.
:- use_module(inner_py).
:- initialization(main).

main :- current_prolog_flag(argv, Argv), append(_, [A], Argv), atom_number(A, N), play(0, N, 0, 0, 0).

play(Ply, Plies, _, _, Sum) :- Ply >= Plies, !, write(Sum), nl.
play(Ply, Plies, Mine, Theirs, Sum) :-
    (   choose(Mine, Theirs, 4, Bit)
    ->  Sum1 is (Sum * 31 + Bit) mod 1000003,
        After is Mine \/ Bit,
        (   holds(inner_py:wins(After))
        ->  write('won at ply '), write(Ply), nl, write(Sum1), nl
        ;   Ply1 is Ply + 1,
            play(Ply1, Plies, Theirs, After, Sum1)
        )
    ;   write(Sum), nl
    ).

choose(Mine, Theirs, Depth, Bit) :-
    All is Mine \/ Theirs,
    findall(B, inner_py:legal(All, B), Bits),
    choose(Bits, Mine, Theirs, Depth, none, none, Bit).

choose([], _, _, _, _, Bit, Bit) :- Bit \== none.
choose([B|Bs], Mine, Theirs, Depth, Best, Choice, Bit) :-
    After is Mine \/ B,
    (   holds(inner_py:wins(After))
    ->  Bit = B
    ;   negamax(Theirs, After, Depth, -1000, 1000, S),
        Score is -S,
        (   better(Score, Best)
        ->  choose(Bs, Mine, Theirs, Depth, Score, B, Bit)
        ;   choose(Bs, Mine, Theirs, Depth, Best, Choice, Bit)
        )
    ).

better(_, none) :- !.
better(Score, Best) :- Score > Best.

negamax(Mine, Theirs, Depth, Alpha, Beta, Score) :-
    All is Mine \/ Theirs,
    findall(B, inner_py:legal(All, B), Bits),
    best(Bits, Mine, Theirs, Depth, Alpha, Beta, none, Score).

best([], _, _, _, _, _, Best, Score) :- ( Best == none -> Score = 0 ; Score = Best ).
best([B|Bs], Mine, Theirs, Depth, Alpha, Beta, Best, Score) :-
    After is Mine \/ B,
    (   holds(inner_py:wins(After))
    ->  Score is 100 + Depth
    ;   value(Depth, Theirs, After, Alpha, Beta, S),
        (   better(S, Best)
        ->  Alpha1 is max(Alpha, S),
            (   Alpha1 >= Beta
            ->  Score = S
            ;   best(Bs, Mine, Theirs, Depth, Alpha1, Beta, S, Score)
            )
        ;   best(Bs, Mine, Theirs, Depth, Alpha, Beta, Best, Score)
        )
    ).

value(0, _, _, _, _, 0) :- !.
value(Depth, Mine, Theirs, Alpha, Beta, S) :-
    Depth1 is Depth - 1,
    A is -Beta,
    B is -Alpha,
    negamax(Mine, Theirs, Depth1, A, B, S0),
    S is -S0.
