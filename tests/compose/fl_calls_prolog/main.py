import family
from family import parent
from polyglot import out, Var, Term

print(family.parent("tom", "bob"), family.parent("bob", "tom"))
print(family.parent("tom", out))
print(family.parent("nobody", out))
print(family.parent(out, out))
print(family.no_one(out, out))
print(family.parent.first("tom", out, default="?"))
print(family.parent.first("nobody", out, default="?"))
print(family.nothing.first(out, default="?"))
for x in family.ancestor.all("tom", out):
    print(x, end=" ")
print()
print(list(family.parent.all(out, "ann")))
print(list(family.parent.all("tom", "bob")))
for s in family.query("parent(X, Y), Y \\= Z", Z="ann"):
    print(s["X"], s["Y"], sorted(s))
v = Var()
print(v.bound)
print(family.parent("tom", v), v.bound, v.value)
print(parent("bob", out))
print(getattr(family, "odd-name")(out))
try:
    family.unknown(1)
except AttributeError as e:
    print("AttributeError", e)
for y in family.any_.all(out):
    print(type(y).__name__)
print(family.both(1, out, out, 2.5))
print(family.count)
