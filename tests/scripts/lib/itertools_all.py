import itertools as it
import operator

print(list(it.islice(it.count(3, 2), 4)), list(it.islice(it.cycle("ab"), 5)), list(it.repeat(7, 3)))
print(list(it.chain("ab", [1], ())), list(it.chain.from_iterable([[1, 2], "x"])))
print(list(it.accumulate([1, 2, 3, 4])), list(it.accumulate([3, 1, 2], max)), list(it.accumulate([], initial=5)))
print(list(it.accumulate([1, 2, 3], operator.mul, initial=10)))
print(list(it.compress("abcdef", [1, 0, 1, 0, 1, 1])), list(it.dropwhile(lambda x: x < 3, [1, 2, 3, 1])))
print(list(it.takewhile(lambda x: x < 3, [1, 2, 3, 1])), list(it.filterfalse(None, [0, 1, "", 2])))
print(list(it.starmap(pow, [(2, 3), (3, 2)])), list(it.pairwise("abcd")), list(it.pairwise([])))
for args in ((3,), (1, 4), (0, None, 3), (2, 2), (5, 3), (1, 20, 4)):
    print(args, list(it.islice(range(10), *args)))
src = iter(range(10))
print(list(it.islice(src, 3)), next(src), list(it.islice(src, 2, 4)), next(src))
for bad in ((-1,), (0, -3), (0, 3, 0)):
    try:
        it.islice([], *bad)
    except ValueError:
        print("ValueError")
print(list(it.zip_longest("ab", [1, 2, 3], fillvalue="-")), list(it.zip_longest()))
a, b, c = it.tee([1, 2, 3], 3)
print(next(a), list(b), list(a), list(c))
print([(k, list(g)) for k, g in it.groupby("aaabccca")])
print([(k, len(list(g))) for k, g in it.groupby(range(10), key=lambda n: n // 4)])
print([k for k, g in it.groupby([1, 1, 2, 2, 1])])
groups = it.groupby("aab")
k1, g1 = next(groups)
k2, g2 = next(groups)
print(k1, list(g1), k2, list(g2))
print(list(it.product("ab", [1, 2])), list(it.product([0, 1], repeat=3))[-2:], list(it.product()), list(it.product([], [1])))
print(list(it.permutations("abc")), list(it.permutations(range(3), 2)), list(it.permutations([1], 2)), list(it.permutations([])))
print(list(it.combinations("abcd", 2)), list(it.combinations([1, 2], 3)), list(it.combinations([1], 0)))
print(list(it.combinations_with_replacement("abc", 2)), list(it.combinations_with_replacement([], 1)))
print(sum(1 for _ in it.permutations(range(6))), len(list(it.combinations(range(10), 4))))


def gen():
    for i in range(3):
        print("make", i)
        yield i


pipeline = it.takewhile(lambda x: x < 2, gen())
print(next(pipeline), next(pipeline), next(pipeline, "end"))
print(it.count.__name__, it.chain.__name__)
print(dict(zip(it.count(), "abc")), max(it.accumulate([1, -5, 9])))
try:
    next(iter(it.repeat(1, 0)))
except StopIteration:
    print("stop")
