def t(f, *a, **k):
    try:
        r = f(*a, **k)
        print(repr(r))
    except Exception as e:
        print(type(e).__name__, e)
l = [3, 1, 2]
t(l.sort); print(l); t(l.sort, reverse=True); print(l); t(l.sort, key=lambda x: -x); print(l); t(l.extend, (4, 5)); t(l.extend, "ab"); print(l); t(l.insert, 1, "i"); t(l.insert, -100, "f"); t(l.insert, 100, "e"); print(l); t(l.pop, 0); t(l.pop, -2); t(l.index, 1); t(l.index, 1, 2); t(l.count, 1); t(l.remove, "i"); t(l.reverse); print(l); t(l.copy); t(l.clear); print(l)
l = list(range(10)); print(l[2:8:3], l[::-2], l[-3:], l[:-3], l[5:2], l[5:2:-1], l[100:], l[-100:3], l[slice(2, 4)])
l[3:6] = "xyz"; print(l); l[::3] = [0, 0, 0, 0]; print(l); l[5:5] = [1, 2]; print(l); l[:] = l[::-1]; print(l); l[-2:] = []; print(l); del l[1::2]; print(l); l *= 2; print(l); l += "q"; print(l)
m = [[0] * 3 for _ in range(2)]; m[0][1] = 5; print(m); n = [[0] * 2] * 2; n[0][0] = 1; print(n)
print([1, 2] == [1, 2.0], [1, 2] < [1, 3], [1] < [1, 0], [] < [1], [2] > [1, 5], [1, [2]] == [1, [2]], [1] != [1], (1, 2) < (1, 2, 0), (2,) > (1, 9))
a = [1]; a.append(a); print(a, a == a); b = {}; b["b"] = b; print(b); c = ([],); c[0].append(c); print(c)
print(sorted("hello"), sorted([3, 1, 2], reverse=True), sorted(["b", "A", "c"], key=str.lower), sorted([(1, "b"), (1, "a"), (0, "z")]), sorted([1.5, 1, True, 0]), sorted({"b": 1, "a": 2}), sorted([[2], [1, 5], [1]]), sorted("bca", key=ord, reverse=True))
recs = [("a", 3), ("b", 1), ("c", 3), ("d", 2)]; print(sorted(recs, key=lambda r: r[1]), sorted(recs, key=lambda r: r[1], reverse=True), max(recs, key=lambda r: r[1]), min(recs, key=lambda r: r[1]))
t(lambda: sorted([1, "a"])); t(lambda: sorted([None, 1])); t(lambda: sorted([{}, {}])); t(lambda: sorted([1], key=5)); t(lambda: [3, "a", 1].sort()); t(lambda: sorted([1+0j]) if False else 0)
class K:
    def __init__(self, v): self.v = v
    def __lt__(self, o): raise ValueError("cmp")
t(lambda: sorted([K(1), K(2)])); t(lambda: [K(1), K(2)].sort(key=lambda k: k.v))
def badkey(x): raise KeyError("key fn")
t(lambda: sorted([1, 2], key=badkey))
from functools import cmp_to_key
print(sorted([3, 1, 2], key=cmp_to_key(lambda a, b: b - a)))
ll = [1, 2, 3]
def mut(x): ll.append(9); return x
t(lambda: ll.sort(key=mut)); 
d = {"a": 1, "b": 2}
print(d, d.keys(), d.values(), d.items(), list(d.items()), d.get("x"), d.get("x", 0), d.pop("a"), d.pop("zz", None), d.setdefault("n", []), d); t(d.pop, "zz"); d["n"].append(1); print(d, d.popitem(), d, len(d), "b" in d, d.copy(), dict(d, z=1), dict([("p", 1)]), dict(zip("ab", (1, 2))), {**d, "q": 2}, d | {"r": 3}, {"r": 1} | d)
d |= {"w": 5}; d |= [("v", 6)]; print(d); d.update({"x": 1}, y=2); d.update([("z", 3)]); print(d); print({1: "a", True: "b", 1.0: "c"}, {(1, 2): 3}[(1, 2)], {None: 1, "": 2})
t(lambda: {}[1]); t(lambda: {}["k"]); t(lambda: {}[(1, 2)]); t(lambda: {[1]: 2}); t(lambda: {}.popitem()); t(lambda: dict(5)); t(lambda: {1: 2} < {1: 3}); t(lambda: {} | []); t(lambda: d.update(5)); t(lambda: d.update([1])); t(lambda: d.update([(1, 2, 3)]))
def it():
    e = {1: 1, 2: 2}
    for k in e: e[k + 10] = 1
t(it)
def it2():
    e = {1: 1, 2: 2}
    for k in e: del e[k]
t(it2)
def it3():
    e = {1, 2}
    for k in e: e.add(k + 10)
t(it3)
def it4():
    e = {1: 1}
    for k in e: e[k] = 5
    return e
t(it4)
k = d.keys(); print(k & {"x", "nope"} == {"x"}, sorted(k | {"a1"}), "x" in k, len(k), sorted(k - {"x"}), k == set(d), list(reversed(k))[:2], list(reversed(d.values()))[:2], ("x", 1) in d.items(), 1 in d.values(), k.isdisjoint(["q9"]), {"x"} <= k, list(reversed(d))[0]); d.clear(); print(k, d)
print({i: i * i for i in range(3)}, dict.fromkeys("abc"), dict.fromkeys([1, 2], []), {v: k for k, v in {"a": 1}.items()}, list({}.items()), bool({}), str({"a": [1]}), {"a": {"b": {}}})
s = {1, 2, 3}; print(s, len(s), 1 in s, s | {4}, s & {1, 9}, s - {1}, s ^ {1, 7}, s <= {1, 2, 3, 4}, s < s, s >= {1}, s == {1, 2, 3}, s.isdisjoint({9}), s.union([5], (6,)), s.intersection([1, 2], [2]), s.difference([1], [2]), s.symmetric_difference([1, 9]), s.issubset(range(10)), s.issuperset([1]))
s.add(5); s.discard(99); s.remove(5); t(s.remove, 99); s.update([7], {8}); print(s); s &= {1, 7}; print(s); s |= {2}; s -= {7}; s ^= {2, 3}; print(s); s.intersection_update([1]); s.difference_update([1]); print(s, set(), {*()}, frozenset({1}) | {2}, {1} | frozenset({2}), type({1} | frozenset()).__name__, type(frozenset() | {1}).__name__); t(lambda: {1} | [2]); t(lambda: {1} + {2}); t(lambda: {{1}}); t(lambda: {[]}); t(lambda: set([[]])); t(lambda: {1} < [1]); print({frozenset({1, 2}), frozenset({2, 1})}, {1, 1.0, True}, len({"a", "b", "a"}), set("hello") == set("olleh"), {x % 3 for x in range(9)}, sorted(set([3, 1, 3])), {1, 2}.pop() in (1, 2), frozenset("ab") == {"a", "b"}, hash(frozenset([1, 2])) == hash(frozenset([2, 1])))
tt = (1, "a", 2.5); print(tt, tt[0], tt[-1], tt[1:], tt + (1,), tt * 2, len(tt), "a" in tt, tt.index("a"), tt.count(1), (), (1,), tuple("ab"), tuple([1]), tt == (1, "a", 2.5), hash((1, 2)) == hash((1, 2)), (1, 2) + (3,), (0,) * 3, sum((1, 2)), min((3, 1)), sorted((3, 1)), list(reversed((1, 2))), a if False else 0); t(lambda: (1,).foo); t(tt.index, 99); t(lambda: tt[10]); t(lambda: hash(([],)))
def ta(): tt[0] = 1
t(ta)
def td(): del tt[0]
t(td)
r = range(2, 20, 3); print(r, list(r), len(r), r[1], r[-1], r[1:3], r[::-1], 5 in r, 6 in r, r.index(8), r.count(8), r.start, r.stop, r.step, range(0), list(range(5, 0, -2)), range(3) == range(0, 3), range(0) == range(2, 1), hash(range(3)) == hash(range(0, 3)), list(reversed(range(3))), range(10**20)[10**19], len(range(0, 10**12, 7)), 5 in range(10**30), sum(range(101)), max(range(5)), bool(range(0)), range(1, 10)[2:5], range(True)); t(lambda: range(5)[9]); t(lambda: r.index(99)); t(lambda: len(range(10**30)))
def ra(): r[0] = 1
t(ra)
b = b"hello\x00\xff"; print(b, b[0], b[1:3], len(b), b + b"!", b * 2, b"l" in b, 104 in b, b.find(b"l"), b.replace(b"l", b"L"), b.split(b"l"), b.upper(), b.hex(), bytes.fromhex("68 65"), bytes(3), bytes([1, 2]), bytes("é", "utf-8"), b.decode("latin-1"), list(b"ab"), b"a" < b"b", b"abc".startswith(b"a"), b"a,b".partition(b","), b" x ".strip(), b"%d-%s" % (5, b"x"), b"abc".title(), b"ab".center(6, b"*"), b"a\nb".splitlines(), b"abc"[::-1], hash(b"a") == hash(b"a"), b"x".join([b"1", b"2"]), b"abc".index(b"c"), b"aab".count(b"a"), b"ab".isalpha(), b"1".isdigit(), b"a".zfill(3), b"'\"", b"abc".translate(None, b"b"), b"ab".ljust(4) + b"|", b"\t".expandtabs(2), b"AbC".swapcase(), b"abc".rfind(b"c"), b"a-b-c".rsplit(b"-", 1), b"abc".removeprefix(b"a"), b"abc".removesuffix(b"c"), b"abc".endswith((b"c", b"z")))
ba = bytearray(b"abc"); ba[0] = 65; ba.append(100); ba.extend(b"ef"); ba += b"g"; ba.insert(0, 48); print(ba, ba.pop(), ba, ba[1:3], len(ba), ba == b"0Abcdef", bytes(ba), ba.decode(), ba.find(b"c"), ba * 2); del ba[0]; ba[0:2] = b"ZZZ"; ba.remove(100); ba.reverse(); print(ba, ba.hex(), list(ba), ba.upper(), ba.copy(), bytearray(2), bytearray("a", "ascii"), bytearray([1])); t(lambda: ba.append(256)); t(lambda: ba.append("a")); t(lambda: bytes([-1])); t(lambda: b"a"[5]); t(lambda: bytes("a")); t(lambda: b"a".decode("bad")); t(lambda: b"a" + 1); t(lambda: bytes.fromhex("zz")); t(lambda: b"".join("a")); t(lambda: b"a".split("a")); ba.clear(); print(ba)
def bs2(): b"a"[0] = 1
t(bs2)
print(memoryview(b"abc")[1] if False else 98, list(zip([1, 2], "ab")), list(zip()), list(zip([1], [2], [3])), dict(enumerate("ab", 1)), list(enumerate("a", start=5)), list(filter(None, [0, 1, "", "a"])), list(filter(lambda x: x > 1, [1, 2, 3])), list(map(lambda a, b: a + b, [1, 2], [3, 4, 5])), any([0, 1]), all([]), any([]), sum([1, 2], 10), sum([[1], [2]], []), min("b", "a"), max([1, 5, 3], key=lambda x: -x), min([], default="d"), list(reversed("abc")), abs(-3.5), round(2.675, 2), divmod(17, 5), pow(2, 10), hash(1) == hash(1.0), id(l) == id(l), callable(len), bin(5), oct(8), hex(255), chr(97), ord("a"), ascii("é"), repr("é"), isinstance(1, (str, int)), isinstance(True, int), issubclass(bool, int), list(iter(lambda: 5, 5)), next(iter([1])), next(iter([]), "d"), [*zip(*[(1, 2), (3, 4)])], type(5) is int, len("abc"), 1)
t(lambda: list(zip([1, 2], [1], strict=True))); t(lambda: list(zip([1], [1, 2], strict=True))); t(lambda: next(iter([]))); t(lambda: min(5)); t(lambda: max([], key=len)); t(lambda: sum("ab")); t(lambda: sum([1], "a")); t(lambda: reversed({1: 2}.items()) and 1); t(lambda: list(map(None, [1]))); t(lambda: isinstance(1, [int])); t(lambda: int | str); print(isinstance(1, int | str), isinstance(None, int | None), issubclass(int, int | str), int | None, type(int | str).__name__, list[int] == list[int])
x = slice(1, 10, 2); print(x, x.start, x.stop, x.step, x.indices(5), slice(None).indices(3), slice(-3, None).indices(10), slice(3), x == slice(1, 10, 2)); t(lambda: hash(x)); t(lambda: slice(1, 2, 0).indices(3)); t(lambda: slice())
