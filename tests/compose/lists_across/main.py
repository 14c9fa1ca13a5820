"""FL's lists seen from Prolog: as they were when they crossed, without a copy, and themselves again
when they come back."""
import views as m
from polyglot import out, Term
for L in ([1,2,3], [1.5, 2.5], ["a","b"], [None, True, "x"], list(range(100)), [[1,2],[3]], [(1,[2]), "q"], [1, "a", 2.0, [], [[]]], list(range(2000)), ["s%d" % i for i in range(1500)]):
    r = m.id(L, out)
    assert r is L
    assert m.len(L, out) == len(L)
    print(m.hd(L, out), len(m.tl(L, out)), m.eq(L, L), m.un(L, L), m.eq(L, list(L)), m.rev(L, out)[:3])
    f = m.fa(L, out); assert f[0] is L and f[1] is L
    w = m.wrap(L, 7, out); assert w.args[0] is L
    w = m.bound(L, out); assert w.args[0] is L, w
    if len(L) < 50: m.w(L)
    print(m.last2(L, out))
L = [1,2,3]
t = Term("f", L)
L.append(4); L[0] = 9; L.pop(); L.pop(0)
m.w(t); print(L)
L = [[1],[2]]; t = Term("f", L); L[0].append(5); L.append(3); m.w(t); print(L)
big = list(range(1000000))
for i in range(1000): assert m.hd(big, out) == 0
print(m.sum(big, out), m.nest([[3,4]], out))
q = m.query("member(X, L)", L=[1,2,3])
print([s["X"] for s in q])
L=[]; L.append(L); t = Term("f", L); print(m.hd(L, out) is L)
for k in range(3000):
    xs = [k, k+1]
    m.hd(xs, out); xs[0] = 5; xs.append(6); xs[2] = 7
    assert xs == [5, k+1, 7]
xs = []
for k in range(3000):
    xs.append(k); assert m.hd(xs, out) == 0
assert xs == list(range(3000))
