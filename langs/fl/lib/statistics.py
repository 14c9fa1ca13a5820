"""Averages and measures of spread, exact inside."""

import math
from fractions import Fraction

__all__ = ["StatisticsError", "mean", "fmean", "geometric_mean", "harmonic_mean", "median",
           "median_low", "median_high", "mode", "multimode", "pstdev", "pvariance", "quantiles",
           "stdev", "variance", "correlation", "covariance", "linear_regression"]


class StatisticsError(ValueError):
    pass


def _exact_sum(data):
    """The sum as a fraction, whether floats were among the numbers, and how many."""
    total = Fraction(0)
    is_float = is_fraction = False
    count = 0
    for x in data:
        count += 1
        if isinstance(x, float):
            is_float = True
        elif isinstance(x, Fraction):
            is_fraction = True
        elif not isinstance(x, int):
            raise TypeError("can't convert type '%s' to numerator/denominator" % type(x).__name__)
        total += Fraction(x)
    kind = float if is_float else Fraction if is_fraction else int
    return total, kind, count


def _converted(value, kind):
    if kind is float:
        return float(value)
    if kind is int:
        return int(value) if value.denominator == 1 else float(value)
    return value


def mean(data):
    total, kind, n = _exact_sum(data)
    if n < 1:
        raise StatisticsError("mean requires at least one data point")
    return _converted(total / n, kind)


def fmean(data, weights=None):
    data = [float(x) for x in data]
    if not data:
        raise StatisticsError("fmean requires at least one data point")
    if weights is None:
        return math.fsum(data) / len(data)
    weights = [float(w) for w in weights]
    if len(weights) != len(data):
        raise StatisticsError("data and weights must be the same length")
    divisor = math.fsum(weights)
    if not divisor:
        raise StatisticsError("sum of weights must be non-zero")
    return math.fsum([x * w for x, w in zip(data, weights)]) / divisor


def geometric_mean(data):
    try:
        return math.exp(fmean([math.log(x) for x in data]))
    except ValueError:
        raise StatisticsError(
            "geometric mean requires a non-empty dataset containing positive numbers") from None


def harmonic_mean(data, weights=None):
    data = list(data)
    if not data:
        raise StatisticsError("harmonic_mean requires at least one data point")
    if min(data) < 0:
        raise StatisticsError("harmonic mean does not support negative values")
    if 0 in data:
        return 0
    weights = [1] * len(data) if weights is None else list(weights)
    total, kind, _ = _exact_sum([w / x for x, w in zip(data, weights)])
    return _converted(Fraction(sum(weights)) / total, kind)


def _sorted(data):
    data = sorted(data)
    if not data:
        raise StatisticsError("no median for empty data")
    return data


def median(data):
    data = _sorted(data)
    n = len(data)
    if n % 2 == 1:
        return data[n // 2]
    return (data[n // 2 - 1] + data[n // 2]) / 2


def median_low(data):
    data = _sorted(data)
    return data[(len(data) - 1) // 2]


def median_high(data):
    data = _sorted(data)
    return data[len(data) // 2]


def _counts(data):
    counts = {}
    for x in data:
        counts[x] = counts.get(x, 0) + 1
    return counts


def mode(data):
    counts = _counts(data)
    if not counts:
        raise StatisticsError("no mode for empty data")
    return max(counts, key=counts.get)


def multimode(data):
    counts = _counts(data)
    most = max(counts.values(), default=0)
    return [x for x, count in counts.items() if count == most]


def _square_sum(data, center):
    """The sum of the squares of the distances from the center, exactly."""
    data = list(data)
    total, kind, n = _exact_sum(data)
    if n and center is None:
        center = total / n
    squares = sum([(Fraction(x) - Fraction(center)) ** 2 for x in data], Fraction(0))
    return squares, kind, n


def variance(data, xbar=None):
    squares, kind, n = _square_sum(data, xbar)
    if n < 2:
        raise StatisticsError("variance requires at least two data points")
    return _converted(squares / (n - 1), kind)


def pvariance(data, mu=None):
    squares, kind, n = _square_sum(data, mu)
    if n < 1:
        raise StatisticsError("pvariance requires at least one data point")
    return _converted(squares / n, kind)


def _sqrt_of_fraction(value):
    """The square root, correctly rounded: from an integer root with enough bits."""
    n, d = value.numerator, value.denominator
    shift = (n.bit_length() - d.bit_length() - 109) // 2
    if shift >= 0:
        root = math.isqrt(n // (d << 2 * shift))
        exact = root * root * (d << 2 * shift) == n
        return float((root | (not exact)) << shift)
    root = math.isqrt((n << -2 * shift) // d)
    exact = root * root * d == n << -2 * shift
    return (root | (not exact)) / (1 << -shift)


def stdev(data, xbar=None):
    squares, _, n = _square_sum(data, xbar)
    if n < 2:
        raise StatisticsError("stdev requires at least two data points")
    return _sqrt_of_fraction(squares / (n - 1))


def pstdev(data, mu=None):
    squares, _, n = _square_sum(data, mu)
    if n < 1:
        raise StatisticsError("pstdev requires at least one data point")
    return _sqrt_of_fraction(squares / n)


def quantiles(data, *, n=4, method="exclusive"):
    if n < 1:
        raise StatisticsError("n must be at least 1")
    data = sorted(data)
    size = len(data)
    if size < 2:
        raise StatisticsError("must have at least two data points")
    result = []
    if method == "inclusive":
        for i in range(1, n):
            j, delta = divmod(i * (size - 1), n)
            result.append((data[j] * (n - delta) + data[j + 1] * delta) / n)
        return result
    if method != "exclusive":
        raise ValueError("Unknown method: %r" % method)
    for i in range(1, n):
        j = min(max(i * (size + 1) // n, 1), size - 1)
        delta = i * (size + 1) - j * n
        result.append((data[j - 1] * (n - delta) + data[j] * delta) / n)
    return result


def _paired(x, y, name):
    n = len(x)
    if len(y) != n:
        raise StatisticsError("%s requires that both inputs have same number of data points" % name)
    if n < 2:
        raise StatisticsError("%s requires at least two data points" % name)
    return math.fsum(x) / n, math.fsum(y) / n


def _products(x, xbar, y, ybar):
    return math.fsum([(a - xbar) * (b - ybar) for a, b in zip(x, y)])


def covariance(x, y, /):
    xbar, ybar = _paired(x, y, "covariance")
    return _products(x, xbar, y, ybar) / (len(x) - 1)


def correlation(x, y, /):
    xbar, ybar = _paired(x, y, "correlation")
    sxx = _products(x, xbar, x, xbar)
    syy = _products(y, ybar, y, ybar)
    if sxx == 0 or syy == 0:
        raise StatisticsError("at least one of the inputs is constant")
    return _products(x, xbar, y, ybar) / math.sqrt(sxx * syy)


class LinearRegression(tuple):
    slope = property(lambda self: self[0])
    intercept = property(lambda self: self[1])

    def __repr__(self):
        return "LinearRegression(slope=%r, intercept=%r)" % tuple(self)


def linear_regression(x, y, /, *, proportional=False):
    xbar, ybar = _paired(x, y, "linear regression")
    if proportional:
        slope = math.fsum([a * b for a, b in zip(x, y)]) / math.fsum([a * a for a in x])
        return LinearRegression((slope, 0.0))
    sxx = _products(x, xbar, x, xbar)
    if sxx == 0:
        raise StatisticsError("x is constant")
    slope = _products(x, xbar, y, ybar) / sxx
    return LinearRegression((slope, ybar - slope * xbar))
