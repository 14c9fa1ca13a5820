import facts
from polyglot import out, Var, Term, PrologError

# Text in double quotes is an atom; values are bound, never pasted.
print(list(facts.query('kind("an atom", K)')))
evil = "x), halt, (true"
print(list(facts.query("kind(X, K)", X=evil)))
print(list(facts.query("X = Y", X=Term("f", "a"))))
# Variables that start with _ are not answers.
print([sorted(s) for s in facts.query("pair(_A, B), _C = B")])
print(list(facts.query("pair(a, _)")), list(facts.query("pair(zz, _)")))
# Control constructs and operators.
print([s["X"] for s in facts.query("member(X, [1, 2, 3, 4]), ( X mod 2 =:= 0 -> true ; X > 2 )")])
print([s["L"] for s in facts.query("findall(A-B, pair(A, B), L)")])
# An output that stays unbound is a Var; partial terms keep their variables.
for s in facts.query("X = f(Y, Z), Z = 1"):
    print(type(s["Y"]).__name__, s["Z"], s["X"].args[0] is s["Y"], s["X"].args[1])
# What was delivered keeps its meaning when the query moves on.
terms = []
for s in facts.query("member(N, [1, 2]), T = t(N, U), ( N = 1, U = one ; N = 2 )"):
    terms.append(s["T"])
print(terms[0], terms[0].args, terms[1].name, type(terms[1].args[1]).__name__)
q = facts.query("pair(X, Y)")
print(next(q)["X"], next(q, None) is not None, next(q, None), next(q, None))
with facts.query("pair(X, _)") as q:
    print(next(q))
print(next(q, "closed"))
try:
    facts.query("foo(")
except PrologError as e:
    print(type(e).__name__, e.term.name)
