from enum import Enum, IntEnum, Flag, IntFlag, StrEnum, auto, unique


class Color(Enum):
    RED = 1
    GREEN = 2
    BLUE = auto()
    CRIMSON = 1

    def describe(self):
        return self.name.lower() + str(self.value)

    @classmethod
    def favourite(cls):
        return cls.GREEN


print(Color.RED, repr(Color.BLUE), Color.CRIMSON is Color.RED, Color(2), Color["BLUE"])
print(list(Color), len(Color), Color.RED in Color, [c.describe() for c in Color])
print(Color.favourite(), sorted(Color.__members__), isinstance(Color.RED, Color), repr(Color))
print({Color.RED: "r"}[Color.RED], Color.RED == 1, Color.RED != Color.GREEN, f"{Color.RED}")
try:
    Color(9)
except ValueError as e:
    print(e)
try:
    Color["PINK"]
except KeyError as e:
    print("KeyError", e)
print(list(reversed(Color)))


class Planet(Enum):
    MERCURY = (3.3, 2.4)
    EARTH = (5.97, 6.37)

    def __init__(self, mass, radius):
        self.mass = mass
        self.radius = radius

    @property
    def ratio(self):
        return round(self.mass / self.radius, 3)


print([(p.name, p.mass, p.ratio) for p in Planet], Planet((3.3, 2.4)))


class Weekday(IntEnum):
    MON = 1
    TUE = 2
    SUN = 7


print(Weekday.MON + 1, Weekday.TUE > Weekday.MON, repr(Weekday.SUN), str(Weekday.SUN), Weekday(7) is Weekday.SUN)
print(sorted([Weekday.SUN, Weekday.MON]), [10, 20, 30][Weekday.MON], "%d" % Weekday.TUE, Weekday.MON == 1)


class Perm(Flag):
    R = auto()
    W = auto()
    X = auto()
    RW = R | W


p = Perm.R | Perm.X
print(p, repr(p), Perm.R in p, Perm.W in p, bool(p & Perm.W), ~p, Perm.RW, list(Perm), list(Perm.RW))
print(p ^ Perm.R, Perm(0), Perm(3) is Perm.RW, len(Perm.RW))


class Bits(IntFlag):
    A = 1
    B = 2
    C = 4


b = Bits.A | Bits.C
print(repr(b), b == 5, b & 4, repr(Bits.A | 2), int(b), str(b))


class Level(StrEnum):
    LOW = auto()
    HIGH = "top"


print(Level.LOW, Level.HIGH == "top", Level("low") is Level.LOW, Level.LOW.upper(), repr(Level.HIGH))


class Auto(Enum):
    def _generate_next_value_(name, start, count, last_values):
        return name.title() + str(count)

    ONE = auto()
    TWO = auto()


print([a.value for a in Auto])


class Found(Enum):
    X = "x"

    @classmethod
    def _missing_(cls, value):
        return cls.X if value == "other" else None


print(Found("other"))
try:
    @unique
    class Twice(Enum):
        A = 1
        B = 1
except ValueError as e:
    print(e)
Animal = Enum("Animal", "CAT DOG")
print(list(Animal), Animal.DOG.value)


class Shape(Enum):
    def area(self):
        return 0


class Square(Shape):
    SMALL = 2
    LARGE = 5

    def area(self):
        return self.value ** 2


print([s.area() for s in Square])
match Color.GREEN:
    case Color.RED:
        print("red")
    case Color.GREEN:
        print("green")
