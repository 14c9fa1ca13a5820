# Globals, classes, methods and fields redefined under compiled loops.
def step(x):
    return x + 1


def loop(n):
    x = 0
    for i in range(n):
        x = step(x)
        if i == change_at:
            swap()
    return x


def swap():
    global step
    old = step
    step = lambda x: old(x) + 10


change_at = 200
print(loop(400))
change_at = -1
print(loop(300))


class A:
    rate = 2

    def value(self):
        return self.rate

    def other(self):
        return 100


def total(objects, n, act=None):
    out = 0
    for i in range(n):
        for o in objects:
            out += o.value()
        if i == n // 2 and act:
            act()
    return out


a, b = A(), A()
print(total([a, b], 200))


def change_class():
    A.rate = 5


print(total([a, b], 200, change_class))


def shadow():
    a.rate = 7


print(total([a, b], 200, shadow))


def replace_method():
    A.value = lambda self: self.other()


print(total([a, b], 200, replace_method))


def own_method():
    b.value = lambda: -1


print(total([a, b], 200, own_method))


class B(A):
    def value(self):
        return super().value() + 1


class C(B):
    def value(self):
        return super().value() * 2


objs = [A(), B(), C()]
print(total(objs, 150), total([C(), C()], 150), total(objs + [B()], 150))
A.extra = 1
for i in range(300):
    o = objs[i % 3]
    setattr(o, "f%d" % (i % 5), i)
    if hasattr(o, "f9"):
        print("never")
print([sorted(o.__dict__.items()) for o in objs])
del A.extra
print(hasattr(objs[0], "extra"))
counter = 0


def tick():
    global counter
    counter += 1


for i in range(500):
    tick()
    if i == 300:
        counter = 0.5
print(counter)
