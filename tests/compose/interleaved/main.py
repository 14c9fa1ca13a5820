import n
from polyglot import out, Var, QueryError

qs = [n.num.all(5, out) for _ in range(4)]
got = []
for step in range(7):
    for k in (2, 0, 3, 1):
        if (step + k) % 3 != 0:
            got.append((k, next(qs[k], None)))
print(got)
qs[3].close()
print(list(qs[0]), list(qs[3]))

# Closed in any order, half-way through.
qs = [n.noisy.all(name, out) for name in "abcd"]
for q in qs:
    next(q)
for i in (1, 3, 0, 2):
    qs[i].close()

# A query that drives another one.
outer = n.num.all(3, out)
def driver():
    for x in outer:
        yield x
print(list(n.pull.all(driver, out)))

# Driven from inside another query of the same predicate.
print(n.sum_all(n.num.all(10, out), out))

q = n.num.all(2, out)
def itself():
    return next(q)
q2 = n.calls.all(itself, out)
print(next(q2), next(q2, None))
r = None
def again():
    return next(r)
r = n.calls.all(again, out)
try:
    next(r)
except QueryError as e:
    print("QueryError:", e)
v, w = Var(), Var()
a, b = n.num.all(3, v), n.num.all(3, w)
print(next(a), next(b), v.value, w.value, next(a), v.value, w.value)
b.close()
print(v.bound, w.bound)
a.close()
print(v.bound)
