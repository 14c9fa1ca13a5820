"""The same streams as CPython's."""
import random

r = random.Random(12345)
print([r.random() for _ in range(3)], r.getrandbits(1), r.getrandbits(32), r.getrandbits(100), r.getrandbits(0))
for seed in (0, 1, -5, 2**70, "abc", b"abc", bytearray(b"xyz"), 3.5, "", 10**50, True):
    random.seed(seed)
    print(type(seed).__name__, random.random(), random.randint(1, 1000), random.getrandbits(64))
random.seed("v1", version=1)
print(random.random())
random.seed(42)
print(random.randrange(10), random.randrange(5, 50), random.randrange(0, 100, 7), random.randrange(10, 0, -3))
print(random.choice("abcdef"), random.choice([1, 2, 3]), random.choice(range(100)), random.choice((5, 6)))
print(random.choices("abc", k=6), random.choices([1, 2, 3], weights=[1, 5, 10], k=8), random.choices("xy", cum_weights=[1, 3], k=4))
print(random.sample(range(1000), 10), random.sample("abcdefgh", 3), random.sample([1, 2, 3], 3), random.sample(range(5), 0))
print(random.sample(["a", "b"], counts=[4, 2], k=4), random.sample(list(range(30)), 25))
l = list(range(15))
random.shuffle(l)
print(l)
print(random.uniform(1, 10), random.triangular(0, 10, 3), random.triangular(), random.gauss(0, 1), random.gauss(5, 2), random.gauss())
print(random.normalvariate(0, 1), random.lognormvariate(0, 1), random.expovariate(0.5), random.betavariate(2, 3))
print(random.gammavariate(2, 1), random.gammavariate(0.5, 1), random.gammavariate(1, 2), random.paretovariate(3), random.weibullvariate(1, 2), random.vonmisesvariate(1, 2))
print(random.randbytes(6))
state = random.getstate()
a = [random.random() for _ in range(700)]
random.setstate(state)
print(a == [random.random() for _ in range(700)], state[0], len(state[1]))
for f in (lambda: random.randint(5, 1), lambda: random.choice([]), lambda: random.sample([1], 2), lambda: random.sample({1, 2}, 1),
          lambda: random.randrange(0), lambda: random.choices([], k=1), lambda: random.choices([1], weights=[0]), lambda: random.seed([])):
    try:
        print(f())
    except (ValueError, IndexError, TypeError) as e:
        print(type(e).__name__, e)
r1, r2 = random.Random(7), random.Random(7)
print(r1.random() == r2.random(), r1.sample(range(50), 5) == r2.sample(range(50), 5))


class Loaded(random.Random):
    def random(self):
        return 0.25


print(Loaded().uniform(0, 4), Loaded(1).choices("abcd", k=3))
print(0 <= random.SystemRandom().random() < 1)
