:- module(dcg_basics, [white/2, whites/2, nonblank/3, nonblanks/3, blank/2, blanks/2, blanks_to_nl/2, string/3,
    string_without/4, alpha_to_lower/3, digits/3, digit/3, integer/3, float/3, number/3, xinteger/3, xdigit/3,
    xdigits/3, eos/2, eol/2, remainder/3, prolog_symbol/3, csym/3, csyms/2, prolog_var_name/3, atom/3]).
% Grammar rules for what texts are made of, on lists of codes.
string_without(End, Codes) --> { '$code_list'(End, L) }, '$codes_without'(Codes, L).
'$codes_without'([C|Cs], L) --> [C], { \+ memberchk(C, L) }, !, '$codes_without'(Cs, L).
'$codes_without'([], _) --> [].
'$code_list'(T, L) :- ( is_list(T) -> L = T ; atom_codes(T, L) ).
string([]) --> [].
string([H|T]) --> [H], string(T).
blanks --> blank, !, blanks.
blanks --> [].
blank --> [C], { nonvar(C), code_type(C, space) }.
nonblanks([H|T]) --> [H], { code_type(H, graph) }, !, nonblanks(T).
nonblanks([]) --> [].
nonblank(H) --> [H], { code_type(H, graph) }.
blanks_to_nl --> [C], { C \== 10, nonvar(C), code_type(C, space) }, !, blanks_to_nl.
blanks_to_nl --> [10], !.
blanks_to_nl, [] --> eos.
whites --> white, !, whites.
whites --> [].
white --> [C], { nonvar(C), code_type(C, white) }.
alpha_to_lower(L) --> [C], { nonvar(C) -> code_type(C, alpha), code_type(U, to_upper(C)), L = U ; L = C }.
digits([H|T]) --> digit(H), !, digits(T).
digits([]) --> [].
digit(C) --> [C], { code_type(C, digit) }.
integer(I, H, T) :- integer(I), !, format(codes(H, T), '~d', [I]).
integer(I) --> '$int_codes'(Cs), { number_codes(I, Cs) }.
'$int_codes'([0'-, D0|D]) --> [0'-], !, '$digits1'([D0|D]).
'$int_codes'([D0|D]) --> ( [0'+] -> [] ; [] ), '$digits1'([D0|D]).
'$digits1'([D0|D]) --> digit(D0), digits(D).
float(F, H, T) :- float(F), !, format(codes(H, T), '~w', [F]).
float(F) --> number(F0), { F is float(F0) }.
number(N, H, T) :- number(N), !, format(codes(H, T), '~w', [N]).
number(N) -->
    '$int_codes'(I),
    ( [0'.], digit(DF0), digits(DF) -> { F = [0'., DF0|DF] } ; { F = [] } ),
    ( '$exponent'(E) -> [] ; { E = [] } ),
    { ( F == [], E = [_|_] -> append([I, [0'., 0'0], E], Codes) ; append([I, F, E], Codes) ), number_codes(N, Codes) }.
'$exponent'([0'e|S]) --> ( [0'e] -> [] ; [0'E] ), '$sign'(S, T), '$digits1'(T).
'$sign'([0'-|T], T) --> [0'-], !.
'$sign'(T, T) --> ( [0'+] -> [] ; [] ).
xinteger(V, H, T) :- integer(V), !, format(codes(H, T), '~16r', [V]).
xinteger(V) --> xdigit(D0), xdigits(D), { '$weigh'([D0|D], 16, 0, V) }.
'$weigh'([], _, V, V).
'$weigh'([D|Ds], B, V0, V) :- V1 is V0 * B + D, '$weigh'(Ds, B, V1, V).
xdigits([H|T]) --> xdigit(H), !, xdigits(T).
xdigits([]) --> [].
xdigit(W) --> [C], { code_type(C, xdigit(W)) }.
eos([], []).
eol --> [10], !.
eol --> [13, 10], !.
eol --> eos.
remainder(R, R, []).
prolog_symbol(S) --> [C], { '$symbol_code'(C) }, '$symbol_codes'(T), { atom_codes(S, [C|T]) }.
'$symbol_codes'([H|T]) --> [H], { '$symbol_code'(H) }, !, '$symbol_codes'(T).
'$symbol_codes'([]) --> [].
'$symbol_code'(C) :- memberchk(C, [0'#, 0'$, 0'&, 0'*, 0'+, 0'-, 0'., 0'/, 0':, 0'<, 0'=, 0'>, 0'?, 0'@, 0'\\, 0'^, 0'~]).
csyms --> csym(_), !, csyms.
csyms --> [].
csym(C) --> [C], { code_type(C, csym) }.
prolog_var_name(Name) --> [C0], { code_type(C0, upper) ; C0 == 0'_ }, !, '$csym_codes'(T), { atom_codes(Name, [C0|T]) }.
'$csym_codes'([H|T]) --> csym(H), !, '$csym_codes'(T).
'$csym_codes'([]) --> [].
atom(A, H, T) :- format(codes(H, T), '~a', [A]).
