:- use_module(shapes).
:- initialization(main).
main :-
    helper(3).
helper(N) :-
    shapes:area(N, A),
    write(A).
