:- module(toplevel, ['$toplevel'/1]).
% The interactive toplevel: reads queries, prints answers as SWI-Prolog does.

'$toplevel'(Files) :-
    catch(session(Files), E, true),
    '$run_at_halt',
    ( nonvar(E) -> throw(E) ; true ).
session(Files) :-
    load_all(Files),
    repeat,
    flush_output(user_output),
    catch(step(Status), E, ( '$halted' -> throw(E) ; report(E), Status = ok )),
    Status == eof, !.

load_all([]).
load_all([F|Fs]) :-
    catch(user:consult(F), E, ( '$halted' -> throw(E) ; '$print_uncaught'(E, goal) )),
    load_all(Fs).

report(E) :-
    (   nonvar(E), E = error(_, _) -> '$print_uncaught'(E, goal)
    ;   '$print_uncaught'(E, 'Unhandled exception')
    ).

step(Status) :-
    read_query(Goal, Bindings),
    (   Goal == end_of_file -> Status = eof, ( '$terminal' -> nl(user_output) ; true )
    ;   Status = ok, run_query(Goal, Bindings)
    ).

% At a terminal lines are edited; otherwise queries come from standard input as they are.
read_query(Goal, Bindings) :-
    '$terminal', !,
    current_prolog_flag(toplevel_prompt, Prompt),
    read_lines(Prompt, '', Text),
    (   Text == end_of_file -> Goal = end_of_file, Bindings = []
    ;   '$atom_to_term'(Text, Goal, Bindings)
    ).
read_query(Goal, Bindings) :-
    '$read_text'(user_input, Text),
    (   Text == end_of_file -> Goal = end_of_file, Bindings = []
    ;   skip_blank, '$atom_to_term'(Text, Goal, Bindings)
    ).
skip_blank :-
    peek_char(user_input, C),
    (   C == '\n' -> get_char(user_input, _)
    ;   ( C == ' ' ; C == '\t' ) -> get_char(user_input, _), skip_blank
    ;   true
    ).
read_lines(Prompt, Before, Text) :-
    '$edit_line'(Prompt, Line),
    (   Line == end_of_file -> Text = Line
    ;   atom_concat(Before, Line, Text0),
        (   Before == '', blank(Line) -> read_lines(Prompt, '', Text)
        ;   complete(Text0) -> Text = Text0
        ;   atom_concat(Text0, '\n', Text1), read_lines('|    ', Text1, Text)
        )
    ).
blank(Line) :- atom_codes(Line, Cs), \+ ( '$member'(C, Cs), C > 32 ).
% Ends in a full stop, outside of quotes as far as the reader can tell.
complete(Text) :-
    split_end(Text, Last), Last == '.',
    catch(( '$atom_to_term'(Text, _, _), R = yes ), E, ( unfinished(E) -> R = no ; R = yes )),
    R == yes.
split_end(Text, Last) :- atom_codes(Text, Cs), '$reverse'(Cs, [], Rs), first_dark(Rs, C), char_code(Last, C).
first_dark([C|Cs], D) :- ( C > 32 -> D = C ; first_dark(Cs, D) ).
unfinished(error(syntax_error(E), _)) :- '$memberchk'(E, [end_of_file, unterminated_quoted, end_of_file_in_quoted, undefined]).

run_query((:- Goal), Bindings) :- !, run_query(Goal, Bindings).
run_query((?- Goal), Bindings) :- !, run_query(Goal, Bindings).
run_query([F|Fs], _) :- \+ \+ is_list([F|Fs]), '$memberchk'(user, [F|Fs]), !, consult_input, nl(user_output).
run_query(Goal, Bindings) :-
    '$expand_body'(Goal, Expanded),
    (   call_cleanup(user:Expanded, Det = true),
        answer(Bindings, Lines),
        fresh_line,
        print_lines(Lines),
        (   Det == true -> write(user_output, '.'), stop
        ;   flush_output(user_output), action(Next), again(Next) )
    ->  true
    ;   fresh_line, write(user_output, 'false.'), stop
    ).
stop :- nl(user_output), nl(user_output).
again(next) :- write(user_output, ' ;'), nl(user_output), fail.
again(stop) :- write(user_output, ' .'), stop.
fresh_line :- '$column'(user_output, C), ( C =:= 0 -> true ; nl(user_output) ).

action(Next) :-
    (   '$terminal' -> '$edit_line'(' ', Line), ( Line == end_of_file -> Next = stop ; line_action(Line, Next) )
    ;   peek_char(user_input, C),
        (   C == ';' -> skip_line, Next = next
        ;   C == '\n' -> get_char(user_input, _), Next = stop
        ;   Next = stop
        )
    ).
line_action(Line, Next) :- atom_codes(Line, Cs), ( Cs = [0';|_] -> Next = next ; Cs = [0' |_] -> Next = next ; Next = stop ).
skip_line :- get_char(user_input, C), ( ( C == '\n' ; C == end_of_file ) -> true ; skip_line ).

% [user]: clauses up to end_of_file.
consult_input :-
    repeat,
    read_term(user_input, T, []),
    ( T == end_of_file -> ! ; '$load_term'(T), fail ).

% ---------------------------------------------------------------- answers

% answer(Bindings, Lines): what to print for a solution, as goals in text.
answer(Bindings, Lines) :-
    printable(Bindings, Bs),
    groups(Bs, Groups0),
    values(Groups0, Values0),
    '$cycle_entries'(Values0, Entries),
    (   Entries == [] -> Groups = Groups0, Where = [], Cycles = []
    ;   cycles(Entries, Groups0, 1, Cycles, Where0), cut_groups(Groups0, Cycles, Groups), cut_where(Where0, Cycles, Where)
    ),
    values(Groups, Values1),
    values(Where, Values2),
    Values = Values1-Values2,
    term_attvars(Values, AttVars),
    residuals(AttVars, Goals),
    names(Groups, Known0),
    cycle_names(Cycles, Known0, Known),
    other_names(Values-Goals, Known, Bindings, Names),
    binding_lines(Groups, Names, Ls0, Ls1),
    where_lines(Where, Names, Ls2),
    ( Ls2 == [] -> Ls1 = Ls3 ; Ls1 = [where(Ls2)|Ls3] ),
    goal_lines(Goals, Names, Ls3),
    ( Ls0 == [] -> Lines = [true] ; Lines = Ls0 ).
printable([], []).
printable([N = V|Bs], R) :- ( N == '_' -> R = R1 ; R = [N = V|R1] ), printable(Bs, R1).
% Names with the same value, in order of the first one.
groups([], []).
groups([N = V|Bs], [group(V, [N|Ns])|Gs]) :- same_value(Bs, V, Ns, Rest), groups(Rest, Gs).
same_value([], _, [], []).
same_value([N = W|Bs], V, Ns, Rest) :-
    (   V == W -> Ns = [N|Ns1], Rest = Rest1 ; Ns = Ns1, Rest = [N = W|Rest1] ),
    same_value(Bs, V, Ns1, Rest1).
values([], []).
values([group(V, _)|Gs], [V|Vs]) :- values(Gs, Vs).
% Where terms come back to themselves: cycle(Compound, Name, Variable). The name is that of a binding,
% or `_S1` and so on for those that have none.
cycles([], _, _, [], []).
cycles([E|Es], Groups, I, [cycle(E, N, _)|Cs], Where) :-
    (   '$member'(group(V, Ns), Groups), same_term(V, E) -> '$last'(Ns, N), J = I, Where = Where1
    ;   atom_concat('_S', I, N), J is I + 1, Where = [group(E, [N])|Where1]
    ),
    cycles(Es, Groups, J, Cs, Where1).
cycle_names([], Names, Names).
cycle_names([cycle(_, N, V)|Cs], Known, [N = V|Names]) :- cycle_names(Cs, Known, Names).
cut_groups([], _, []).
cut_groups([group(V, Ns)|Gs], Cs, [group(W, Ns)|Hs]) :-
    ( '$member'(cycle(E, _, _), Cs), same_term(V, E) -> cut_args(V, Cs, W) ; cut(V, Cs, W) ),
    cut_groups(Gs, Cs, Hs).
cut_where([], _, []).
cut_where([group(V, Ns)|Gs], Cs, [group(W, Ns)|Hs]) :- cut_args(V, Cs, W), cut_where(Gs, Cs, Hs).
cut(T, Cs, S) :-
    ( compound(T) -> ( '$member'(cycle(E, _, V), Cs), same_term(T, E) -> S = V ; cut_args(T, Cs, S) ) ; S = T ).
cut_args(T, Cs, S) :- functor(T, N, A), functor(S, N, A), cut_args(1, A, T, Cs, S).
cut_args(I, A, T, Cs, S) :- ( I > A -> true ; arg(I, T, X), arg(I, S, Y), J is I + 1, ( I =:= A -> cut(X, Cs, Y) ; cut(X, Cs, Y), cut_args(J, A, T, Cs, S) ) ).
where_lines([], _, []).
where_lines([group(V, [N])|Gs], Names, [L|Ls]) :- shown(V, Names, 699, S), format(atom(L), "~w = ~w", [N, S]), where_lines(Gs, Names, Ls).
% A variable is shown by the last of its names.
names([], []).
names([group(V, Ns)|Gs], R) :- ( var(V) -> '$last'(Ns, N), R = [N = V|R1] ; R = R1 ), names(Gs, R1).
'$last'([X], X) :- !.
'$last'([_|Xs], X) :- '$last'(Xs, X).
other_names(T, Known, Bindings, Names) :-
    term_variables(T, Vs),
    name_vars(Vs, T, Known, Bindings, 0, Names).
name_vars([], _, Known, _, _, Known).
name_vars([V|Vs], T, Known, Bs, I, Names) :-
    (   '$member'(_ = W, Known), W == V -> name_vars(Vs, T, Known, Bs, I, Names)
    ;   '$occurs_once'(V, T) -> Names = ['_' = V|Names1], name_vars(Vs, T, Known, Bs, I, Names1)
    ;   free_name(I, Bs, N, I1), Names = [N = V|Names1], name_vars(Vs, T, Known, Bs, I1, Names1)
    ).
free_name(I, Bs, N, I1) :-
    Letter is 0'A + I mod 26, Number is I // 26, J is I + 1,
    ( Number =:= 0 -> format(atom(M), "_~c", [Letter]) ; format(atom(M), "_~c~d", [Letter, Number]) ),
    ( '$member'(M = _, Bs) -> free_name(J, Bs, N, I1) ; N = M, I1 = J ).
binding_lines([], _, Ls, Ls).
binding_lines([group(V, Ns)|Gs], Names, Ls0, Ls) :-
    (   var(V) -> equal_names(Ns, Eqs), ( Eqs == [] -> Ls0 = Ls1 ; join(Eqs, L), Ls0 = [L|Ls1] )
    ;   equal_names(Ns, Eqs), '$last'(Ns, N), shown(V, Names, 699, S), format(atom(L0), "~w = ~w", [N, S]),
        '$append'(Eqs, [L0], All), join(All, L), Ls0 = [L|Ls1]
    ),
    binding_lines(Gs, Names, Ls1, Ls).
equal_names([_], []) :- !.
equal_names([A, B|Ns], [E|Es]) :- format(atom(E), "~w = ~w", [A, B]), equal_names([B|Ns], Es).
join(Parts, L) :- atomic_list_concat(Parts, ', ', L).
goal_lines([], _, []).
goal_lines([G|Gs], Names, [L|Ls]) :- shown(G, Names, 999, L), goal_lines(Gs, Names, Ls).
shown(T, _, P, Text) :- P < 999, atom(T), current_op(_, _, T), !, format(atom(Text), "(~q)", [T]).
shown(T, Names, P, Text) :-
    with_output_to(atom(Text), write_term(T, [quoted(true), numbervars(true), max_depth(10), spacing(next_argument), priority(P), variable_names(Names)])).
print_lines([L]) :- !, write(user_output, L).
print_lines([L, where(Ws)|Ls]) :- !,
    write(user_output, L), write(user_output, ', % where'), nl(user_output), print_where(Ws),
    ( Ls == [] -> true ; write(user_output, ','), nl(user_output), print_lines(Ls) ).
print_lines([L|Ls]) :- write(user_output, L), write(user_output, ','), nl(user_output), print_lines(Ls).
print_where([W|Ws]) :-
    write(user_output, '    '), write(user_output, W),
    ( Ws == [] -> true ; write(user_output, ','), nl(user_output), print_where(Ws) ).

residuals([], []).
residuals([V|Vs], Goals) :-
    attribute_list(V, As), attr_goals(As, V, Gs),
    residuals(Vs, Gs1), '$append'(Gs, Gs1, Gs2), unique(Gs2, [], Goals).
unique([], _, []).
unique([G|Gs], Seen, R) :- ( '$member'(H, Seen), H == G -> R = R1 ; R = [G|R1] ), unique(Gs, [G|Seen], R1).
attribute_list(V, As) :- get_attrs(V, As0), att_items(As0, As).
att_items(att(M, A, More), [M-A|As]) :- !, att_items(More, As).
att_items(_, []).
attr_goals([], _, []).
attr_goals([M-A|As], V, Gs) :- '$attribute_goals'(M, V, A, Gs0), '$append'(Gs0, Gs1, Gs), attr_goals(As, V, Gs1).
