% An error of Prolog's own that went through another language's frames, and through a cleanup: the
% traceback has all of them.
:- use_module(app).
:- initialization(main).

main :-
    catch(app:start(1, _), error(type_error(T, _), _), (write(caught(T)), nl)),
    outer(3, R),
    write(R).

outer(N, R) :-
    setup_call_cleanup(true, app:start(N, R), (write(cleanup), nl)),
    true.
