:- use_module(library(clpfd)).
queens(N, Qs) :- length(Qs, N), Qs ins 1..N, safe(Qs), labeling([ff], Qs).
safe([]).
safe([Q|Qs]) :- no_attack(Q, Qs, 1), safe(Qs).
no_attack(_, [], _).
no_attack(Q, [Q1|Qs], D) :- Q #\= Q1, abs(Q - Q1) #\= D, D1 is D + 1, no_attack(Q, Qs, D1).
puzzle([S,E,N,D] + [M,O,R,E] = [M,O,N,E,Y]) :-
    Vars = [S,E,N,D,M,O,R,Y], Vars ins 0..9, all_different(Vars),
    S*1000 + E*100 + N*10 + D + M*1000 + O*100 + R*10 + E #=
        M*10000 + O*1000 + N*100 + E*10 + Y,
    M #\= 0, S #\= 0.
sudoku(Rows) :-
    length(Rows, 9), maplist(same_length(Rows), Rows),
    append(Rows, Vs), Vs ins 1..9, maplist(all_distinct, Rows),
    transpose(Rows, Columns), maplist(all_distinct, Columns),
    Rows = [A,B,C,D,E,F,G,H,I], blocks(A, B, C), blocks(D, E, F), blocks(G, H, I).
blocks([], [], []).
blocks([A,B,C|R1], [D,E,F|R2], [G,H,I|R3]) :- all_distinct([A,B,C,D,E,F,G,H,I]), blocks(R1, R2, R3).
problem([[5,3,_,_,7,_,_,_,_],[6,_,_,1,9,5,_,_,_],[_,9,8,_,_,_,_,6,_],[8,_,_,_,6,_,_,_,3],
         [4,_,_,8,_,3,_,_,1],[7,_,_,_,2,_,_,_,6],[_,6,_,_,_,_,2,8,_],[_,_,_,4,1,9,_,_,5],[_,_,_,_,8,_,_,7,9]]).
show(G, T) :- ( call(G) -> print(T) ; print(failed(G)) ), nl.
:- initialization(main).
main :-
    show(queens(8, Qs), Qs),
    show(( puzzle(P), term_variables(P, Vs), label(Vs) ), P),
    show(( problem(Rows), sudoku(Rows) ), Rows),
    show(( X1 #> 3, X1 #< 9, X1 #\= 5, fd_dom(X1, D1) ), D1),
    show(3 #= Y1 + 2, Y1),
    show(( A1 in 0..5, B1 in 0..5, A1 + B1 #= 10 ), A1-B1),
    show(( R1 in 0..20, R1 * R1 #= 49 ), R1),
    show(( M1 in 0..100, M1 mod 7 #= 3, M1 #> 90 ), M1),
    show(( B2 #<==> (H #> 3), H in 0..10, H #= 5 ), B2),
    show(( I1 in 0..10, 0 #<==> (I1 #> 3), fd_dom(I1, D2) ), D2),
    show(( [J, K] ins 0..10, J + K #= 10, labeling([max(J)], [J, K]) ), J-K),
    show(element(Ix, [10, 20, 30], 20), Ix),
    show(( [Q1, Q2] ins 1..3, (Q1 #= 1 #\/ Q2 #= 2), Q1 #> 1 ), Q2),
    show(( tuples_in([[T1, T2]], [[1,2],[2,3],[3,4]]), T1 #> 1, fd_dom(T2, D3) ), D3),
    show(( [S1, S2] ins 0..3, sum([S1, S2], #=, 3), S1 #> 1, fd_dom(S2, D4) ), D4),
    show(( length(L, 4), circuit(L), findall(L, label(L), Ls), length(Ls, N) ), N),
    show(( [U, V, W] ins 1..3, U in 1..2, V in 1..2, all_distinct([U, V, W]) ), W),
    show(( Z #= 2 ^ 10 - 24 ), Z),
    show(\+ ( E1 in 1..3, E1 #> 3 ), ok),
    show(( Small in 1..3, findall(Small, labeling([down], [Small]), Ds) ), Ds).
