from collections import namedtuple, OrderedDict, Counter, ChainMap, UserDict, UserList, defaultdict
from collections.abc import (Iterable, Iterator, Mapping, Sequence, Hashable, Callable, Sized,
                             MutableMapping, MutableSequence, Set, Container, Generator)
from typing import NamedTuple

Point = namedtuple("Point", "x y")
p = Point(1, y=2)
x, y = p
print(p, p.x + p[1], x, y, p._replace(x=9), p._asdict(), Point._fields, p == (1, 2), hash(p) == hash((1, 2)))
print(Point._make([5, 6]), isinstance(p, tuple), len(p), sorted([Point(2, 1), Point(1, 5)]), p + (3,))
D = namedtuple("D", ["a", "b", "c"], defaults=[10, 20])
print(D(1), D(1, 2), D._field_defaults, D(1, c=5))
for args, kwargs in (((), {}), ((1, 2, 3), {}), ((1,), {"z": 1}), ((1,), {"x": 1})):
    try:
        Point(*args, **kwargs)
    except TypeError as e:
        print(e)
try:
    p.x = 5
except AttributeError:
    print("AttributeError")
for bad in ("a a", "class", "_x", "1a"):
    try:
        namedtuple("T", bad)
    except ValueError as e:
        print(e)
print(namedtuple("R", "a class a", rename=True)._fields)


class Vec(Point):
    def length2(self):
        return self.x ** 2 + self.y ** 2


print(Vec(3, 4), Vec(3, 4).length2())


class Employee(NamedTuple):
    name: str
    id: int = 3

    def tag(self):
        return f"{self.name}#{self.id}"


e = Employee("Ann")
print(e, e.tag(), e.id, Employee("B", 4)._replace(id=8), e == ("Ann", 3))

od = OrderedDict([("a", 1), ("b", 2), ("c", 3)])
od.move_to_end("a")
print(od, list(od), od.popitem(last=False), od.popitem(), od == OrderedDict(a=1), od == {"a": 1})
od["z"] = 0
od.move_to_end("z", last=False)
print(od, OrderedDict(a=1, b=2) == OrderedDict(b=2, a=1), OrderedDict(a=1, b=2) == dict(b=2, a=1))
print(OrderedDict.fromkeys("abc", 0), list(reversed(od)), OrderedDict())

c = Counter("abracadabra")
print(c, c.most_common(2), c["zz"], sum(c.values()), c.total(), sorted(c.elements())[:4])
c.update("aaa")
c.subtract({"a": 1, "q": 2})
print(c["a"], c["q"], +c, -c)
d = Counter(a=3, b=1)
e = Counter(a=1, b=2, c=1)
print(d + e, d - e, d & e, d | e, d == Counter(a=3, b=1), d <= Counter(a=3, b=2), Counter(a=0) == Counter())
d += e
print(d)
d -= Counter(a=4)
print(d, "a" in d, Counter([1, 1, 2]), Counter(), list(Counter(x=2, y=1)))
del d["nothing"]

cm = ChainMap({"a": 1}, {"a": 2, "b": 3})
cm["c"] = 4
print(cm, cm["a"], cm["b"], len(cm), sorted(cm), cm.maps[0], "b" in cm, cm.get("q", 0), dict(cm) == {"a": 1, "b": 3, "c": 4})
child = cm.new_child({"a": 0})
print(child["a"], child.parents["a"], list(child))
try:
    del cm["b"]
except KeyError as e:
    print(e)


class Upper(UserDict):
    def __setitem__(self, key, value):
        super().__setitem__(key.upper(), value)


u = Upper(a=1)
u.update({"b": 2})
print(u, u["A"], "B" in u, len(u), sorted(u.keys()), u.pop("A"), u)


class Stack(UserList):
    def top(self):
        return self[-1]


s = Stack([1, 2])
s.append(3)
print(s, s.top(), s[1:], len(s), s + [4])

checks = [Iterable, Iterator, Mapping, Sequence, Hashable, Callable, Sized, MutableMapping,
          MutableSequence, Set, Container, Generator]
for value in ([], {}, (), "s", {1}, 3, len, iter([]), (i for i in "a"), range(3), p, od, cm and c):
    print(type(value).__name__, [k.__name__ for k in checks if isinstance(value, k)])
print(issubclass(list, Sequence), issubclass(dict, Sequence), issubclass(int, Hashable), issubclass(list, Hashable))


class Registry(MutableMapping):
    def __init__(self):
        self.data = {}

    def __getitem__(self, k):
        return self.data[k]

    def __setitem__(self, k, v):
        self.data[k] = v

    def __delitem__(self, k):
        del self.data[k]

    def __iter__(self):
        return iter(self.data)

    def __len__(self):
        return len(self.data)


r = Registry()
r["x"] = 1
r.update(y=2, z=3)
print(list(r.items()), r.pop("x"), r.get("x"), r.setdefault("w", 9), "y" in r, dict(r), list(r.values()), list(r.keys()))
print(isinstance(r, Mapping), r == {"y": 2, "z": 3, "w": 9}, r.pop("none", 5), len(r.keys()))
r.clear()
print(len(r), bool(r))


class Deck(Sequence):
    def __init__(self, items):
        self.items = items

    def __getitem__(self, i):
        return self.items[i]

    def __len__(self):
        return len(self.items)


deck = Deck([4, 5, 6, 5])
print(list(deck), 5 in deck, deck.index(6), deck.count(5), list(reversed(deck)))
try:
    class Half(Sequence):
        def __len__(self):
            return 0
    Half()
except TypeError as e:
    print(e)
dd = defaultdict(list)
dd["k"].append(1)
print(isinstance(dd, Mapping), dict(dd))
