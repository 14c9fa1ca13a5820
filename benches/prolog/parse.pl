% A small grammar of English questions, written as a DCG, on word lists.
run(N) :- times(N), findall(T, sentence(T), Ts), write(Ts), nl.
times(0) :- !.
times(N) :- findall(T, sentence(T), _), M is N - 1, times(M).
sentence(T) :- words(W), phrase(question(T), W).
words([what, rivers, flow, through, every, country, that, borders, the, large, sea]).
words([which, country, borders, every, sea]).
words([does, the, large, river, flow, through, the, small, country]).
question(q(D, N, V)) --> interrogative(D), noun_group(N), verb_group(V).
question(yes_no(N, V)) --> [does], noun_phrase(N), verb_group(V).
interrogative(what) --> [what].
interrogative(which) --> [which].
noun_phrase(np(D, N)) --> determiner(D), noun_group(N).
noun_group(ng(As, N, R)) --> adjectives(As), noun(N), relative(R).
relative(rel(V)) --> [that], verb_group(V).
relative(none) --> [].
adjectives([A|As]) --> adjective(A), adjectives(As).
adjectives([]) --> [].
verb_group(vg(V, P, N)) --> verb(V), preposition(P), noun_phrase(N).
verb_group(vg(V, N)) --> verb(V), noun_phrase(N).
determiner(D) --> [D], { det(D) }.
adjective(A) --> [A], { adj(A) }.
noun(N) --> [W], { noun_of(W, N) }.
verb(V) --> [W], { verb_of(W, V) }.
preposition(through) --> [through].
preposition(into) --> [into].
det(the). det(every). det(a). det(some).
adj(large). adj(small). adj(deep). adj(old).
noun_of(river, river). noun_of(rivers, river). noun_of(country, country).
noun_of(countries, country). noun_of(sea, sea). noun_of(seas, sea).
verb_of(flow, flow). verb_of(flows, flow). verb_of(border, border). verb_of(borders, border).
