% Files in other encodings than UTF-8.
:- initialization(main).
try(G) :- catch(( G -> true ; print(no), nl ), E, ( print_error(E), nl )).
print_error(error(io_error(A, _), context(_, M))) :- !, print(io_error(A, M)).
print_error(error(permission_error(A, T, _), _)) :- !, print(permission_error(A, T)).
print_error(error(E, _)) :- print(E).
bytes(F, Bs) :- open(F, read, S, [type(binary)]), rest(S, Bs), close(S).
rest(S, Bs) :- get_byte(S, B), ( B == -1 -> Bs = [] ; Bs = [B|T], rest(S, T) ).
codes(S, Cs) :- get_code(S, C), ( C == -1 -> Cs = [] ; Cs = [C|T], codes(S, T) ).
text(u, 'a\xE9\\x4E2D\\x1F600\z').
text(l, 'a\xE9\z').
writes(F, Options, Text) :-
    open(F, write, S, Options),
    catch(write(S, Text), E, ( print_error(E), nl )),
    stream_property(S, encoding(Encoding)), close(S),
    bytes(F, Bytes), print(Encoding-Bytes), nl.
reads(F, Options) :-
    open(F, read, S, Options),
    stream_property(S, encoding(E)), ( stream_property(S, bom(B)) -> true ; B = none ),
    codes(S, Cs), close(S), print(E-B-Cs), nl.
main :-
    tmp_file(encodings, F),
    forall(( member(E, [utf8, text, iso_latin_1, octet, ascii, utf16le, utf16be, unicode_le, unicode_be]), member(B, [true, false]), text(_, T) ),
           writes(F, [encoding(E), bom(B)], T)),
    forall(member(E, [foo, _, 12, utf16]), try(open(F, read, _, [encoding(E)]))),
    forall(member(B, [foo, _]), try(open(F, read, _, [bom(B)]))),
    text(u, U), text(l, L),
    writes(F, [encoding(iso_latin_1)], L), reads(F, [encoding(iso_latin_1)]), reads(F, [encoding(octet)]), reads(F, []),
    forall(member(E, [utf8, utf16le, utf16be]),
           ( writes(F, [encoding(E), bom(true)], U), reads(F, []), reads(F, [encoding(E), bom(false)]), reads(F, [encoding(iso_latin_1)]) )),
    open(F, read, S1, [encoding(octet)]), get_byte(S1, B1), get_byte(S1, B2), print([B1, B2]), nl, close(S1),
    open(F, write, S2, [encoding(octet)]), put_byte(S2, 200), put_char(S2, '\xE9\'), close(S2), bytes(F, Bs2), print(Bs2), nl,
    open(F, write, S3, []), set_stream(S3, encoding(iso_latin_1)), put_char(S3, '\xE9\'), set_stream(S3, encoding(utf8)), put_char(S3, '\xE9\'), close(S3),
    bytes(F, Bs3), print(Bs3), nl,
    open(F, read, S4, []), set_stream(S4, encoding(iso_latin_1)), get_code(S4, C1), set_stream(S4, encoding(utf8)), get_code(S4, C2), close(S4), print([C1, C2]), nl,
    try(set_stream(user_output, encoding(foo))), try(set_stream(user_output, encoding(_))),
    open(F, write, S5, [encoding(utf16le), bom(true)]), format(S5, "f(~q).~n~w~30|~w~n", ['\xE9\ b', x, y]), close(S5),
    open(F, read, S6, []), read(S6, Term), get_char(S6, _), close(S6), print(Term), nl.
