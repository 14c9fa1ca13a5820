def t(f, *a, **k):
    try:
        r = f(*a, **k)
        print(repr(r))
    except Exception as e:
        print(type(e).__name__, e)
from enum import Enum, IntEnum, Flag, IntFlag, auto, unique, StrEnum
class Color(Enum):
    RED = 1
    GREEN = 2
    BLUE = 3
    CRIMSON = 1
print(Color.RED, repr(Color.RED), Color.RED.name, Color.RED.value, Color(2), Color["BLUE"], Color.CRIMSON is Color.RED, list(Color), len(Color), Color.RED in Color, type(Color.RED), Color.RED == 1, Color.RED == Color.RED, Color.RED != Color.BLUE, {Color.RED: "r"}[Color.RED], hash(Color.RED) == hash(Color.RED), isinstance(Color.RED, Color), Color.__members__, [c.name for c in Color], Color.RED is Color(1), bool(Color.RED), f"{Color.RED}", "%s" % Color.RED, str(Color.RED), Color.__name__, repr(Color))
t(lambda: Color(9)); t(lambda: Color["NOPE"]); t(lambda: Color.NOPE); t(lambda: Color.RED < Color.BLUE);
def seta(): Color.RED = 5
t(seta)
def sub():
    class X(Color): pass
t(sub)
class A(Enum):
    X = auto(); Y = auto(); Z = "z"
print(list(A), A.Y.value)
class N(IntEnum):
    LOW = 1
    HIGH = 10
print(N.LOW, repr(N.LOW), N.LOW + 1, N.HIGH > N.LOW, N.HIGH == 10, sorted([N.HIGH, N.LOW]), N(10), int(N.HIGH), f"{N.LOW}", f"{N.LOW:03d}", "%d" % N.HIGH, [10, 20][N.LOW], max(N), N.LOW < 5, isinstance(N.LOW, int), N.LOW * 2.5, {1: "a"}[N.LOW], sum(N), range(N.HIGH), str(N.LOW))
class Pl(Enum):
    E = (5.9, 6.3)
    M = (0.6, 3.3)
    def __init__(self, mass, radius): self.mass = mass; self.radius = radius
    @property
    def d(self): return round(self.mass / self.radius, 3)
    @classmethod
    def first(cls): return next(iter(cls))
    @staticmethod
    def s(): return "st"
    def __str__(self): return "planet " + self.name
print(Pl.E.mass, Pl.M.d, Pl.first(), Pl.s(), Pl.E.value, Pl((0.6, 3.3)), repr(Pl.E))
class Fl(Flag):
    R = auto(); W = auto(); X = auto()
    RW = R | W
x = Fl.R | Fl.X; print(x, repr(x), Fl.R in x, Fl.W in x, x & Fl.R, x ^ Fl.R, ~Fl.R, Fl.RW, Fl(0), bool(Fl(0)), list(x), x.value, Fl.R | Fl.W == Fl.RW, Fl.R.value, Fl.X.value, len(x), Fl.RW.name, x.name)
class IF(IntFlag): A = 1; B = 2
print(IF.A | IF.B, IF.A | 4, (IF.A | IF.B) == 3, IF.A + 1, repr(IF.A | IF.B), IF(3) & 1)
class S(StrEnum): A = auto(); B = "bee"
print(S.A, S.B, repr(S.A), S.A == "a", S.B.upper(), f"{S.B}!", "x" + S.A)
class SE(str, Enum): A = "aa"; B = "bb"
print(SE.A, SE.A == "aa", SE.A.value, SE("bb"), SE.A.upper(), repr(SE.A))
def dup():
    @unique
    class D(Enum): A = 1; B = 1
t(dup)
F = Enum("F", "A B C"); print(list(F), F.B.value, F["C"]); G = Enum("G", ["X", "Y"]); print(list(G)); H = Enum("H", {"p": 10, "q": 20}); print(list(H), IntEnum("I", "a b").b + 1)
class Meth(Enum):
    ADD = "+"
    SUB = "-"
    def apply(self, a, b): return a + b if self is Meth.ADD else a - b
    @classmethod
    def _missing_(cls, v):
        for m in cls:
            if m.name.lower() == v: return m
print(Meth.ADD.apply(2, 1), Meth("sub"), Meth("+"))
t(lambda: Meth("zz"))
match Color.RED:
    case Color.GREEN: print("g")
    case Color.RED: print("r")
class Ordered(Enum):
    def __lt__(self, o): return self.value < o.value
    A = 2; B = 1
print(sorted(Ordered), min(Ordered))
class Mixed(Enum):
    @property
    def label(self): return self.name.title()
    FIRST_ONE = 1
    _ignore_ = ["tmp"]
    tmp = 5
print(Mixed.FIRST_ONE.label, list(Mixed))
class Auto2(Enum):
    @staticmethod
    def _generate_next_value_(name, start, count, last): return name.lower()
    AA = auto(); BB = auto()
print([m.value for m in Auto2], list(reversed(Color)), Color.RED.__class__.__name__, dir(Color.RED)[:0], [*Color][0])
import copy
print(copy.copy(Color.RED) is Color.RED, copy.deepcopy([Color.RED])[0] is Color.RED, Color.RED in {Color.RED}, Color.RED in [1, Color.RED], Color.RED.value.__class__)
print({c: c.value for c in Color}, dict(zip(Color, "abc")), tuple(Color), Color.BLUE.name.lower(), any(c.value > 2 for c in Color), isinstance(Color, type), issubclass(N, int), callable(Color))
