import polyglot
from polyglot import out


def make():
    return polyglot.module("prolog", """
        :- dynamic(seen/1).
        note(X) :- assertz(seen(X)).
        all(L) :- findall(X, seen(X), L).
        greet("hello").
    """)


a, b = make(), make()
a.note(1)
a.note("two")
b.note(3)
print(a.all(out), b.all(out), a is b)
print(a.greet(out))
f = polyglot.module("fl", "def double(x):\n    return 2 * x\n")
print(f.double(21))
try:
    polyglot.module("cobol", "")
except ValueError as e:
    print(e)
