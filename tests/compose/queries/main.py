import numbers_pl as n
from polyglot import out, Var, QueryError

a = n.between3.all(out)
b = n.letter.all(out)
print(next(a), next(b), next(a), next(b), next(b), next(a))
print(next(a, "end"), next(a, "end"), next(b, "end"))
q = n.between3.all(out)
print(next(q))
q.close()
print(list(q))
q.close()
with n.query("between3(X), letter(Y)") as q:
    for s in q:
        print(s)
        if s["X"] == 2:
            break
print(next(q, "closed"))


def first_big(limit):
    for x in n.noisy.all(out):
        if x >= limit:
            return x


print(first_big(2))
for x in n.noisy.all(out):
    print(x)
    break
try:
    for x in n.noisy.all(out):
        raise KeyError(x)
except KeyError as e:
    print("KeyError", e)
v = Var()
for _ in n.between3.all(v):
    print(v.value, end=" ")
print(v.bound)
q1 = n.between3.all(v)
q2 = n.between3.all(v)
print(next(q1), v.value)
try:
    next(q2)
except QueryError as e:
    print("QueryError:", e)
q1.close()
print(v.bound)
print(sum(n.upto.all(1000, out)))
terms = list(n.terms.all(out))
print(terms, terms[0].args[0] is terms[0].args[0])
print([x + y for x in n.between3.all(out) for y in n.between3.all(out)])
depth = 0


def nested(k):
    if k == 0:
        return 1
    return sum(nested(k - 1) for _ in n.between3.all(out))


print(nested(4))
