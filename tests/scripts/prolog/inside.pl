% Clauses are told apart by what is inside their arguments, without choice points.
p(a,[1|_],x). p(a,[2|_],y). p(a,[],z). p(b,[1|_],w).
q(f(a,b),1). q(f(a,c),2). q(f(X,d),X). q(g(_),3). q(f(b,b),4). q(f("s",b),5). q(f(1.5,c),6). q(f(Z,Z),7).
r([a,b|T],T). r([a,c|T],T). r([b|T],T). r([],none).
s(n(n(n(a)))). s(n(n(n(b)))). s(n(n(c))). s(n(n(n(f(_))))).
d(G) :- call_cleanup(G, D=1), ( D==1 -> write(det) ; write(nondet) ), nl, !.
d(_) :- write(fail), nl.
all(T,G) :- findall(T,G,L), numbervars(L, 0, _), print(L), nl.
:- d(p(a,[2,3],_)), d(p(a,[],_)), d(p(_,[],_)), d(p(a,_,z)), d(q(f(a,c),_)), d(q(f(b,b),_)), d(r([a,c,d],_)), d(r([b],_)), d(s(n(n(n(b))))), d(s(n(n(c)))), d(s(n(n(n(f(1)))))).
:- all(X-Y,p(a,X,Y)), all(X,p(a,[2],X)), all(Y,q(f(a,b),Y)), all(Y,q(f(_,_),Y)), all(A-B-Y,q(f(A,B),Y)), all(Y,q(f(b,b),Y)), all(Y,q(f("s",b),Y)), all(Y,q(f(1.5,c),Y)), all(Y,q(f(k,k),Y)), all(Y,q(f(_,d),Y)), all(T,r([a,c,x|y],T)), all(T,r(T,_)), all(X,s(n(n(n(X))))), all(X,s(n(X))).
solve(true) :- !.
solve((A, B)) :- !, solve(A), solve(B).
solve(H) :- rule(H, B), solve(B).
rule(nrev([], []), true).
rule(nrev([H|T], R), (nrev(T, S), app(S, [H], R))).
rule(app([], L, L), true).
rule(app([H|T], L, [H|R]), app(T, L, R)).
loop(0) :- !.
loop(N) :- solve(nrev([1,2,3,4],R)), R = [4|_], N1 is N-1, loop(N1).
:- d(solve(nrev([1,2,3],_))), loop(2000), write(done), nl.
dl([H|T], f(H,x), T). dl([H|T], f(H,y), T). dl([], f(_,z), _).
:- X = [1,2|Y], Y = [], all(B-T, dl(X,f(1,B),T)), d(dl(X,f(1,y),_)).
