import vt
from polyglot import Term, Var, out

v = Var()
t = Term("point", v, [1, v])
print(vt.bind_x(t, 7), v.bound, v.value, t)
w = Var()
print(vt.same_var(w, w), vt.same_var(Var(), Var()), w.bound)
a, b = Var(), Var()
print(vt.unify(a, b), a.bound, b.bound)
print(vt.unify(a, 3), b.bound, b.value)
c = Var()
print(vt.fails_after_binding(c), c.bound)
x = vt.partial(out)
print(type(x).__name__, x.name, type(x.args[1]).__name__)
print(vt.finish(x), x)
l = vt.open_list(out)
print(type(l).__name__, l.name)
print(vt.close_list(l), vt.length_of(l, out))


def shape(t):
    match t:
        case Term("circle", (r,)):
            return "circle %s" % r
        case Term("rect", (w, h)) if w == h:
            return "square"
        case Term("rect", (w, h)):
            return "rect %s %s" % (w, h)
        case Term(name, args):
            return "%s/%d" % (name, len(args))
        case Var():
            return "variable"
        case [first, *rest]:
            return "list of %s" % first
        case _:
            return "other"


print([shape(s) for s in vt.shapes(out)])
print(Term("a", 1) == Term("a", 1), Term("a", 1) != Term("a", 2), Term("a", [1]) == Term("a", [1]))
print(len({Term("a", 1), Term("a", 1), Term("b")}))
print(Term("foo"), Term("a b", "C", 1.5), repr(Term("+", 1, Term("*", "x", 2))))
