:- use_module(st).
:- initialization(main).
main :-
    go.
go :-
    st:cell(C),
    (   member(X, [1, 2, 3]), st:put(C, X, _), set_member(C, tag, X), X >= 3, Y = X -> true ; true ),
    st:get(C, V), get_member(C, tag, T), write([V, T, Y]), nl,
    (   st:upto(5, A), st:upto(5, B), A + B =:= 7, A < B -> write(A-B) ; write(none) ), nl,
    findall(P, (st:upto(3, P), \+ P =:= 2), Ps), write(Ps), nl,
    % No choice point after a generator that has returned, or after any other call.
    call_cleanup(findall(O, st:one(O), Os), write(Os)), nl,
    call_cleanup(st:plain(_), write(det)), nl,
    ( call_cleanup(st:none_of(_), write(failed)) -> true ; nl ),
    ( st:one(Q), write(Q), call_cleanup(true, write(' det')), nl ; true ), !,
    st:plain(X2), write(X2), nl,
    catch(st:plain(1, 2, _), foreign_error(fl, E), (call_member(E, '__str__', S), write(S), nl)),
    catch(st:bad(_), foreign_error(fl, E3), (get_member(E3, args, Args), write(Args), nl)),
    st:kind([a|_], R5), write(R5), nl, st:kind(f(x, _), R51), write(R51), nl, st:kind(_, R52), write(R52), nl,
    py_call(sys:maxsize, R7), write(R7), nl,
    py_call(math:sqrt(16), R9), write(R9), nl,
    py_call(len([1, 2]), R10), write(R10), nl,
    st:'Klass'(3, K), call_member(K, get, G), write(G), nl,
    forall(call_member(K, gen(2), GG), (write(GG), nl)),
    get_member(K, get, BM), call(BM, R8), write(R8), nl,
    foldl([XX, A0, A1]>>(st:add(XX, A0, A1)), [1, 2, 3], 0, Sum), write(Sum), nl,
    st:adder(Add), foldl(Add, [1, 2, 3], 0, Sum2), write(Sum2), nl,
    include([Z]>>holds(st:even(Z)), [1, 2, 3, 4], Ev), write(Ev), nl.
