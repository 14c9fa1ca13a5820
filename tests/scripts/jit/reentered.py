# Machine code that waits below a native while its own tree grows: comparisons of a sort
# and hashes of a dict come back to the function that sorts.


class Key:
    def __init__(self, depth, seed):
        self.depth = depth
        self.seed = seed

    def __lt__(self, other):
        return work(self.depth, self.seed) < work(other.depth, other.seed)

    def __hash__(self):
        return work(self.depth, self.seed)

    def __eq__(self, other):
        return self.seed == other.seed


def work(depth, seed):
    a = seed * 3 + depth
    b = seed ^ depth
    c = seed / 2
    s = "x" * (seed % 4)
    t = (a, b)
    first = second = 0
    if depth > 0:
        keys = [Key(depth - 1, (seed * 7 + i * 5) % 13) for i in range(3)]
        first = sorted(keys)[0].seed
        second = len({k: 1 for k in keys})
    if seed % 2 == 1:
        a += first
    if seed % 3 == 1:
        b += a + second
    if seed % 5 == 2:
        c = c * 2 + first
    if seed % 7 == 3:
        s += str(b)
    if seed % 4 == 3:
        t = (b, len(s))
    if a % 6 == 5:
        b = b * 2 + t[0]
    return (a + b * 2 + int(c * 4) + len(s) + t[1] + first + second) % 1009


total = 0
for turn in range(60):
    total = (total * 31 + work(turn % 4, turn % 13)) % 1000003
    if turn % 10 == 0:
        print(turn, total)
print(total)
