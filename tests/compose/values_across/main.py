import vals
from polyglot import out, string, Term, Var

big = 10 ** 40
for v in (0, -1, 2 ** 60, 2 ** 62, 2 ** 63, big, -big, 0.5, -0.0, 1e300, float("inf"), "", "a", "é\n", "[]", True, False, None,
          [], [1, [2, []]], (), (1,), ((), "x"), "true", "false", "none", 1, 0, {1: 2}, {1, 2}, b"ab", 3 + 0j if False else 7):
    r = vals.same(v, out)
    print(repr(v), repr(r), type(r).__name__, r is v if not isinstance(v, (int, float, str, tuple)) else "-")
print(vals.shown([True, False, None, "true", (), (1, "a"), [], "A b", 1.0, string("s")], out))
print(vals.is_one(1), vals.is_one(True), vals.is_true(True), vals.is_true("true"), vals.is_true(1))
print(vals.is_empty([]), vals.is_empty("[]"), vals.empty_tuple(()))
print(vals.unit(out), vals.zero_tuple(out), vals.strings(out))
l = [1, 2, 3]
vals.keep(l)
l.append(4)
l[0] = "changed"
print(vals.kept(out), l)
p = vals.build(3, out)
p.append("more")
print(p, vals.build(3, out))
q = vals.shared_list(out)
q[0] = "mine"
print(q, vals.shared_list(out))
print(vals.member_of(2, [1, 2]), vals.member_of("x", ["x"]))
d = {"k": 1}
print(vals.same(d, out) is d, vals.pairs(d, out), vals.get("k", d, out), vals.get("zz", d, out))
print([x for x in vals.get.all(out, {"a": 1, "b": 2}, out)])
print(vals.items({5, 6}, out))
print(vals.make_dict(out))
