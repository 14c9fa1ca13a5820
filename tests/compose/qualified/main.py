"""Names and arities of predicates; texts; where foreign modules are qualified."""
import rules
import polyglot
from polyglot import out

# One attribute for all arities, and names that are no identifiers.
print(rules.area(2, out), rules.area(2, 3, out), rules.area())
print(getattr(rules, "an odd name")(out), getattr(rules, "+")(1, 2, out))
# A foreign module's members are called qualified only.
print(rules.qualified(3, out))
try:
    rules.plain(3, out)
except AttributeError as e:
    print(type(e).__name__, e)
# Its other members are found there, as its file says.
try:
    rules.missing(out)
except AttributeError as e:
    print(type(e).__name__, e)
# Text in double quotes is an atom where FL gives the text, a string in Prolog's own files.
text = polyglot.module("prolog", 'kind(K) :- X = "a b", ( atom(X) -> K = atom ; K = other ).')
print(text.kind(out), rules.kind(out), [s["K"] for s in rules.query('X = "a b", ( atom(X) -> K = atom ; K = other )')])
# Variables and partial terms in FL's own values.
v = polyglot.Var()
box = {"v": [v, polyglot.Term("p", v)]}
print(rules.fill(box["v"], 5), box["v"][0].value, box["v"][1], {v.value: 1})
