import trees
from polyglot import Term, Var, out, string
import polyglot

t = Term("add", 1, Term("mul", "x", 2))
print(t, repr(t), t.name, t.args[0], t.args[1].args)
print(t == Term("add", 1, Term("mul", "x", 2)), t == Term("add", 1, 2), t == 3)
print(hash(t) == hash(Term("add", 1, Term("mul", "x", 2))))


def value(t, env):
    match t:
        case Term("add", (l, r)):
            return value(l, env) + value(r, env)
        case Term("mul", (l, r)):
            return value(l, env) * value(r, env)
        case str():
            return env[t]
        case _:
            return t


print(value(t, {"x": 10}))
print(trees.simplify(Term("add", 0, "y"), out))
print(trees.simplify(Term("mul", 1, Term("add", 0, "z")), out))
partial = trees.partial(out)
print(type(partial).__name__, partial.name, len(partial.args), [type(a).__name__ for a in partial.args])
v = partial.args[0]
print(trees.same(v, 5), v.bound, v.value, partial.args)
print(trees.kind("text", out), trees.kind(string("text"), out), trees.kind(1, out), trees.kind(1.5, out),
      trees.kind([1], out), trees.kind((1, 2), out), trees.kind(None, out), trees.kind(True, out),
      trees.kind({}, out), trees.kind(10 ** 30, out))
print(trees.a_string(out), trees.empty(out), trees.nested(out), trees.pair(out), trees.truth(out), trees.none(out))
print(Term("'odd name'", "A b"), repr(Term("f", "A b", "it's")))
print(trees.partial_list(out).name)
d = {"k": [1, 2]}
l = [d, (1, "a"), None]
print(trees.same_object(l, out) is l, trees.same_object(d, out) is d, trees.same_object(len, out) is len)
f = trees.same_object(Term("f", 1), out)
print(f == Term("f", 1))
s = {Term("a", 1): "one"}
print(s[Term("a", 1)])
try:
    Var().value
except ValueError as e:
    print("ValueError", e)
print(trees.deep(20, out))
print(isinstance(t, Term), isinstance(Var(), Var), isinstance(3, Term))

# A list without an end is no list.
print(isinstance(trees.endless(out), Term), isinstance(trees.endless_words(out), Term))
