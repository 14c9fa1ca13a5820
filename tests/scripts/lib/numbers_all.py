from fractions import Fraction as F
import statistics as st
import numbers
import math

print(F(3, 6), repr(F(-4, -8)), F("3/4"), F("0.125"), F("-1e-3"), F(0.5), F(7), F(" 5 "), F(2, -3))
a, b = F(1, 3), F(1, 4)
print(a + b, a - b, a * b, a / b, a // b, a % b, divmod(a, b), a ** 2, a ** -2, -a, abs(-a), +a)
print(a + 1, 1 - a, 2 * a, 1 / a, 5 // a, 5 % a, a + 0.5, 0.5 * a, 2 ** F(3), 2 ** F(1, 2), F(4) ** F(1, 2))
print(a < b, a > b, a == F(2, 6), a != b, a <= 1, a >= 0.3, F(1, 2) == 0.5, hash(F(1, 2)) == hash(0.5), hash(F(3)) == hash(3))
print(int(F(7, 2)), int(F(-7, 2)), round(F(5, 2)), round(F(7, 2)), round(F(-5, 2)), round(F(22, 7), 2), math.floor(F(-1, 2)), math.ceil(F(1, 2)), float(a))
print(F(math.pi).limit_denominator(1000), F(math.pi).limit_denominator(10), F("3.1415926535").limit_denominator(7))
print(sum([F(1, n) for n in range(1, 10)]), max(a, b), sorted([a, b, F(1, 5)]), bool(F(0)), F(3, 4).numerator, F(1, 3).as_integer_ratio())
for bad in (lambda: F(1, 0), lambda: F("x"), lambda: F("1/0"), lambda: F(1.5, 2), lambda: a / 0, lambda: F(0) ** -1, lambda: a + "x"):
    try:
        print(bad())
    except (ValueError, ZeroDivisionError, TypeError) as e:
        print(type(e).__name__)
print(isinstance(3, numbers.Number), isinstance(3, numbers.Integral), isinstance(2.5, numbers.Rational), isinstance(a, numbers.Rational), isinstance("x", numbers.Number), isinstance(True, numbers.Real))

data = [2.75, 1.75, 1.25, 0.25, 0.5, 1.25, 3.5]
ints = [1, 2, 3, 4, 4, 9]
print(st.mean(data), st.mean(ints), st.mean([1, 2]), st.mean([F(1, 2), F(1, 3)]), st.fmean(ints), st.mean([1, 3]))
print(st.median(data), st.median(ints), st.median_low(ints), st.median_high(ints), st.mode("aabbbc"), st.multimode("aabbc"))
print(st.pvariance(data), st.variance(data), st.stdev(data), st.pstdev(data), st.variance(ints), st.pvariance([1, 2, 3, 4]))
print(st.stdev([1e10, 1e10 + 1, 1e10 + 2]), st.pstdev([0.1, 0.1, 0.1]), st.stdev([1, 5]))
print(st.quantiles(range(1, 11)), st.quantiles([1, 2, 3, 5], n=10), st.quantiles(data, method="inclusive"))
print(st.geometric_mean([54, 24, 36]), st.harmonic_mean([40, 60]), st.harmonic_mean([1, 0, 2]))
print(round(st.correlation(ints, [2, 4, 5, 4, 5, 10]), 12), st.covariance(ints, ints), st.linear_regression([1, 2, 3], [2, 4, 6]))
for f in (st.mean, st.median, st.mode, st.stdev, st.variance):
    try:
        f([])
    except st.StatisticsError as e:
        print(e)
