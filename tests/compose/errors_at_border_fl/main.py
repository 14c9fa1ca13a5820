import rules
import traceback
from polyglot import out, Term, Var


class Thing:
    pass


def attempt(f, *args):
    """Type and text of the error, and the last place of its traceback."""
    try:
        f(*args)
    except Exception as e:
        lines = traceback.format_exc().splitlines()
        places = [line.strip() for line in lines if line.startswith("  File")]
        kinds = [c.__name__ for c in (TypeError, AttributeError, ValueError) if isinstance(e, c)]
        print(type(e).__name__, kinds, e)
        print("    ", places[-1])


attempt(rules.double, 1, 2, 3)
attempt(rules.double)
attempt(rules.double.first, 1)
attempt(lambda: rules.double.all(1, 2, 3))
attempt(rules.double, Var(), out)
attempt(rules.double, Thing(), out)
attempt(lambda: rules.double(x=1))
attempt(lambda: next(rules.double.all(Var(), out)))
attempt(lambda: len(rules))
attempt(lambda: Term("f", 1)(2))
attempt(lambda: Term("f", 1).size)
attempt(lambda: rules.query("double(X, Y)", Z=1))
attempt(lambda: rules.query("double(X"))
attempt(rules.uses, 3, out)
attempt(rules.uses, Var(), out)
attempt(rules.over, 3, out)
attempt(rules.calls, Thing(), out)
attempt(rules.calls, lambda: 1, out)
attempt(rules.calls, 3, out)
attempt(rules.calls, Var(), out)
attempt(rules.unknown, 1)
attempt(rules.over, Var(), out)
attempt(rules.over, Term("f", 1), out)
attempt(rules.member_of, Var(), out)
attempt(rules.member_of, Thing(), out)
attempt(rules.double, "a", out)
attempt(rules.double, None, out)
attempt(rules.double, {}, out)
attempt(rules.bad_import)
attempt(lambda: rules.nothing)
attempt(lambda: rules.double.nothing)
attempt(lambda: rules.query(3))
attempt(lambda: list(rules.query("nothing(X)")))
attempt(lambda: list(rules.query("double(X, Y)")))
attempt(lambda: next(rules.double.all("a", out)))
attempt(lambda: setattr(rules, "x", 1))
attempt(lambda: rules())
attempt(lambda: rules.double[0])
