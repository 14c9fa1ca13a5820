import faults
from polyglot import out, PrologError, ForeignError, Term
import polyglot

for name, args in [("type", (out,)), ("zero", (out,)), ("domain", (-1, out)), ("unknown", ()),
                   ("thrown", ()), ("inst", (out,)), ("undefined_eval", (out,))]:
    try:
        getattr(faults, name)(*args)
    except PrologError as e:
        kinds = [c.__name__ for c in (TypeError, ZeroDivisionError, ValueError, AttributeError,
                                      FileNotFoundError, MemoryError) if isinstance(e, c)]
        print(name, kinds, isinstance(e, ForeignError), e.term.name if isinstance(e.term, Term) else e.term)
try:
    faults.zero(out)
except ZeroDivisionError as e:
    print("ZeroDivisionError:", e)


class Custom(Exception):
    pass


mark = Custom("mine")


def fail():
    raise mark


try:
    faults.call_back(fail)
except Custom as e:
    print(e is mark)
print(faults.catch_back(fail, out))
try:
    faults.rethrow(fail)
except Custom as e:
    print("again", e is mark)
try:
    faults.missing_source()
except FileNotFoundError as e:
    print("FileNotFoundError")
try:
    faults.parent(1, 2, 3)
except AttributeError as e:
    print("AttributeError")
try:
    faults.type(1, x=2)
except TypeError as e:
    print(e)
