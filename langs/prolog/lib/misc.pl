:- module(misc, [
    read_stream_to_codes/2,
    read_stream_to_codes/3,
    read_file_to_terms/3,
    read_file_to_string/3,
    read_file_to_codes/3,
    read_line_to_string/2,
    read_line_to_codes/2,
    read_line_to_codes/3,
    read_stream_to_string/2,
    file_base_name/2,
    file_directory_name/2,
    file_name_extension/3,
    absolute_file_name/2,
    absolute_file_name/3,
    access_file/2,
    nth_integer_root_and_remainder/4,
    divmod/4,
    normalize_space/2,
    get_string_code/3,
    atomic_concat/3,
    tmp_file/2,
    tmp_file_stream/3,
    read_string/3,
    read_string/5,
    seek/4,
    character_count/2,
    byte_count/2,
    copy_stream_data/2,
    copy_stream_data/3,
    append/1,
    open_null_stream/1,
    open_string/2,
    open_codes_stream/2,
    directory_file_path/3,
    is_absolute_file_name/1,
    sformat/2,
    gensym/2,
    reset_gensym/0,
    reset_gensym/1,
    option/2,
    option/3,
    select_option/3,
    select_option/4,
    merge_options/3,
    random/1,
    random_between/3,
    random_member/2,
    random_permutation/2,
    random/3,
    assertion/1,
    limit/2,
    offset/2,
    call_nth/2,
    order_by/2,
    distinct/1,
    distinct/2,
    time/1,
    '?='/2,
    thread_self/1,
    char_conversion/2,
    current_char_conversion/2,
    writef/1,
    writef/2,
    prompt1/1,
    call_with_depth_limit/3,
    call_with_time_limit/2,
    call_with_inference_limit/3,
    current_functor/2,
    ansi_format/3
]).
:- meta_predicate(limit(?, 0)).
:- meta_predicate(offset(?, 0)).
:- meta_predicate(call_nth(0, ?)).
:- meta_predicate(order_by(?, 0)).
:- meta_predicate(distinct(0)).
:- meta_predicate(distinct(?, 0)).
:- meta_predicate(time(0)).
:- meta_predicate(call_with_inference_limit(0, ?, ?)).
:- meta_predicate(assertion(0)).
read_stream_to_codes(S, Cs) :- '$read_all'(S, T), string_codes(T, Cs).
read_stream_to_codes(S, Cs, Tail) :- '$read_all'(S, T), string_codes(T, L), '$append'(L, Tail, Cs).
read_stream_to_string(S, T) :- '$read_all'(S, T).
read_file_to_string(F, T, _) :- open(F, read, S), '$read_all'(S, T), close(S).
read_file_to_codes(F, Cs, _) :- open(F, read, S), read_stream_to_codes(S, Cs), close(S).
read_file_to_terms(F, Ts, _) :- open(F, read, S), '$read_terms'(S, Ts), close(S).
'$read_terms'(S, Ts) :- read_term(S, T, []), ( T == end_of_file -> Ts = [] ; Ts = [T|R], '$read_terms'(S, R) ).
read_line_to_string(S, T) :- ( '$read_line'(S, T0) -> T = T0 ; T = end_of_file ).
read_line_to_codes(S, Cs) :- ( '$read_line'(S, T) -> string_codes(T, Cs) ; Cs = -1 ).
read_line_to_codes(S, Cs, Tail) :- ( '$read_line'(S, T) -> string_codes(T, L), '$append'(L, [10|Tail], Cs) ; Cs = Tail ).
file_base_name(F, B) :- '$no_end_slash'(F, F1), ( F1 == / -> B = / ; atomic_list_concat(Ps, /, F1), last(Ps, B) ).
'$no_end_slash'(F, G) :- ( atom_length(F, L), L > 1, sub_atom(F, _, 1, 0, /) -> sub_atom(F, 0, _, 1, F1), '$no_end_slash'(F1, G) ; G = F ).
read_string(S, N, T) :-
    ( var(N) -> '$read_all'(S, T), string_length(T, N) ; '$read_chars'(N, S, Cs), string_chars(T0, Cs), T = T0 ).
'$read_chars'(N, S, Cs) :-
    ( N =< 0 -> Cs = [] ; get_char(S, C), ( C == end_of_file -> Cs = [] ; Cs = [C|Cs1], M is N - 1, '$read_chars'(M, S, Cs1) ) ).
read_string(S, Seps, Pad, End, T) :-
    string_codes(Seps, SepCs), '$read_to'(S, SepCs, Cs, End0), ( Cs == [], End0 == -1 -> End = -1, T = '' ; End = End0, string_codes(T0, Cs), split_string(T0, '', Pad, [T]) ).
'$read_to'(S, Seps, Cs, End) :-
    get_code(S, C),
    ( ( C =:= -1 ; '$memberchk'(C, Seps) ) -> Cs = [], End = C ; Cs = [C|Cs1], '$read_to'(S, Seps, Cs1, End) ).
seek(S, Offset, Method, At) :-
    must_be(integer, Offset), must_be(oneof([bof, current, eof]), Method),
    ( '$input_position'(S, '$stream_position'(_, _, _, B)) -> true ; throw(error(permission_error(reposition, stream, S), context(system:seek/4, _))) ),
    ( Method == bof -> At0 = Offset ; Method == current -> At0 is B + Offset ; '$read_all'(S, _), '$input_position'(S, '$stream_position'(_, _, _, E)), At0 is E + Offset ),
    set_stream_position(S, '$stream_position'(0, 0, 0, At0)), At = At0.
character_count(S, N) :- '$input_position'(S, '$stream_position'(N0, _, _, _)), N = N0.
byte_count(S, N) :- '$input_position'(S, '$stream_position'(_, _, _, N0)), N = N0.
copy_stream_data(In, Out) :- '$read_all'(In, T), write(Out, T).
copy_stream_data(In, Out, N) :- read_string(In, N, T), write(Out, T).
append(F) :- open(F, append, S), set_output(S).
open_null_stream(S) :- '$open_null'(S).
open_string(T, S) :- '$open_text'(T, S).
open_codes_stream(Cs, S) :- '$open_text'(Cs, S).
directory_file_path(D, F, P) :- ( sub_atom(F, 0, 1, _, /) -> P = F ; ( D == '' ; D == '.' ) -> P = F ; sub_atom(D, _, 1, 0, /) -> atom_concat(D, F, P) ; atomic_list_concat([D, /, F], P) ).
is_absolute_file_name(F) :- sub_atom(F, 0, 1, _, /).
sformat(S, F) :- format(string(S), F, []).
file_directory_name(F, D) :- atomic_list_concat(Ps, /, F), '$append'(Init, [_], Ps), !, ( Init == [] -> D = '.' ; Init == [''] -> D = / ; atomic_list_concat(Init, /, D) ).
file_name_extension(B, E, F) :- nonvar(B), nonvar(E), var(F), ( sub_atom(E, 0, 1, _, '.') -> E1 = E ; atom_concat('.', E, E1) ), sub_atom(B, _, _, 0, E1), !, F = B.
file_name_extension(B, E, F) :- ( nonvar(F), sub_atom(F, P, _, A, '.'), sub_atom(F, _, A, 0, E0), \+ sub_atom(E0, _, _, _, '.') -> ( E = E0 ; atom_concat('.', E0, E) ), !, sub_atom(F, 0, P, _, B) ; nonvar(B), nonvar(E) -> ( sub_atom(E, 0, 1, _, '.') -> atom_concat(B, E, F) ; atomic_list_concat([B, '.', E], F) ) ; E = '', B = F ).
absolute_file_name(F, A) :- absolute_file_name(F, A, []).
'$plain_file'(F, A) :-
    working_directory(D, D), directory_file_path(D, F, A0),
    atomic_list_concat(Ps0, /, A0), '$plain_path'(Ps0, [], Ps), atomic_list_concat([''|Ps], /, A1), ( A1 == '' -> A = / ; A = A1 ).
'$plain_path'([], Rs, Ps) :- '$reverse'(Rs, [], Ps).
'$plain_path'([P|Ps], Rs, R) :-
    (   ( P == '' ; P == '.' ) -> '$plain_path'(Ps, Rs, R)
    ;   P == '..' -> ( Rs = [_|Rs1] -> true ; Rs1 = [] ), '$plain_path'(Ps, Rs1, R)
    ;   '$plain_path'(Ps, [P|Rs], R)
    ).
absolute_file_name(F, Options, A) :- is_list(Options), \+ is_list(A), !, absolute_file_name(F, A, Options).
absolute_file_name(F, A, Options) :-
    ( var(F) -> throw(error(instantiation_error, _)) ; true ),
    '$file_extensions'(Options, Es),
    (   '$memberchk'(solutions(all), Options) -> '$file_candidate'(F, Es, Options, A)
    ;   '$file_candidate'(F, Es, Options, A0) -> A = A0
    ;   '$memberchk'(file_errors(fail), Options) -> fail
    ;   throw(error(existence_error(source_sink, F), _))
    ).
'$file_extensions'(Options, Es) :-
    (   '$memberchk'(extensions(Es0), Options) -> Es = Es0
    ;   '$memberchk'(file_type(T), Options), '$memberchk'(T, [source, prolog]) -> Es = ['.pl', '.prolog', '']
    ;   Es = ['']
    ).
'$file_candidate'(F, Es, Options, A) :-
    '$file_in_path'(F, Options, F1),
    '$member'(E, Es),
    '$with_extension'(F1, E, F2),
    '$plain_file'(F2, A),
    '$file_fits'(A, Options).
'$with_extension'(F, '', F) :- !.
'$with_extension'(F, E0, F1) :-
    ( sub_atom(E0, 0, 1, _, '.') -> E = E0 ; atom_concat('.', E0, E) ),
    ( sub_atom(F, _, _, 0, E) -> F1 = F ; atom_concat(F, E, F1) ).
'$file_fits'(A, Options) :-
    (   '$memberchk'(file_type(directory), Options) -> exists_directory(A)
    ;   '$memberchk'(access(Mode), Options), Mode \== none -> \+ exists_directory(A), access_file(A, Mode)
    ;   true
    ).
% The file that a specification names, by way of user:file_search_path/2 and relative to a folder.
'$file_in_path'(F, Options, Path) :-
    compound(F), F \= _/_, F =.. [Alias, Rest], !,
    '$path_atom'(Rest, P),
    '$search_path'(Alias, D0),
    '$file_in_path'(D0, Options, D),
    directory_file_path(D, P, Path).
'$file_in_path'(F, Options, Path) :-
    '$path_atom'(F, P),
    (   \+ is_absolute_file_name(P), '$memberchk'(relative_to(D0), Options)
    ->  ( exists_directory(D0) -> D = D0 ; file_directory_name(D0, D) ),
        directory_file_path(D, P, Path)
    ;   Path = P
    ).
'$search_path'(Alias, D) :- current_predicate(user:file_search_path/2), user:file_search_path(Alias, D).
'$path_atom'(F, _) :- var(F), !, throw(error(instantiation_error, _)).
'$path_atom'(A/B, P) :- !, '$path_atom'(A, P1), '$path_atom'(B, P2), atomic_list_concat([P1, /, P2], P).
'$path_atom'(F, P) :- atomic(F), !, atom_string(P, F).
'$path_atom'(F, P) :- is_list(F), catch(atom_codes(P, F), _, fail), !.
'$path_atom'(F, _) :- throw(error(type_error(source_sink, F), _)).
access_file(F0, Mode) :-
    atom_string(F, F0),
    (   Mode == none -> true
    ;   '$memberchk'(Mode, [write, append]) -> ( exists_file(F) -> true ; file_directory_name(F, D), exists_directory(D) )
    ;   ( exists_file(F) -> true ; exists_directory(F) )
    ).
% The N-th root of X rounded towards zero, and what is left.
nth_integer_root_and_remainder(N, X, R, M) :-
    must_be(positive_integer, N), must_be(integer, X),
    (   X >= 0 -> '$integer_root'(N, X, R0), R = R0
    ;   N mod 2 =:= 1 -> Y is -X, '$integer_root'(N, Y, R0), R is -R0
    ;   throw(error(evaluation_error(undefined), context(system:nth_integer_root_and_remainder/4, _)))
    ),
    M is X - R ** N.
'$integer_root'(_, 0, R) :- !, R = 0.
'$integer_root'(N, X, R) :- High is 1 << (msb(X) // N + 1), '$integer_root'(0, High, N, X, R).
'$integer_root'(L, H, N, X, R) :-
    (   H - L =:= 1 -> R = L
    ;   M is (L + H) // 2, ( M ** N =< X -> '$integer_root'(M, H, N, X, R) ; '$integer_root'(L, M, N, X, R) )
    ).
divmod(X, Y, Q, R) :- must_be(integer, X), must_be(integer, Y), Q is X div Y, R is X mod Y.
normalize_space(Sink, Text) :-
    text_to_string(Text, S), split_string(S, " \t\n\r\f\v", " \t\n\r\f\v", Parts),
    '$dark_parts'(Parts, Words), atomic_list_concat(Words, ' ', A),
    with_output_to(Sink, write(A)).
'$dark_parts'([], []).
'$dark_parts'([P|Ps], R) :- ( string_length(P, 0) -> R = R1 ; R = [P|R1] ), '$dark_parts'(Ps, R1).
get_string_code(I, S, C) :- string_code(I, S, C).
atomic_concat(A, B, C) :- atomic_list_concat([A, B], C).
tmp_file(Base, Name) :-
    must_be(atomic, Base), '$next_tmp'(N), T is random(1000000),
    format(atom(Name), "/tmp/metatrace_~w_~d_~d", [Base, T, N]).
tmp_file_stream(File, Stream, Options) :- is_list(Options), !,
    option(extension(E), Options, ''), ( E == '' -> X = '' ; atom_concat('.', E, X) ),
    tmp_file(file, F0), atom_concat(F0, X, File), open(File, write, Stream).
tmp_file_stream(_Encoding, File, Stream) :- tmp_file(file, File), open(File, write, Stream).
'$next_tmp'(N) :- ( nb_current('$tmp_files', N0) -> N is N0 + 1 ; N = 0 ), nb_setval('$tmp_files', N).
:- dynamic('$gensym'/2).
gensym(B, A) :- ( retract('$gensym'(B, N0)) -> N is N0 + 1 ; N = 1 ), assertz('$gensym'(B, N)), atom_concat(B, N, A).
reset_gensym :- retractall('$gensym'(_, _)).
reset_gensym(B) :- retractall('$gensym'(B, _)).
option(O, Os) :- atom(O), !, memberchk(O, Os).
option(O, Os) :- functor(O, N, 1), arg(1, O, V), functor(G, N, 1), ( memberchk(G, Os) -> arg(1, G, V) ; memberchk(N=V0, Os), V = V0 ).
option(O, Os, D) :- ( option(O, Os) -> true ; arg(1, O, D) ).
select_option(O, Os, R) :- functor(O, N, 1), functor(G, N, 1), selectchk(G, Os, R), !, G = O.
select_option(O, Os, R, D) :- ( select_option(O, Os, R0) -> R = R0 ; arg(1, O, D), R = Os ).
merge_options(New, Old, Merged) :- '$canonical_options'(New, N), '$canonical_options'(Old, O), '$unset_options'(O, N, Rest), '$append'(N, Rest, All), sort(All, Merged).
'$canonical_options'([], []).
'$canonical_options'([O|Os], [P|Ps]) :- ( O = (N = V) -> P =.. [N, V] ; P = O ), '$canonical_options'(Os, Ps).
'$unset_options'([], _, []).
'$unset_options'([O|Os], New, R) :- functor(O, N, A), functor(G, N, A), ( memberchk(G, New) -> R = R1 ; R = [O|R1] ), '$unset_options'(Os, New, R1).
random(X) :- X is random_float.
random(L, H, X) :- X is L + random(H - L).
random_between(L, H, X) :- X is L + random(H - L + 1).
random_member(X, L) :- length(L, N), I is random(N), nth0(I, L, X).
random_permutation(L, P) :- '$add_random_keys'(L, K), keysort(K, S), pairs_values(S, P).
'$add_random_keys'([], []).
'$add_random_keys'([X|Xs], [K-X|Ks]) :- K is random_float, '$add_random_keys'(Xs, Ks).
assertion(G) :- ( \+ \+ catch(G, _, fail) -> true ; throw(error(assertion_failed(user:G), _)) ).
limit(N, G) :- N > 0, S = count(0), call(G), arg(1, S, C0), C is C0 + 1, ( C =:= N -> ! ; nb_setarg(1, S, C) ).
offset(N, G) :- S = count(0), call(G), arg(1, S, C), ( C < N -> C1 is C + 1, nb_setarg(1, S, C1), fail ; true ).
call_nth(G, N) :- S = count(0), call(G), arg(1, S, C0), C is C0 + 1, nb_setarg(1, S, C), ( nonvar(N) -> N =:= C, ! ; N = C ).
order_by(Specs, G) :- term_variables(G, Vs), findall(Vs, G, L0), '$order_by'(Specs, Vs, L0, L), member(Vs, L).
'$order_by'([], _, L, L).
'$order_by'([S|Ss], Vs, L0, L) :- '$order_by'(Ss, Vs, L0, L1), S =.. [D, K], findall(K-Vs, member(Vs, L1), P0), ( D == asc -> sort(1, @=<, P0, P) ; sort(1, @>=, P0, P) ), pairs_values(P, L).
distinct(G) :- distinct(G, G).
distinct(W, G) :- S = seen([]), call(G), arg(1, S, L), \+ ( member(X, L), X =@= W ), nb_setarg(1, S, [W|L]).
time(G) :- statistics(cputime, T0), ( call(G) -> R = true ; R = fail ), statistics(cputime, T1), T is T1 - T0, format(user_error, "% ~3f seconds cpu~n", [T]), call(R).
'?='(X, Y) :- ( X == Y -> true ; X \= Y ).
thread_self(main).
char_conversion(_, _).
current_char_conversion(C, C).
prompt1(_).
call_with_depth_limit(G, _, 1) :- call(G).
call_with_time_limit(_, G) :- once(G).
ansi_format(_, F, As) :- format(F, As).
current_functor(N, A) :- current_predicate(N/A).
writef(F) :- writef(F, []).
writef(F, As) :- atom_codes(F, Cs), '$writef'(Cs, As).
'$writef'([], _).
'$writef'([0'%, 0'w|Cs], [A|As]) :- !, write(A), '$writef'(Cs, As).
'$writef'([0'%, 0'd|Cs], [A|As]) :- !, write(A), '$writef'(Cs, As).
'$writef'([0'%, 0'p|Cs], [A|As]) :- !, print(A), '$writef'(Cs, As).
'$writef'([0'%, 0's|Cs], [A|As]) :- !, format('~s', [A]), '$writef'(Cs, As).
'$writef'([0'\\, 0'n|Cs], As) :- !, nl, '$writef'(Cs, As).
'$writef'([0'\\, 0'l|Cs], As) :- !, nl, '$writef'(Cs, As).
'$writef'([C|Cs], As) :- put_code(C), '$writef'(Cs, As).
call_with_inference_limit(G, _, R) :- call_cleanup(G, Det = true), ( Det == true -> R = (!) ; R = true ).
