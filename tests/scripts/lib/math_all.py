"""Every function of math."""
import math


def attempt(name, *args):
    try:
        r = getattr(math, name)(*args)
    except Exception as e:
        r = "%s: %s" % (type(e).__name__, e)
    print(name, args, r)


inf, nan = math.inf, math.nan
xs = [0.0, -0.0, 0.5, 1.0, -1.0, 2.5, -3.7, 10, 1e-300, 1e300, inf, -inf, nan, True, 7]
for name in ("sqrt sin cos tan atan exp floor ceil trunc fabs degrees radians isnan isinf isfinite modf frexp "
             "asin acos log log2 log10 log1p expm1 tanh ulp exp2").split():
    for x in xs:
        attempt(name, x)
for name in "erf erfc gamma lgamma sinh cosh asinh acosh atanh cbrt".split():
    for x in (0.5, 1.0, 3.0, 5, 0.25, 0.0, -1, inf, nan):
        try:
            r = getattr(math, name)(x)
            print(name, x, "%.12g" % r)
        except Exception as e:
            print(name, x, type(e).__name__, e)
for a, b in ((2, 3), (2.5, -1), (0, 0), (0.0, -1), (-8, 1 / 3), (-2, 3), (inf, 0), (1, nan), (1e308, 2), (-0.0, 3)):
    for name in ("pow", "atan2", "fmod", "copysign", "remainder", "hypot", "nextafter"):
        attempt(name, a, b)
for args in ((8, 2), (100, 10), (0, 10), (-1,), (10**400,), (10**400, 10), (2, 1), (2, 0)):
    attempt("log", *args)
attempt("log2", 2**1000)
attempt("log10", 10**400)
attempt("sqrt", 10**400)
attempt("sqrt", "x")
attempt("floor", "x")
attempt("floor", 10**30)
attempt("floor", 1e20)
attempt("gcd", 12, 18)
attempt("gcd")
attempt("gcd", -4, 6, 10)
attempt("gcd", 0, 0)
attempt("gcd", 1.5)
attempt("lcm", 4, 6)
attempt("lcm")
attempt("lcm", 3, 0)
attempt("lcm", -3, 5, 7)
for n in (0, 1, 5, 20, 25, -1, 2.0):
    attempt("factorial", n)
for n, k in ((5, 2), (10, 10), (3, 5), (50, 25), (-1, 2), (5, -1), (10**20, 2)):
    attempt("comb", n, k)
    attempt("perm", n, k)
attempt("perm", 5)
for n in (0, 15, 16, 10**40, -1, 2.5):
    attempt("isqrt", n)
attempt("fsum", [0.1] * 10)
attempt("fsum", [1e100, 1.0, -1e100, 1e-20])
attempt("fsum", [1, 2, 3])
attempt("fsum", [inf, -inf])
print(math.fsum(x / 7 for x in range(20)))
attempt("fsum", [])
attempt("prod", [1, 2, 3, 4])
attempt("prod", [1.5, 2])
attempt("prod", [])
attempt("prod", ["a"])
print(math.prod([2, 3], start=10), math.prod(range(1, 30)))
attempt("dist", (1, 2), (4, 6))
attempt("dist", (1, 2), (4,))
attempt("hypot", 3, 4)
attempt("hypot", 1, 1, 1)
attempt("hypot")
attempt("hypot", -5)
attempt("hypot", inf, nan)
print(math.hypot(1e200, 1e200), math.hypot(0.1, 0.2, 0.3), math.dist([0.1, 0.7], [3.2, 9.9]))
print(math.isclose(1, 1 + 1e-10), math.isclose(1, 1.1), math.isclose(1, 1.05, rel_tol=0.1), math.isclose(0, 1e-12, abs_tol=1e-9))
attempt("ldexp", 0.75, 4)
attempt("ldexp", 1.0, 2000)
attempt("ldexp", 1.0, -2000)
attempt("ldexp", 1, 2.0)
print(math.pi, math.e, math.tau, math.inf, math.nan)


class N:
    def __float__(self):
        return 4.0

    def __floor__(self):
        return "floor"

    def __ceil__(self):
        return "ceil"

    def __trunc__(self):
        return "trunc"


class I:
    def __index__(self):
        return 12


print(math.sqrt(N()), math.floor(N()), math.ceil(N()), math.trunc(N()), math.pow(N(), 2), math.log(N(), 2))
print(math.gcd(I(), 18), math.factorial(I()), math.isqrt(I()), math.comb(I(), 2), math.hypot(N(), 3))
print(math.prod([2, N().__float__()]), math.fsum([N(), 1]), math.isnan(N()), math.floor(True), math.sqrt(True))
