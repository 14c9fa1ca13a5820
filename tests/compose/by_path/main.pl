:- use_module('shapes.py').
:- use_module('sub/other.pl').
:- initialization(main).
main :- shapes:side(2, A), write(A), nl,
    other_fact(X), write(X), nl,
    catch(use_module(nowhere), error(E, _), true), writeq(E), nl,
    catch(use_module('nowhere.py'), error(E2, _), true), writeq(E2), nl.
