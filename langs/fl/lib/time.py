"""Clocks and calendar times. Local time is UTC."""

import _time
from _time import *

timezone = 0
altzone = 0
daylight = 0
tzname = ("UTC", "UTC")

_DAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
_MONTHS = ("January", "February", "March", "April", "May", "June", "July", "August",
           "September", "October", "November", "December")
_FIELDS = ("tm_year", "tm_mon", "tm_mday", "tm_hour", "tm_min", "tm_sec", "tm_wday", "tm_yday",
           "tm_isdst")


class struct_time(tuple):
    """A calendar time."""

    n_fields = 11
    n_sequence_fields = 9
    tm_zone = "UTC"
    tm_gmtoff = 0
    tm_year = property(lambda self: self[0])
    tm_mon = property(lambda self: self[1])
    tm_mday = property(lambda self: self[2])
    tm_hour = property(lambda self: self[3])
    tm_min = property(lambda self: self[4])
    tm_sec = property(lambda self: self[5])
    tm_wday = property(lambda self: self[6])
    tm_yday = property(lambda self: self[7])
    tm_isdst = property(lambda self: self[8])

    def __new__(cls, sequence):
        items = tuple(sequence)
        if len(items) < 9:
            raise TypeError("time.struct_time() takes an at least 9-sequence (%d-sequence given)"
                            % len(items))
        return tuple.__new__(cls, items[:9])

    def __repr__(self):
        return "time.struct_time(%s)" % ", ".join(
            ["%s=%r" % pair for pair in zip(_FIELDS, self)])


def _days_before(year):
    """Days from year 1 to the start of `year`."""
    before = year - 1
    return before * 365 + before // 4 - before // 100 + before // 400


_EPOCH = _days_before(1970)


def _is_leap(year):
    return year % 4 == 0 and (year % 100 != 0 or year % 400 == 0)


def _month_lengths(year):
    return (31, 29 if _is_leap(year) else 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31)


def gmtime(seconds=None):
    if seconds is None:
        seconds = _time.time()
    days, rest = divmod(int(seconds // 1), 86400)
    year = 1970 + days // 366
    while _days_before(year + 1) - _EPOCH <= days:
        year += 1
    while _days_before(year) - _EPOCH > days:
        year -= 1
    yday = day = days - (_days_before(year) - _EPOCH)
    month = 1
    for length in _month_lengths(year):
        if day < length:
            break
        day -= length
        month += 1
    return struct_time((year, month, day + 1, rest // 3600, rest // 60 % 60, rest % 60,
                        (days + 3) % 7, yday + 1, 0))


localtime = gmtime


def _since_epoch(t):
    year, month, day, hour, minute, second = t[:6]
    year += (month - 1) // 12
    month = (month - 1) % 12 + 1
    days = _days_before(year) - _EPOCH + sum(_month_lengths(year)[:month - 1]) + day - 1
    return days * 86400 + hour * 3600 + minute * 60 + second


def mktime(t):
    return float(_since_epoch(t))


def asctime(t=None):
    t = localtime() if t is None else t
    return "%s %s %2d %02d:%02d:%02d %d" % (
        _DAYS[t[6]][:3], _MONTHS[t[1] - 1][:3], t[2], t[3], t[4], t[5], t[0])


def ctime(seconds=None):
    return asctime(localtime(seconds))


def _week(t, first):
    return (t[7] + 6 - (t[6] - first) % 7) // 7


def _iso(t):
    """ISO year and week."""
    week = (t[7] - t[6] - 1 + 10) // 7
    year = t[0]
    if week < 1:
        year -= 1
        week = _iso_weeks(year)
    elif week > _iso_weeks(year):
        year += 1
        week = 1
    return year, week


def _iso_weeks(year):
    first = _days_before(year) % 7
    return 53 if first == 3 or first == 2 and _is_leap(year) else 52


def strftime(format, t=None):
    t = tuple(localtime() if t is None else t)
    year, month, day, hour, minute, second, wday, yday = t[:8]
    result = []
    i = 0
    while i < len(format):
        c = format[i]
        i += 1
        if c != "%" or i == len(format):
            result.append(c)
            continue
        c = format[i]
        i += 1
        if c == "-" and i < len(format):
            result.append(strftime("%" + format[i], t).lstrip("0") or "0")
            i += 1
            continue
        simple = {
            "Y": lambda: str(year), "y": lambda: "%02d" % (year % 100),
            "C": lambda: "%02d" % (year // 100),
            "m": lambda: "%02d" % month, "d": lambda: "%02d" % day, "e": lambda: "%2d" % day,
            "H": lambda: "%02d" % hour, "I": lambda: "%02d" % ((hour + 11) % 12 + 1),
            "k": lambda: "%2d" % hour, "l": lambda: "%2d" % ((hour + 11) % 12 + 1),
            "M": lambda: "%02d" % minute, "S": lambda: "%02d" % second,
            "p": lambda: "PM" if hour >= 12 else "AM", "P": lambda: "pm" if hour >= 12 else "am",
            "A": lambda: _DAYS[wday], "a": lambda: _DAYS[wday][:3],
            "B": lambda: _MONTHS[month - 1], "b": lambda: _MONTHS[month - 1][:3],
            "h": lambda: _MONTHS[month - 1][:3],
            "j": lambda: "%03d" % yday, "w": lambda: str((wday + 1) % 7),
            "u": lambda: str(wday + 1),
            "U": lambda: "%02d" % _week(t, 6), "W": lambda: "%02d" % _week(t, 0),
            "G": lambda: str(_iso(t)[0]), "V": lambda: "%02d" % _iso(t)[1],
            "D": lambda: strftime("%m/%d/%y", t), "x": lambda: strftime("%m/%d/%y", t),
            "T": lambda: strftime("%H:%M:%S", t), "X": lambda: strftime("%H:%M:%S", t),
            "R": lambda: strftime("%H:%M", t), "r": lambda: strftime("%I:%M:%S %p", t),
            "F": lambda: strftime("%Y-%m-%d", t),
            "c": lambda: strftime("%a %b %e %H:%M:%S %Y", t),
            "s": lambda: str(_since_epoch(t)),
            "z": lambda: "+0000", "Z": lambda: "UTC",
            "n": lambda: "\n", "t": lambda: "\t", "%": lambda: "%",
        }.get(c)
        result.append("%" + c if simple is None else simple())
    return "".join(result)


def _number(text, at, digits):
    end = at
    while end < len(text) and end - at < digits and text[end].isdigit():
        end += 1
    if end == at:
        raise ValueError
    return int(text[at:end]), end


def _name(text, at, names):
    for length in (None, 3):
        for index, name in enumerate(names):
            wanted = name[:length].lower()
            if text[at:at + len(wanted)].lower() == wanted:
                return index, at + len(wanted)
    raise ValueError


_LONGER = {"T": "%H:%M:%S", "X": "%H:%M:%S", "D": "%m/%d/%y", "x": "%m/%d/%y", "R": "%H:%M",
           "F": "%Y-%m-%d", "c": "%a %b %d %H:%M:%S %Y", "r": "%I:%M:%S %p"}


def strptime(string, format="%a %b %d %H:%M:%S %Y"):
    for short, longer in _LONGER.items():
        format = format.replace("%" + short, longer)
    found = {"year": 1900, "month": 1, "day": 1, "hour": 0, "minute": 0, "second": 0}
    afternoon = None
    yday = None
    fields = {"Y": ("year", 4), "m": ("month", 2), "d": ("day", 2), "H": ("hour", 2),
              "I": ("hour", 2), "M": ("minute", 2), "S": ("second", 2)}
    try:
        at = i = 0
        while i < len(format):
            c = format[i]
            i += 1
            if c.isspace():
                while at < len(string) and string[at].isspace():
                    at += 1
                continue
            if c != "%":
                if string[at:at + 1] != c:
                    raise ValueError
                at += 1
                continue
            c = format[i]
            i += 1
            if c in fields:
                name, digits = fields[c]
                found[name], at = _number(string, at, digits)
            elif c == "y":
                short, at = _number(string, at, 2)
                found["year"] = short + (1900 if short > 68 else 2000)
            elif c == "j":
                yday, at = _number(string, at, 3)
            elif c in "Bbh":
                month, at = _name(string, at, _MONTHS)
                found["month"] = month + 1
            elif c in "Aa":
                _day, at = _name(string, at, _DAYS)
            elif c == "p":
                afternoon, at = _name(string, at, ("AM", "PM"))
            elif c == "%":
                if string[at:at + 1] != "%":
                    raise ValueError
                at += 1
            elif c in "wu":
                _day, at = _number(string, at, 1)
            elif c == "Z":
                while at < len(string) and string[at].isalpha():
                    at += 1
            else:
                raise ValueError
        rest = string[at:]
    except (ValueError, IndexError):
        raise ValueError("time data %r does not match format %r" % (string, format)) from None
    if rest:
        raise ValueError("unconverted data remains: %s" % rest)
    if afternoon is not None:
        found["hour"] = found["hour"] % 12 + 12 * afternoon
    year, month, day = found["year"], found["month"], found["day"]
    if not (1 <= month <= 12 and 1 <= day <= 31 and found["hour"] < 24 and found["minute"] < 60
            and found["second"] < 62):
        raise ValueError("time data %r does not match format %r" % (string, format))
    if day > _month_lengths(year)[month - 1]:
        raise ValueError("day is out of range for month")
    days = _days_before(year) - _EPOCH
    before = sum(_month_lengths(year)[:month - 1]) + day
    if yday is not None:
        before = yday
        month, day = 1, yday
        for length in _month_lengths(year):
            if day <= length:
                break
            day -= length
            month += 1
    return struct_time((year, month, day, found["hour"], found["minute"], found["second"],
                        (days + before - 1 + 3) % 7, before, -1))


class _Info:
    def __init__(self, monotonic, adjustable):
        self.implementation = "clock_gettime()"
        self.monotonic = monotonic
        self.adjustable = adjustable
        self.resolution = 1e-09


def get_clock_info(name):
    if name not in ("time", "monotonic", "perf_counter", "process_time", "thread_time"):
        raise ValueError("unknown clock")
    return _Info(name != "time", name == "time")
