:- use_module(shapes).
:- initialization(main).

main :-
    try(shapes:area(1, 2, 3, _)),
    try(shapes:area(_)),
    try(shapes:area(_, _)),
    try(shapes:nothing(_)),
    try(nowhere:area(_, _)),
    try(call(3, _)),
    try(call_member(_, x, _)),
    try(call_member(foo(1), x, _)),
    try(call_member(3, nope, _)),
    try((shapes:thing(T), call_member(T, nope, _))),
    try((shapes:thing(T2), call(T2, 1, _))),
    try((shapes:thing(T3), call(T3))),
    try((shapes:thing(T4), _ is T4 + 1)),
    try((shapes:thing(T5), atom_length(T5, _))),
    try((shapes:thing(T6), py_iter(T6, _))),
    try((shapes:thing(T7), get_dict(a, T7, _))),
    try((shapes:thing(T8), get_member(T8, _, _))),
    try(shapes:area(kw([a]), _)),
    try(shapes:area(kw([a = 1]), _)),
    try(holds(foo)),
    try(py_call(nowhere:x, _)),
    try(py_call(shapes:nope(1), _)),
    try(py_call(_, _)), try(py_call(shapes:_, _)), try(py_call(3, _)), try(py_call(_:area(1), _)),
    try(get_member(_, x, _)), try(set_member(_, x, 1)), try((shapes:thing(T9), set_member(T9, _, 1))),
    try(get_member(f(x), nope, _)), try((shapes:thing(T10), call_member(T10, 7, _))),
    try((shapes:thing(T11), call_member(T11, _, _))),
    try(py_iter(_, _)), try(py_iter(f(x), _)), try(py_iter(3, _)),
    try(dict_pairs(_, _)), try(dict_pairs(3, _)), try(get_dict(a, _, _)),
    try(shapes:area(kw(_), _)), try(shapes:area(kw([3 = 1]), _)),
    try(holds(_)), try(holds(shapes:nope(1))), try(shapes:area),
    try(call(_, 1, _)), try(call((shapes:_), 1, _)),
    last.

% A call of another language is no last call: its caller is in the traceback.
last :-
    shapes:area(1, 2, 3, _).

try(G) :-
    catch(G, E, ( text(E, T), write(T), nl )), !.

text(foreign_error(L, E), T) :-
    !,
    call_member(E, '__str__', S),
    py_call(builtins:type(E), C), get_member(C, '__name__', N),
    T = L-N-S.
text(error(E, _), E).
