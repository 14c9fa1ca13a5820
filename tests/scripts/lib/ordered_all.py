import heapq
import bisect
import operator
from operator import itemgetter, attrgetter, methodcaller

data = [5, 1, 8, 3, 9, 2, 7, 3]
h = list(data)
heapq.heapify(h)
print(h[0], [heapq.heappop(h) for _ in range(len(data))])
for v in data:
    heapq.heappush(h, v)
print(heapq.heappushpop(h, 0), heapq.heappushpop(h, 4), heapq.heapreplace(h, 10), sorted(h))
print(heapq.nlargest(3, data), heapq.nsmallest(3, data), heapq.nlargest(2, ["aa", "b", "cccc"], key=len), heapq.nsmallest(0, data))
print(list(heapq.merge([1, 4, 7], [2, 5], [], [3, 6])), list(heapq.merge(["b", "aa"], ["c", "bbb"], key=len)))
print(list(heapq.merge([7, 3], [9, 1], reverse=True)))
print([list(heapq.merge("aX", "Ab", key=str.lower))])
try:
    heapq.heappop([])
except IndexError as e:
    print("IndexError")
tasks = []
for item in [(2, "b"), (1, "z"), (2, "a"), (1, "c")]:
    heapq.heappush(tasks, item)
print([heapq.heappop(tasks) for _ in range(4)])

a = [1, 3, 3, 5, 7]
print([bisect.bisect_left(a, x) for x in range(9)], [bisect.bisect(a, x) for x in range(9)])
print(bisect.bisect(a, 3, 0, 2), bisect.bisect_left(["a", "bb", "cccc"], 3, key=len))
bisect.insort(a, 4)
bisect.insort_left(a, 3)
bisect.insort(a, 0)
print(a)
words = ["fig", "pear", "apple"]
bisect.insort(words, "kiwis", key=len)
print(words)

rows = [("b", 2, {"k": 1}), ("a", 2, {"k": 0}), ("c", 1, {"k": 2})]
print(sorted(rows, key=itemgetter(1, 0)), list(map(itemgetter(0), rows)), itemgetter(-1)([1, 2]), itemgetter(slice(0, 2))("abc"))


class P:
    def __init__(self, n, inner=None):
        self.n = n
        self.inner = inner

    def scale(self, k, plus=0):
        return self.n * k + plus


ps = [P(3, P(1)), P(1, P(2))]
print([p.n for p in sorted(ps, key=attrgetter("n"))], attrgetter("inner.n")(ps[0]), attrgetter("n", "inner.n")(ps[1]))
print(methodcaller("scale", 10, plus=1)(ps[0]), methodcaller("upper")("x"), list(map(methodcaller("split", ","), ["a,b", "c"])))
for name in ("add", "sub", "mul", "floordiv", "mod", "truediv", "pow", "lshift", "rshift", "and_", "or_", "xor", "lt", "le", "eq", "ne", "ge", "gt"):
    print(name, getattr(operator, name)(13, 3), end="; ")
print(operator.neg(3), operator.not_(0), operator.truth([]), operator.inv(5), operator.abs(-4), operator.pos(-2), operator.index(True))
lst = [1, 2, 3, 2]
operator.setitem(lst, 0, 9)
operator.delitem(lst, 1)
print(lst, operator.getitem(lst, 0), operator.contains(lst, 3), operator.countOf(lst, 2), operator.indexOf(lst, 3), operator.concat([1], [2]))
print(operator.iadd([1], [2]), operator.is_(None, None), operator.is_not(1, None), operator.length_hint([1, 2]), operator.imul(3, 4))
try:
    operator.indexOf([], 1)
except ValueError:
    print("ValueError")
