# Objects that could stay virtual, escape sometimes, or live long.
class Vec:
    __slots__ = ("x", "y")

    def __init__(self, x, y):
        self.x = x
        self.y = y

    def __add__(self, o):
        return Vec(self.x + o.x, self.y + o.y)

    def __mul__(self, k):
        return Vec(self.x * k, self.y * k)

    def __eq__(self, o):
        return self.x == o.x and self.y == o.y

    def __repr__(self):
        return "Vec(%r, %r)" % (self.x, self.y)


acc = Vec(0, 0.0)
kept = []
for i in range(500):
    acc = acc + Vec(i, 0.5) * 2
    if i % 100 == 99:
        kept.append(acc)
print(acc, kept[0], kept[0] == Vec(9900, 100.0))


class Node:
    def __init__(self, value, next):
        self.value = value
        self.next = next


head = None
for i in range(1000):
    head = Node(i, head)
total, node = 0, head
while node:
    total += node.value
    node = node.next
print(total)
prev = None
node = head
while node is not None:
    node.next, prev, node = prev, node, node.next
print(prev.value, prev.next.next.value)


def pairs(n):
    out = 0
    for i in range(n):
        a, b, *c = (i, i + 1, i + 2, i + 3)
        t = (a, (b, c))
        d = {"a": a, "b": b}
        out += t[1][0] + len(c) + d["a"] + [a, b, a][i % 3]
    return out


print(pairs(400))


def make(i):
    def get():
        return i + offset

    def put(v):
        nonlocal i
        i = v
    offset = i * 2
    return get, put


s = 0
fs = []
for i in range(300):
    get, put = make(i)
    s += get()
    put(1)
    s += get()
    if i % 50 == 0:
        fs.append(get)
print(s, [f() for f in fs])
cycle = []
for i in range(300):
    a, b = [i], {"i": i}
    a.append(b)
    b["a"] = a
    if i % 60 == 0:
        cycle.append(a)
print([c[1]["a"][0] for c in cycle])
buckets = [[] for _ in range(10)]
for i in range(2000):
    buckets[i % 10].append((i, str(i)))
    if len(buckets[i % 10]) > 50:
        buckets[i % 10] = buckets[i % 10][-5:]
print([len(b) for b in buckets], buckets[3][-1])
strings = ""
for i in range(500):
    strings += chr(97 + i % 26)
    if len(strings) > 100:
        strings = strings[50:]
print(strings)
