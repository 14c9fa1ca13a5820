% Commands and the environment.
:- initialization(main).
try(G) :- catch(( G -> print(G) ; print(no) ), error(E, _), print(E)), nl.
main :-
    forall(member(C, ['exit 3', true, _, f(x), "true"]), try(shell(C))),
    forall(member(C, ['exit 3', true, 'kill -9 $$']), try(shell(C, _))),
    try(shell(true, a)),
    write(first), nl, shell('echo second'), write(third), nl,
    setenv(metatrace_a, 12), try(getenv(metatrace_a, _)), try(getenv(metatrace_a, 12)),
    setenv(metatrace_a, "x y"), shell('echo "$metatrace_a"'),
    unsetenv(metatrace_a), try(getenv(metatrace_a, _)), shell('echo "[$metatrace_a]"'),
    forall(member(N-V, [_-a, a-_, f(x)-a, a-f(x), 'a=b'-c, ''-c]), try(setenv(N, V))),
    forall(member(N, [_, f(x), metatrace_none]), try(getenv(N, _))),
    forall(member(N, [_, 12]), try(unsetenv(N))).
