"""Exact rational numbers."""

import math
from numbers import Rational

__all__ = ["Fraction"]


class Fraction(Rational):
    __slots__ = ("_numerator", "_denominator")

    def __new__(cls, numerator=0, denominator=None):
        if denominator is None:
            if isinstance(numerator, int):
                return cls._make(int(numerator), 1)
            if isinstance(numerator, Fraction):
                return cls._make(numerator._numerator, numerator._denominator)
            if isinstance(numerator, float):
                return cls._make(*numerator.as_integer_ratio())
            if isinstance(numerator, str):
                return cls._parse(numerator)
            raise TypeError("argument should be a string or a Rational instance")
        if not isinstance(numerator, (int, Fraction)) \
                or not isinstance(denominator, (int, Fraction)):
            raise TypeError("both arguments should be Rational instances")
        n = numerator.numerator * denominator.denominator
        d = denominator.numerator * numerator.denominator
        if d == 0:
            raise ZeroDivisionError("Fraction(%s, 0)" % n)
        return cls._reduced(n, d)

    @classmethod
    def _make(cls, numerator, denominator):
        """From a numerator and a positive denominator without common factors."""
        self = object.__new__(cls)
        self._numerator = numerator
        self._denominator = denominator
        return self

    @classmethod
    def _reduced(cls, n, d):
        g = math.gcd(n, d)
        if d < 0:
            g = -g
        return cls._make(n // g, d // g)

    @classmethod
    def _parse(cls, text):
        bad = "Invalid literal for Fraction: %r" % text
        s = text.strip()
        sign = 1
        if s[:1] in ("+", "-"):
            sign = -1 if s[0] == "-" else 1
            s = s[1:]
        if not s[:1].isdigit() and s[:1] != ".":
            raise ValueError(bad)
        if "/" in s:
            n, d = s.split("/", 1)
            if not n.isdigit() or not d.isdigit():
                raise ValueError(bad)
            if int(d) == 0:
                raise ZeroDivisionError("Fraction(%s, 0)" % (sign * int(n)))
            return cls._reduced(sign * int(n), int(d))
        exponent = 0
        for mark in "eE":
            if mark in s:
                s, power = s.split(mark, 1)
                digits = power[1:] if power[:1] in ("+", "-") else power
                if not digits.isdigit():
                    raise ValueError(bad)
                exponent = int(power)
        whole, _, part = s.partition(".")
        if not (whole + part).isdigit():
            raise ValueError(bad)
        n = sign * int(whole + part)
        exponent -= len(part)
        if exponent >= 0:
            return cls._make(n * 10 ** exponent, 1)
        return cls._reduced(n, 10 ** -exponent)

    @classmethod
    def from_float(cls, f):
        return cls(f)

    @property
    def numerator(self):
        return self._numerator

    @property
    def denominator(self):
        return self._denominator

    def as_integer_ratio(self):
        return self._numerator, self._denominator

    def is_integer(self):
        return self._denominator == 1

    def limit_denominator(self, max_denominator=1000000):
        """The closest fraction with a denominator that is not larger."""
        if max_denominator < 1:
            raise ValueError("max_denominator should be at least 1")
        if self._denominator <= max_denominator:
            return Fraction(self)
        # Convergents of the continued fraction, then the last semiconvergent.
        p0, q0, p1, q1 = 0, 1, 1, 0
        n, d = self._numerator, self._denominator
        while True:
            a = n // d
            q2 = q0 + a * q1
            if q2 > max_denominator:
                break
            p0, q0, p1, q1 = p1, q1, p0 + a * p1, q2
            n, d = d, n - a * d
        k = (max_denominator - q0) // q1
        if 2 * d * (q0 + k * q1) <= self._denominator:
            return Fraction._reduced(p1, q1)
        return Fraction._reduced(p0 + k * p1, q0 + k * q1)

    def __repr__(self):
        return "%s(%s, %s)" % (type(self).__name__, self._numerator, self._denominator)

    def __str__(self):
        if self._denominator == 1:
            return str(self._numerator)
        return "%s/%s" % (self._numerator, self._denominator)

    def __format__(self, spec):
        return format(str(self), spec) if spec[-1:] not in tuple("eEfFgG%") \
            else format(float(self), spec)

    def __hash__(self):
        if self._denominator == 1:
            return hash(self._numerator)
        # Equal numbers have equal hashes: the hash of n/d modulo a Mersenne prime.
        modulus = (1 << 61) - 1
        if self._denominator % modulus == 0:
            result = 314159
        else:
            result = abs(self._numerator) * pow(self._denominator, modulus - 2, modulus) % modulus
        result = result if self._numerator >= 0 else -result
        return -2 if result == -1 else result

    def __add__(a, b):
        if isinstance(b, float):
            return float(a) + b
        b = _rational(b)
        if b is None:
            return NotImplemented
        return Fraction._reduced(a._numerator * b.denominator + b.numerator * a._denominator,
                                 a._denominator * b.denominator)

    __radd__ = __add__

    def __sub__(a, b):
        if isinstance(b, float):
            return float(a) - b
        b = _rational(b)
        if b is None:
            return NotImplemented
        return Fraction._reduced(a._numerator * b.denominator - b.numerator * a._denominator,
                                 a._denominator * b.denominator)

    def __rsub__(a, b):
        result = a - b
        return NotImplemented if result is NotImplemented else -result

    def __mul__(a, b):
        if isinstance(b, float):
            return float(a) * b
        b = _rational(b)
        if b is None:
            return NotImplemented
        return Fraction._reduced(a._numerator * b.numerator, a._denominator * b.denominator)

    __rmul__ = __mul__

    def __truediv__(a, b):
        if isinstance(b, float):
            return float(a) / b
        b = _rational(b)
        return NotImplemented if b is None else _divide(a, b)

    def __rtruediv__(a, b):
        if isinstance(b, float):
            return b / float(a)
        b = _rational(b)
        return NotImplemented if b is None else _divide(b, a)

    def __floordiv__(a, b):
        if isinstance(b, float):
            return float(a) // b
        b = _rational(b)
        if b is None:
            return NotImplemented
        return (a._numerator * b.denominator) // (a._denominator * b.numerator)

    def __rfloordiv__(a, b):
        if isinstance(b, float):
            return b // float(a)
        b = _rational(b)
        return NotImplemented if b is None else Fraction(b) // a

    def __mod__(a, b):
        if isinstance(b, float):
            return float(a) % b
        b = _rational(b)
        return NotImplemented if b is None else a - b * (a // b)

    def __rmod__(a, b):
        if isinstance(b, float):
            return b % float(a)
        b = _rational(b)
        return NotImplemented if b is None else Fraction(b) % a

    def __divmod__(a, b):
        quotient = a // b
        return quotient, a - b * quotient

    def __pow__(a, b):
        if isinstance(b, Fraction):
            if b._denominator != 1:
                return float(a) ** float(b)
            b = b._numerator
        if isinstance(b, int):
            if b >= 0:
                return Fraction._make(a._numerator ** b, a._denominator ** b)
            if a._numerator == 0:
                raise ZeroDivisionError("Fraction(%s, 0)" % a._denominator ** -b)
            return Fraction._reduced(a._denominator ** -b, a._numerator ** -b)
        return float(a) ** b

    def __rpow__(b, a):
        if b._denominator == 1:
            return Fraction(a) ** b._numerator if isinstance(a, int) else a ** b._numerator
        return a ** float(b)

    def __pos__(a):
        return Fraction._make(a._numerator, a._denominator)

    def __neg__(a):
        return Fraction._make(-a._numerator, a._denominator)

    def __abs__(a):
        return Fraction._make(abs(a._numerator), a._denominator)

    def __int__(a):
        return a.__trunc__()

    def __trunc__(a):
        if a._numerator < 0:
            return -(-a._numerator // a._denominator)
        return a._numerator // a._denominator

    def __floor__(a):
        return a._numerator // a._denominator

    def __ceil__(a):
        return -(-a._numerator // a._denominator)

    def __round__(self, ndigits=None):
        if ndigits is None:
            floor, rest = divmod(self._numerator, self._denominator)
            if rest * 2 < self._denominator:
                return floor
            if rest * 2 > self._denominator or floor % 2 == 1:
                return floor + 1
            return floor
        shift = 10 ** abs(ndigits)
        if ndigits > 0:
            return Fraction(round(self * shift), shift)
        return Fraction(round(self / shift) * shift)

    def __float__(a):
        return a._numerator / a._denominator

    def __bool__(a):
        return a._numerator != 0

    def __eq__(a, b):
        if isinstance(b, float):
            if b != b or b in (float("inf"), float("-inf")):
                return False
            b = Fraction(b)
        b = _rational(b)
        if b is None:
            return NotImplemented
        return a._numerator == b.numerator and a._denominator == b.denominator

    def _compare(a, b, operation):
        if isinstance(b, float):
            if b != b or b in (float("inf"), float("-inf")):
                return operation(0.0, b)
            b = Fraction(b)
        b = _rational(b)
        if b is None:
            return NotImplemented
        return operation(a._numerator * b.denominator, a._denominator * b.numerator)

    def __lt__(a, b):
        return a._compare(b, lambda x, y: x < y)

    def __gt__(a, b):
        return a._compare(b, lambda x, y: x > y)

    def __le__(a, b):
        return a._compare(b, lambda x, y: x <= y)

    def __ge__(a, b):
        return a._compare(b, lambda x, y: x >= y)

    def __copy__(self):
        return self

    def __deepcopy__(self, memo):
        return self


def _rational(x):
    return x if isinstance(x, (int, Fraction)) else None


def _divide(a, b):
    if b.numerator == 0:
        raise ZeroDivisionError("Fraction(%s, 0)" % (a.numerator * b.denominator))
    return Fraction._reduced(a.numerator * b.denominator, a.denominator * b.numerator)
