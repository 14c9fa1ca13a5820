def t(f, *a, **k):
    try:
        r = f(*a, **k)
        print(repr(r))
    except Exception as e:
        print(type(e).__name__, e)
vals = [0, 1, -1, 42, 123456789, -123456789, 10**20, 2**70]
for v in vals:
    for s in ["", "d", "5d", "05d", "<8d", ">8d", "^8d", "=+8d", "+d", " d", ",", ",d", "_d", "b", "#b", "o", "#o", "x", "#x", "X", "#X", "#010x", "_x", "_b", "c" if 0 < v < 1000 else "d", "e", ".2e", "f", ".3f", "g", ".3g", "%", ".1%", "n", "*^20,d", "08,d", "010,.2f", "z" if False else "d"]:
        t(format, v, s)
fl = [0.0, -0.0, 1.0, 1.5, -2.75, 3.14159265, 1e10, 1e16, 1e17, 1.23e-5, 1e-4, 123456.789, 1e100, 5e-324, 1.7976931348623157e308, float("inf"), float("-inf"), float("nan"), 0.1, 2/3, 100.0, 99999.5, 0.5]
for v in fl:
    for s in ["", "f", ".0f", ".1f", ".2f", ".10f", "e", ".0e", ".3e", "E", "g", ".3g", ".10g", "G", "#g", "%", ".0%", ".2%", "10.2f", "<10.2f", "^10.2f", "010.2f", "+.2f", " .2f", ",.2f", "_.2f", "+", "10", "<10", ".5", ".3", "n", "#.0f", "+010.3f", "*>+12.2f", "=+12.1f"]:
        t(format, v, s)
for v in ["", "a", "hello", "h\u00e9llo", "\u4e2d\u6587"]:
    for s in ["", "s", "10", "<10", ">10", "^10", "*^11", ".2", "10.2", "=10", "5s", "\u2603<7", "d", ",", "+", "#", "010"]:
        t(format, v, s)
for v in [True, False, None, [1], (1,), {1: 2}]:
    for s in ["", "d", "5", ">10", "s", "x", "f"]:
        t(format, v, s)
pc = ["%d", "%5d", "%-5d|", "%05d", "%+d", "% d", "%i", "%u", "%x", "%X", "%#x", "%o", "%#o", "%e", "%.2e", "%f", "%.1f", "%10.3f", "%-10.3f|", "%g", "%.3g", "%G", "%s", "%r", "%a", "%10s", "%-10s|", "%.2s", "%c", "%%", "%q", "%", "%+.2f", "%06.2f", "%#.3g"]
for p in pc:
    for v in [5, -3, 3.75, "str", None, (1,), (3, 4), (7, 1.23456), {"a": 9}, 65, "z", 10**20, True, [1]]:
        t(lambda: p % v)
ff = ["{}", "{0}", "{!r}", "{!s}", "{!a}", "{:>5}", "{0:>{1}}", "{a}", "{a[0]}", "{a.real}", "{0[k]}", "{0[0]}", "{{}}", "{", "}", "{0!x}", "{:{}}", "{} {}", "{0} {}", "{a!r:>10}", "{0.x}", "{:d}", "{0", "{a[}", "{:.{p}f}"]
for f in ff:
    t(lambda: f.format(3.5, 9, a=[7], p=2))
    t(lambda: f.format({"k": 1}, a=5, p=1))
    t(lambda: f.format("x"))
t(lambda: "{x} {y}".format_map({"x": 1, "y": 2}))
class D(dict):
    def __missing__(self, k): return "<" + k + ">"
t(lambda: "{x} {y}".format_map(D(x=1)))
class F:
    def __format__(self, spec): return "F(" + spec + ")"
t(lambda: f"{F():abc}{F()}{F()!s:.3}")
t(lambda: "{:xy}".format(F()))
x = 5; w = 10; name = "n"; d = {"a": {"b": 3}}
t(lambda: f"{x=} {x = } {x!r:>4} {x=:>4} {w*2=} {d['a']['b']} {'nested ' + f'{x}'} {x:{w}} {x:>{w}.{2}f}")
t(lambda: f"{x:,} {1234567:,} {1234567.891:,.2f} {255:#x} {255:08b} {-5:+} {True} {None} {'a':*^5}")
t(lambda: f"{{}} {{{x}}} {x}}}")
t(lambda: f"{x!r}" f"{x!s}" "plain" f'{"q"}')
t(lambda: f"""multi
{x}
line""")
t(lambda: rf"\d{x}\n")
t(lambda: f"{lambda_ if (lambda_ := 3) else 0}")
t(lambda: f"{[i for i in range(3)]} { {1, 2} } { {'a': 1}['a'] } {(lambda v: v * 2)(4)}")
t(lambda: f"{x:{'>' + str(w)}}")
t(lambda: f"{3.14159:.{x}}")
t(lambda: f"{'a' 'b'}")
t(lambda: f"{x if x > 3 else -x}")
t(lambda: f"{x:0>{w}}")
t(lambda: f"{d!r:>20}")
