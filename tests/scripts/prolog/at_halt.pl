:- at_halt(( write(bye), nl )).
:- initialization(main).
main :- write(hello), nl, halt.
