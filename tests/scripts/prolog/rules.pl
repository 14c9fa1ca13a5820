% Rules that match instead of unifying, guards, and clause indexing around them.
len([], N) => N = 0.
len([_|T], N) => len(T, M), N is M + 1.
kind(X, K), var(X) => K = variable.
kind(X, K), integer(X) => K = integer.
kind(f(_), K) => K = f.
kind(_, K) => K = other.
same(X, X, R) => R = yes.
same(_, _, R) => R = no.
% Tests of the arguments before a choice point is made.
sign(X, neg) :- X < 0.
sign(X, zero) :- X =:= 0.
sign(X, pos) :- X > 0.
step(X, Y) :- X < 10, Y = small.
step(X, Y) :- X > 5, Y = large.
step(_, any).
merge([], L, L) :- !.
merge(L, [], L) :- !.
merge([X|Xs], [Y|Ys], [X|Zs]) :- X =< Y, !, merge(Xs, [Y|Ys], Zs).
merge(Xs, [Y|Ys], [Y|Zs]) :- merge(Xs, Ys, Zs).
type(X, var) :- var(X).
type(X, atom) :- atom(X).
type(X, int) :- integer(X).
type(X, compound) :- compound(X).
:- initialization(main).
main :-
    len([a, b, c], N), print(N), nl,
    catch(len(_, _), error(existence_error(K0, G0), _), ( functor(G0, F0, A0), print(K0-F0/A0), nl )),
    findall(K, ( member(X, [_, 1, f(_), g]), kind(X, K) ), Ks), print(Ks), nl,
    same(a, a, R1), same(_, _, R2), print(R1-R2), nl,
    findall(X-S, ( member(X, [-1, 0, 1]), sign(X, S) ), Ss), print(Ss), nl,
    findall(X-Y, ( member(X, [1, 7, 20]), step(X, Y) ), Ys), print(Ys), nl,
    merge([1, 3, 5], [2, 4, 6, 7], M), print(M), nl,
    findall(T, ( member(X, [_, a, 1, f(x)]), type(X, T) ), Ts), print(Ts), nl,
    catch(( sign(_, _), true ), error(Err, _), ( print(Err), nl )).
