"""An exception that leaves through cleanups of both languages keeps the frames on the far side."""
import guards
import traceback
from polyglot import out


def fails(n):
    return 1 // n


def guarded(f, n):
    try:
        return guards.run(f, n, out)
    finally:
        print("finally")


for f in (fails, lambda n: guards.wrong(n, out)):
    try:
        guarded(f, 0)
    except Exception as e:
        for line in traceback.format_exc().splitlines():
            print(line)
try:
    guards.undefined_last(1)
except AttributeError as e:
    print(*traceback.format_exc().splitlines(), sep="\n")
try:
    guards.not_callable(7, out)
except TypeError as e:
    print(*traceback.format_exc().splitlines(), sep="\n")
try:
    guards.no_member(7, out)
except AttributeError as e:
    print(*traceback.format_exc().splitlines(), sep="\n")
