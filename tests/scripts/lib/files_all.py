"""Files: modes, encodings, line ends, positions, errors."""
import io
import os
import sys

name = "files_all.tmp"


def attempt(what, f):
    try:
        print(what, "->", repr(f()))
    except Exception as e:
        print(what, "->", type(e).__name__, e)


with open(name, "w") as f:
    print(f.name, f.mode, f.encoding, f.closed, f.readable(), f.writable(), f.seekable())
    print(f.write("one\ntwo\nthree"), f.tell())
    f.writelines(["\n", "four", "\n"])
    f.writelines(x for x in ("five\n", "six"))
    print("seven", 8, sep="-", end="|", file=f)
print(f.closed)
attempt("write closed", lambda: f.write("x"))
attempt("iter closed", lambda: list(f))
attempt("enter closed", lambda: f.__enter__())
f.close()
with open(name) as f:
    print(f.readline(), f.readline(2), f.readline(), sep="|")
    print(f.tell(), f.read(3), f.tell(), f.read(0))
    print(f.readlines())
    print(repr(f.read()), repr(f.readline()), f.readlines())
    print(f.seek(0), f.readlines(5))
    f.seek(0, 2)
    print(f.tell(), f.seek(4), f.readline())
    attempt("rel", lambda: f.seek(1, 1))
    attempt("end", lambda: f.seek(-1, 2))
    attempt("write", lambda: f.write("x"))
    attempt("neg", lambda: f.seek(-1))
    for line in f:
        attempt("tell", f.tell)
        break
    print(next(f), end="")
    print(sum(1 for _ in f))
for mode in ("a", "a+", "r+", "w+", "x", "rb", "wb", "ab", "rb+"):
    try:
        with open(name, mode) as f:
            print(mode, type(f).__name__, f.mode, f.readable(), f.writable(), f.tell())
            if "b" in mode:
                if f.writable():
                    print(f.write(b"\x00\xffab\n"))
                if f.readable():
                    f.seek(0)
                    print(f.read())
            else:
                print(f.write("Z" + mode))
                if f.readable():
                    f.seek(0)
                    print(f.read())
    except OSError as e:
        print(mode, type(e).__name__, e.errno, e.strerror, e.filename)
for bad in ("", "q", "rw", "tb", "rr", "b", "+"):
    attempt("mode " + bad, lambda: open(name, bad))
attempt("enc", lambda: open(name, "rb", encoding="utf-8"))
attempt("enc2", lambda: open(name, encoding="nope"))
attempt("nl", lambda: open(name, newline="x"))
attempt("buf", lambda: open(name, buffering=0))
attempt("missing", lambda: open("no/such/file"))
attempt("dir", lambda: open("."))
attempt("type", lambda: open(1.5))
try:
    open("missing.txt")
except FileNotFoundError as e:
    print(e.args, e.errno, e.filename, str(e), isinstance(e, OSError))
# line ends
with open(name, "wb") as f:
    f.write(b"a\r\nb\rc\nd\r\n\r\re")
for newline in (None, "", "\n", "\r", "\r\n"):
    with open(name, newline=newline) as f:
        print(repr(newline), f.readlines())
    with open(name, newline=newline) as f:
        print([f.read(2) for _ in range(7)])
    with open(name, newline=newline) as f:
        print(repr(f.read()))
for newline in (None, "", "\n", "\r", "\r\n"):
    with open(name, "w", newline=newline) as f:
        f.write("x\ny\r\nz\n")
    with open(name, "rb") as f:
        print(repr(newline), f.read())
# encodings
for enc in ("utf-8", "latin-1", "ascii", "utf-16", "utf-8-sig", "utf-16-le", "utf-32"):
    try:
        with open(name, "w", encoding=enc) as f:
            f.write("h\u00e9llo\n")
            f.write("w\u00f6rld\n")
        with open(name, "rb") as f:
            print(enc, f.read())
        with open(name, encoding=enc) as f:
            print(list(f))
    except UnicodeError as e:
        print(enc, type(e).__name__, e)
for errors in ("ignore", "replace", "backslashreplace", "xmlcharrefreplace"):
    with open(name, "w", encoding="ascii", errors=errors) as f:
        f.write("\u20ac!")
    with open(name) as f:
        print(errors, f.read())
with open(name, "wb") as f:
    f.write(b"ok\n\xff\xfe bad\n")
attempt("decode", lambda: open(name, encoding="utf-8").read())
attempt("decode line", lambda: open(name, encoding="utf-8").readline())
with open(name, encoding="utf-8", errors="replace") as f:
    print(ascii(f.read()))
with open(name, encoding="utf-8", errors="surrogateescape") as f:
    print(ascii(f.read()))
# binary
with open(name, "wb") as f:
    print(f.write(bytes(range(20))), f.tell())
    attempt("str", lambda: f.write("x"))
    attempt("read", lambda: f.read())
with open(name, "rb") as f:
    b = bytearray(4)
    print(f.readinto(b), b, f.read(3), f.peek(2)[:2], f.tell())
    print(f.seek(-3, 2), f.read(), f.read(), f.seek(2), f.seek(3, 1), f.read1(2))
    attempt("write", lambda: f.write(b"x"))
with open(name, "r+b") as f:
    f.seek(5)
    f.write(b"XYZ")
    print(f.read(2), f.tell(), f.truncate(10), f.seek(0), f.read())
with open(name, "wb") as f:
    f.write(b"l1\nl2\n\nl4")
with open(name, "rb") as f:
    print(list(f))
with open(name, "rb") as f:
    print(f.readline(), f.readlines())
with open(name, "w+") as f:
    f.write("hello world")
    f.seek(6)
    f.truncate()
    f.seek(0)
    print(f.read())
with open(name, "w") as f:
    f.write("abc")
    f.flush()
    print(open(name).read())
open(name, "w").write("unclosed")
print(open(name).read(), os.path.getsize(name))
for i, line in enumerate(open(name)):
    print(i, line)
with open(name, "w") as a, open(name + "2", "w") as b:
    a.write("A")
    b.write("B")
print(open(name).read() + open(name + "2").read())
os.remove(name + "2")
f = open(name)
print(repr(f))
print(repr(f.buffer), f.buffer.read())
f.close()
print(isinstance(f, io.TextIOBase), isinstance(f, io.IOBase), isinstance(f, io.TextIOWrapper))
with open(name, "rb") as f:
    print(repr(f), isinstance(f, io.BufferedIOBase), isinstance(f, io.TextIOBase), isinstance(f, io.BufferedReader))
attempt("unsupported", lambda: open(name, "w").read())
try:
    open(name, "w").read()
except io.UnsupportedOperation as e:
    print(isinstance(e, OSError), isinstance(e, ValueError), type(e).__module__)
os.remove(name)
print(os.path.exists(name))
print(sys.stdout.name, sys.stdin.name, sys.stderr.name, sys.stdout.mode, sys.stdin.mode)
print(sys.stdout.writable(), sys.stdin.readable(), sys.stdout.encoding)
sys.stdout.write("direct\n")
sys.stdout.writelines(["a\n", "b\n"])
sys.stdout.flush()
sys.stdout.buffer.write(b"bytes\n")
sys.stdout.flush()
print(sys.stdin.read())
old = sys.stdout
sys.stdout = io.StringIO()
print("captured")
text = sys.stdout.getvalue()
sys.stdout = old
print(repr(text))
print("to stdout", file=sys.stdout, flush=True)
