def t(f, *a, **k):
    try:
        r = f(*a, **k)
        print(repr(r))
    except Exception as e:
        print(type(e).__name__, e)
from dataclasses import dataclass, field, fields, asdict, astuple, replace, is_dataclass, FrozenInstanceError, KW_ONLY, InitVar, make_dataclass
from typing import ClassVar, List, Optional
@dataclass
class P:
    x: int
    y: float = 2.5
    tags: list = field(default_factory=list)
    _c: ClassVar[int] = 0
    hidden: str = field(default="h", repr=False, compare=False)
p = P(1); q = P(1, 2.5); print(p, q, p == q, p != P(2), [f.name for f in fields(P)], asdict(p), astuple(p), replace(p, x=9), is_dataclass(P), is_dataclass(p), P.__match_args__, P.y)
p.tags.append(1); print(p.tags, q.tags, p == q)
t(lambda: P()); t(lambda: P(1, 2, 3, 4, 5)); t(lambda: P(z=1)); t(lambda: hash(p)); t(lambda: p < q)
@dataclass(frozen=True, order=True)
class F:
    a: int
    b: str = "z"
f = F(1); print(f, hash(f) == hash(F(1)), f < F(2), F(1, "a") < F(1, "b"), sorted([F(3), F(1)]), {f: 1}[F(1)], max(F(1), F(5)))
def setf(): f.a = 5
t(setf)
def delf(): del f.a
t(delf); t(lambda: f < 5)
@dataclass
class Base:
    a: int
    b: int = 1
@dataclass
class Derived(Base):
    c: int = 3
    def __post_init__(self): self.total = self.a + self.b + self.c
d = Derived(1); print(d, d.total, isinstance(d, Base), [f.name for f in fields(d)], Derived(1, c=5))
@dataclass(eq=False)
class NoEq: x: int
print(NoEq(1) == NoEq(1), hash(NoEq(1)) is not None)
@dataclass(unsafe_hash=True)
class UH: x: int
print(hash(UH(1)) == hash(UH(1)))
@dataclass
class IV:
    x: int
    scale: InitVar[int] = 2
    y: int = field(init=False)
    def __post_init__(self, scale): self.y = self.x * scale
print(IV(3), IV(3, 10).y)
@dataclass(kw_only=True)
class KW: a: int; b: int = 2
print(KW(a=1)); t(lambda: KW(1))
@dataclass
class KO:
    a: int
    _: KW_ONLY
    b: int = 5
print(KO(1, b=2)); t(lambda: KO(1, 2))
@dataclass(slots=True)
class SL: x: int; y: int = 0
s = SL(1); print(s, hasattr(s, "__dict__"))
@dataclass
class Nest: p: P; l: List[P]; o: Optional[int] = None
n = Nest(P(1), [P(2)]); print(n, asdict(n))
def bad():
    @dataclass
    class B: x: list = []
t(bad)
def bad2():
    @dataclass
    class B:
        x: int = 1
        y: int
t(bad2)
@dataclass(repr=False)
class NR: x: int
print(repr(NR(1)).startswith("<__main__.NR object"))
@dataclass
class Rec: name: str; kids: list = field(default_factory=list)
r = Rec("a"); r.kids.append(r); print(r)
C = make_dataclass("C", ["x", ("y", int, 5)]); print(C(1), C(1).y)
match P(1, 2.0):
    case P(x, y): print(x, y)
print(fields(P)[0].type, fields(P)[1].default, fields(P)[0].name)
print(P.__doc__, P.__init__.__name__, P.__eq__.__name__)
