import noisy
from polyglot import out


def gen(name, n=3):
    try:
        for i in range(n):
            yield i
    finally:
        print("closed", name)


def first_of(it):
    for i, x in enumerate(it):
        return x


for x in gen("a"):
    break
print("after a")
for i, x in enumerate(gen("b")):
    break
print("after b")
for x, y in zip(gen("c"), gen("d")):
    break
print("after c d")
for x in (y * 2 for y in gen("e")):
    break
print("after e")
for x in map(str, filter(None, gen("f"))):
    break
print("after f")
try:
    l = [1 // x for x in gen("g")]
except ZeroDivisionError:
    print("after g")
try:
    l = {1 // x for x in gen("h")}
except ZeroDivisionError:
    print("after h")
try:
    l = sum(1 // x for x in gen("i"))
except ZeroDivisionError:
    print("after i")
print(any(x == 1 for x in gen("j")), "after j")
for i, x in enumerate(noisy.many.all("q1", out)):
    break
print("after q1")
try:
    l = [1 // (x - 1) for x in noisy.many.all("q2", out)]
except ZeroDivisionError:
    print("after q2")
for x in noisy.many.all("q3", out):
    for y in noisy.many.all("q4", out):
        if y == 2:
            break
    print("after q4")
    break
print("after q3")


def leave():
    for x in noisy.many.all("q5", out):
        for y in gen("k"):
            return x + y


print(leave())
held = gen("held")
for x in held:
    break
print("held open", next(held))
held.close()
q = noisy.many.all("q6", out)
for x in q:
    break
print("q6 open", next(q))
q.close()


def yields_from():
    try:
        yield from gen("l")
    finally:
        print("outer l")


for x in yields_from():
    break
print("after l")
print(noisy.nest(gen, out))
for x in noisy.nested_all.all(gen, out):
    print(x)
    break
print("end")
