# Variables, fields and lists whose types change while loops are hot.
def accumulate(values, start):
    total = start
    for v in values:
        total = total + v
    return total


print(accumulate(range(200), 0), accumulate([0.5] * 200, 0), accumulate(range(200), 1.5))
print(accumulate(["ab"] * 100, "")[-6:], accumulate([[1], [2]] * 60, [])[-3:], accumulate([True] * 150, 0))
mixed = [i if i % 17 else i * 0.5 for i in range(300)]
print(accumulate(mixed, 0), accumulate(mixed, 10 ** 20))


class Box:
    def __init__(self, v):
        self.v = v


def bump(box, n):
    for i in range(n):
        if i == n - 10:
            box.v = float(box.v)
        box.v = box.v + 1
    return box.v


print(bump(Box(1), 300), bump(Box(2.5), 200), bump(Box(2 ** 62), 300))


def fill(n, at, odd):
    out = []
    for i in range(n):
        out.append(odd if i == at else i)
    return out


for odd in (1.5, "s", None, 2 ** 70, [1], True):
    out = fill(250, 200, odd)
    print(out[198:203], len(out), out.index(odd) if odd == odd else -1)
zeros = [0] * 100
for i in range(300):
    if i < 150:
        zeros[i % 100] += i
    elif i < 250:
        zeros[i % 100] += 0.5
    else:
        zeros[i % 100] = str(zeros[i % 100])
print(zeros[:3], zeros[48:53], zeros[97:])
d = {}
for i in range(400):
    key = i if i < 200 else "k%d" % (i % 50) if i < 300 else (i % 20, 1.5)
    d[key] = d.get(key, 0) + i
print(len(d), d[5], d["k7"], d[(3, 1.5)])
s = set()
for i in range(300):
    s.add(i % 60 if i < 200 else str(i % 30))
print(len(s), 59 in s, "29" in s)
x = None
for i in range(300):
    if x is None:
        x = i
    elif isinstance(x, int):
        x = str(x)
    elif isinstance(x, str):
        x = [x]
    else:
        x = None
print(x)
