from __future__ import annotations
from typing import (Any, Callable, Dict, Final, Generic, Iterable, List, Literal, NewType, Optional,
                    Protocol, Tuple, TypedDict, TypeVar, Union, cast, overload, runtime_checkable, TYPE_CHECKING)
from abc import ABC, abstractmethod
import abc

T = TypeVar("T")
UserId = NewType("UserId", int)
Vector = List[float]
Pair = Tuple[int, str]
Handler = Callable[[int], Optional[str]]


class Stack(Generic[T]):
    def __init__(self) -> None:
        self.items: List[T] = []

    def push(self, item: T) -> None:
        self.items.append(item)

    def pop(self) -> T:
        return self.items.pop()


s: Stack[int] = Stack()
s.push(1)
t = Stack[str]()
t.push("x")
print(s.pop(), t.pop(), UserId(5) + 1, cast(int, "still text"), TYPE_CHECKING)


@runtime_checkable
class Closeable(Protocol):
    def close(self) -> None: ...


class File:
    def close(self):
        return None


print(isinstance(File(), Closeable), isinstance(3, Closeable))


class Movie(TypedDict, total=False):
    name: str
    year: int


m: Movie = {"name": "x", "year": 3}
print(m["name"], Movie(name="y"))


@overload
def f(x: int) -> int: ...
@overload
def f(x: str) -> str: ...
def f(x):
    return x * 2


LIMIT: Final = 3
mode: Literal["r", "w"] = "r"
print(f(2), f("a"), LIMIT, mode)


class Shape(ABC):
    @abstractmethod
    def area(self): ...

    @property
    @abstractmethod
    def name(self): ...

    def show(self):
        return f"{self.name}: {self.area()}"

    @staticmethod
    def unit():
        return "cm"


class Square(Shape):
    def __init__(self, side):
        self.side = side

    def area(self):
        return self.side ** 2

    @property
    def name(self):
        return "square"


class Partial(Shape):
    def area(self):
        return 0


print(Square(3).show(), Square.unit(), isinstance(Square(1), Shape), issubclass(Partial, Shape))
for cls in (Shape, Partial):
    try:
        cls()
    except TypeError as e:
        print(e)


@Shape.register
class Foreign:
    pass


print(isinstance(Foreign(), Shape), issubclass(Foreign, Shape), isinstance(3, Shape))


class Sized2(ABC):
    @classmethod
    def __subclasshook__(cls, other):
        return hasattr(other, "size")


class Has:
    size = 1


print(isinstance(Has(), Sized2), isinstance(4, Sized2))


class Base(abc.ABC):
    @classmethod
    @abc.abstractmethod
    def make(cls): ...


class Impl(Base):
    @classmethod
    def make(cls):
        return cls()


print(type(Impl.make()).__name__)
