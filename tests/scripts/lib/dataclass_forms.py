from dataclasses import (dataclass, field, fields, asdict, astuple, replace, is_dataclass,
                         FrozenInstanceError, InitVar, KW_ONLY, make_dataclass)
from typing import ClassVar, List, Optional


@dataclass
class Point:
    x: int
    y: int = 0
    tags: list = field(default_factory=list, compare=False)
    count: ClassVar[int] = 7

    def norm(self):
        return self.x ** 2 + self.y ** 2


p = Point(3, 4)
q = Point(3, y=4, tags=["a"])
print(p, q, p == q, p.norm(), Point.count, p != Point(1), p == (3, 4))
print([f.name for f in fields(Point)], is_dataclass(p), is_dataclass(Point), is_dataclass(3))
p.tags.append(1)
print(asdict(p), astuple(q), replace(p, x=9))
for args, kwargs in (((), {}), ((1, 2, 3, 4), {}), ((1,), {"z": 2}), ((1,), {"x": 2})):
    try:
        Point(*args, **kwargs)
    except TypeError as e:
        print(e)


@dataclass(order=True, frozen=True)
class Version:
    major: int
    minor: int = 0
    label: str = field(default="", compare=False, repr=False)


v = Version(1, 2)
print(v < Version(1, 3), sorted([Version(2), v]), hash(v) == hash(Version(1, 2, "x")), {v: 1}[Version(1, 2)])
try:
    v.major = 3
except FrozenInstanceError as e:
    print(type(e).__name__, e)
try:
    del v.minor
except FrozenInstanceError as e:
    print(e)
try:
    v < 3
except TypeError:
    print("TypeError")


@dataclass
class Base:
    a: int
    b: str = "b"


@dataclass
class Derived(Base):
    c: float = 1.5
    b: str = "B"


print(Derived(1), Derived(1, "x", 2.0).c, Derived.__match_args__)


@dataclass
class Post:
    width: int
    scale: InitVar[int] = 2
    area: int = field(init=False)
    _: KW_ONLY
    name: str = "n"

    def __post_init__(self, scale):
        self.area = self.width * scale


print(Post(3), Post(3, 5, name="k").area)
try:
    Post(1, 2, "x")
except TypeError:
    print("TypeError")


@dataclass
class Node:
    value: int
    next: Optional["Node"] = None


n = Node(1, Node(2))
print(n, asdict(n))
n.next.next = n
print(n)


@dataclass(eq=False)
class Identity:
    x: int


print(Identity(1) == Identity(1), len({Identity(1), Identity(1)}))
try:
    hash(p)
except TypeError as e:
    print(e)
try:
    @dataclass
    class Bad:
        x: list = []
except ValueError as e:
    print(e)
try:
    @dataclass
    class Worse:
        x: int = 1
        y: int
except TypeError as e:
    print(e)


@dataclass(repr=False)
class Own:
    x: int

    def __repr__(self):
        return "own"

    def __eq__(self, other):
        return True


print(Own(1), Own(1) == Own(2))
C = make_dataclass("C", ["x", ("y", int, 5)])
print(C(1), C(1).y)
match p:
    case Point(x=3, y=yy):
        print("matched", yy)
match v:
    case Version(1, m):
        print("minor", m)
