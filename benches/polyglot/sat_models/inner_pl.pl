:- module(inner_pl, [models/2]).

%   models(+N, -Model): every list of N truth values (0, 1) that satisfies the formula.
models(N, Model) :- extend(N, 2, 2, 2, 2, Model).

% The four values before are A (the last), B, C and D; 2 is none.
extend(0, _, _, _, _, Model) :- !, Model = [].
extend(N, A, B, C, D, [Bit|Model]) :-
    bit(Bit),
    \+ ( A =:= Bit, B =:= Bit ),
    \+ ( Bit =:= 1, D =:= 1 ),
    N1 is N - 1,
    extend(N1, Bit, A, B, C, Model).

bit(0).
bit(1).
