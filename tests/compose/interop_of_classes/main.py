import geometry
from polyglot import out


class Shape:
    def __init__(self, name, w, h):
        self.name = name
        self.w = w
        self.h = h

    def area(self):
        return self.w * self.h

    def sides(self):
        yield self.w
        yield self.h
        yield self.w
        yield self.h


shapes = [Shape("a", 1, 2), Shape("b", 3, 4), Shape("c", 2, 2)]
print(geometry.largest(shapes, out).name)
print(geometry.perimeter(shapes[1], out))
print(geometry.squares(shapes, out))
print(geometry.widen(shapes[0], 10), shapes[0].w)
print(geometry.apply(lambda x, y: x * y, 6, 7, out))
print([x.name for x in geometry.pick.all(shapes, out)])
print(geometry.keyed({"x": 1, "y": [2, 3]}, out))
print(geometry.build(out))
gen = geometry.opaque((i * i for i in range(3)), out)
print(list(gen))
