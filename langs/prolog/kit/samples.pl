:- module(samples, [whole/1, big/1, real/1, text/1, truth/1, nothing/1, sequence/1, pair/1, mapping/1,
                    boom/1, shown/1, object/1,
                    add/3, same/2, count/2, closings/1, fails/2, raises/2]).
:- dynamic(ended/1).
ended(0).
whole(42).
big(X) :- X is 10 ** 30.
real(2.5).
text('héllo').
truth(true).
nothing(none).
sequence([1, 2, 3]).
pair(tuple(1, two)).
mapping(dict([a - 1, b - 2])).
boom(boom(here)).
object(box(3)).
shown(box('A b', 3)).
add(A, B, C) :- C is A + B.
same(X, X).
count(N, X) :- setup_call_cleanup(true, between(1, N, X), end).
end :- retract(ended(N)), M is N + 1, assertz(ended(M)).
closings(N) :- ended(N).
fails(_, _) :- fail.
raises(_, _) :- throw(boom).
