# -------------------------------------------------------- math, for numbers of guest classes

def _math_int(v):
    return v if isinstance(v, int) else v.__index__()


def _math_whole(v, name, native):
    method = _fl_hook(v, name)
    return native(float(v)) if method is None else method(v)


def math_floor(x):
    import math
    return _math_whole(x, "__floor__", math.floor)


def math_ceil(x):
    import math
    return _math_whole(x, "__ceil__", math.ceil)


def math_trunc(x):
    import math
    method = _fl_hook(x, "__trunc__")
    if method is None:
        raise TypeError("type %s doesn't define __trunc__ method" % type(x).__name__)
    return method(x)


def math_log(x, *base):
    import math
    return math.log(float(x), *[float(b) for b in base])


def math_prod(iterable, *, start=None):
    result = 1 if start is None else start
    for x in iterable:
        result = result * x
    return result


def math_fsum(seq):
    import math
    return math.fsum([float(x) for x in seq])


def math_dist(p, q):
    import math
    return math.dist([float(x) for x in p], [float(x) for x in q])


def math_isclose(a, b, **tolerances):
    import math
    return math.isclose(float(a), float(b), **tolerances)


def math_ldexp(x, i):
    import math
    return math.ldexp(float(x), i)


def math_perm(n, *k):
    import math
    return math.perm(_math_int(n), *[_math_int(x) for x in k])


def math_hypot(*args):
    import math
    return math.hypot(*[float(x) for x in args])


def math_gcd(*args):
    import math
    return math.gcd(*[_math_int(x) for x in args])


def math_lcm(*args):
    import math
    return math.lcm(*[_math_int(x) for x in args])


def math_comb(n, k):
    import math
    return math.comb(_math_int(n), _math_int(k))


def math_isqrt(n):
    import math
    return math.isqrt(_math_int(n))


def math_factorial(n):
    import math
    return math.factorial(_math_int(n))


def math_sqrt(x):
    import math
    return math.sqrt(float(x))


def math_sin(x):
    import math
    return math.sin(float(x))


def math_cos(x):
    import math
    return math.cos(float(x))


def math_tan(x):
    import math
    return math.tan(float(x))


def math_asin(x):
    import math
    return math.asin(float(x))


def math_acos(x):
    import math
    return math.acos(float(x))


def math_atan(x):
    import math
    return math.atan(float(x))


def math_sinh(x):
    import math
    return math.sinh(float(x))


def math_cosh(x):
    import math
    return math.cosh(float(x))


def math_tanh(x):
    import math
    return math.tanh(float(x))


def math_asinh(x):
    import math
    return math.asinh(float(x))


def math_acosh(x):
    import math
    return math.acosh(float(x))


def math_atanh(x):
    import math
    return math.atanh(float(x))


def math_exp(x):
    import math
    return math.exp(float(x))


def math_exp2(x):
    import math
    return math.exp2(float(x))


def math_expm1(x):
    import math
    return math.expm1(float(x))


def math_log1p(x):
    import math
    return math.log1p(float(x))


def math_fabs(x):
    import math
    return math.fabs(float(x))


def math_cbrt(x):
    import math
    return math.cbrt(float(x))


def math_erf(x):
    import math
    return math.erf(float(x))


def math_erfc(x):
    import math
    return math.erfc(float(x))


def math_gamma(x):
    import math
    return math.gamma(float(x))


def math_lgamma(x):
    import math
    return math.lgamma(float(x))


def math_radians(x):
    import math
    return math.radians(float(x))


def math_degrees(x):
    import math
    return math.degrees(float(x))


def math_log2(x):
    import math
    return math.log2(float(x))


def math_log10(x):
    import math
    return math.log10(float(x))


def math_pow(x, y):
    import math
    return math.pow(float(x), float(y))


def math_atan2(x, y):
    import math
    return math.atan2(float(x), float(y))


def math_fmod(x, y):
    import math
    return math.fmod(float(x), float(y))


def math_remainder(x, y):
    import math
    return math.remainder(float(x), float(y))


def math_copysign(x, y):
    import math
    return math.copysign(float(x), float(y))


def math_nextafter(x, y):
    import math
    return math.nextafter(float(x), float(y))


def math_ulp(x):
    import math
    return math.ulp(float(x))


def math_isnan(x):
    import math
    return math.isnan(float(x))


def math_isinf(x):
    import math
    return math.isinf(float(x))


def math_isfinite(x):
    import math
    return math.isfinite(float(x))


def math_frexp(x):
    import math
    return math.frexp(float(x))


def math_modf(x):
    import math
    return math.modf(float(x))
