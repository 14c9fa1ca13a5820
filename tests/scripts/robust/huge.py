"""Sizes that no memory has: a guest error, at once."""


def attempt(name, f):
    try:
        f()
        print(name, "worked")
    except (MemoryError, OverflowError, ValueError) as e:
        print(name, type(e).__name__)


attempt("list", lambda: [0] * 10**13)
attempt("list2", lambda: 10**13 * [None])
attempt("list3", lambda: [0] * 10**30)
attempt("tuple", lambda: (1, 2) * 10**15)
attempt("str", lambda: "x" * 10**15)
attempt("str2", lambda: "ab" * 2**63)
attempt("bytes", lambda: b"x" * 10**15)
attempt("bytes2", lambda: bytes(10**15))
attempt("bytearray", lambda: bytearray(10**15))
attempt("ljust", lambda: "x".ljust(10**14))
attempt("center", lambda: "x".center(10**14, "\u20ac"))
attempt("zfill", lambda: "x".zfill(10**14))
attempt("expandtabs", lambda: "\t".expandtabs(10**14))
attempt("percent", lambda: "%1000000000000d" % 1)
attempt("percent2", lambda: "%*d" % (10**12, 5))
attempt("percent3", lambda: "%.99999999999999f" % 1.5)
attempt("format", lambda: f"{1:1000000000000}")
attempt("format2", lambda: "{:>1000000000000}".format("x"))
attempt("format3", lambda: f"{1.5:.1000000000000f}")
attempt("shift", lambda: 1 << 10**14)
attempt("shift2", lambda: 1 << 10**30)
attempt("power", lambda: 3 ** 10**16)
attempt("len", lambda: len(range(10**30)))
attempt("set", lambda: set(range(10**13)))
attempt("dict", lambda: dict.fromkeys(range(10**13)))
attempt("sorted", lambda: sorted(range(10**13), key=None, reverse=True))
attempt("chr", lambda: chr(10**6 * 2))
attempt("sum", lambda: sum(range(10**18)))
print(sum(range(10**18)), sum(range(5, 50, 3)), sum(range(10, 0, -1), 5))
print(len("%.70000f" % 1.5), len(f"{1.5:.70000e}"), len(f"{1.5:.70000g}"))
