"""os, os.path, pathlib, struct, hashlib, copy, io."""
import copy
import hashlib
import io
import os
import os.path
import struct
from pathlib import Path, PurePath, PurePosixPath

base = "os_all.dir"
os.mkdir(base)
print(os.path.isdir(base), os.path.isfile(base), os.path.exists(base), os.listdir(base))
for bad in (lambda: os.mkdir(base), lambda: os.rmdir("nope"), lambda: os.remove("nope"), lambda: os.listdir("nope"), lambda: os.stat("nope"), lambda: os.rename("nope", "x"), lambda: os.makedirs(base)):
    try:
        bad()
    except OSError as e:
        print(type(e).__name__, e.errno, e.filename, str(e))
os.makedirs(os.path.join(base, "a", "b"))
os.makedirs(os.path.join(base, "a"), exist_ok=True)
for n in ("x.txt", "y.py", "z.txt"):
    with open(os.path.join(base, "a", n), "w") as f:
        f.write(n * 3)
print(sorted(os.listdir(base + "/a")), os.path.getsize(base + "/a/x.txt"), os.stat(base + "/a/x.txt").st_size)
for top, dirs, files in sorted(os.walk(base)):
    print(top, sorted(dirs), sorted(files))
with os.scandir(base + "/a") as it:
    print(sorted((e.name, e.is_dir(), e.is_file()) for e in it))
os.rename(base + "/a/x.txt", base + "/a/w.txt")
p = Path(base)
print(sorted(str(x) for x in p.rglob("*.txt")), sorted(x.name for x in p.glob("a/*")), sorted(x.name for x in (p / "a").iterdir()))
q = p / "a" / "new.txt"
print(q.write_text("hello\nworld\n"), q.read_text(), q.read_bytes(), q.exists(), q.is_file(), q.stat().st_size)
print(q, repr(q), q.name, q.stem, q.suffix, q.parent, q.parts, q.with_suffix(".md"), q.with_name("k"), list(q.parents))
with q.open() as f:
    print([line.strip() for line in f])
with open(q) as f:
    print(f.readline())
q.unlink()
q.unlink(missing_ok=True)
try:
    q.read_text()
except FileNotFoundError as e:
    print(e.errno, e.filename)
(p / "m" / "n").mkdir(parents=True)
(p / "m" / "t").touch()
print((p / "m" / "t").read_bytes(), (p / "m").is_dir(), p.joinpath("m", "t").relative_to(p), PurePath("a/b") < PurePath("a/c"))
for path in ("a/b.c/d.tar.gz", "/x/y/", ".hidden", "a//b/../c/./d", "", "/", "noext", "a.b."):
    print(repr(path), os.path.split(path), os.path.splitext(path), os.path.basename(path), os.path.dirname(path), os.path.normpath(path), os.path.isabs(path), PurePosixPath(path).suffixes)
print(os.path.join("a", "b", "/c", "d"), os.path.join("a/", "b"), os.path.join("a", ""), os.path.commonprefix(["abc", "abd"]), os.path.commonpath(["/a/b/c", "/a/b/d"]), os.path.relpath("a/b", "a/c"), os.sep, os.linesep == "\n", os.name)
print(os.path.abspath("x") == os.path.join(os.getcwd(), "x"), os.environ.get("NOPE", "d"), os.getenv("NOPE"), "PATH" in os.environ, os.fspath(p))
os.environ["NEW_VAR"] = "v"
print(os.environ["NEW_VAR"], os.getenv("NEW_VAR"))
for top, dirs, files in os.walk(base, topdown=False):
    for n in files:
        os.remove(os.path.join(top, n))
    for n in dirs:
        os.rmdir(os.path.join(top, n))
os.rmdir(base)
print(os.path.exists(base), Path(base).exists(), Path.cwd() == Path(os.getcwd()), Path("a") / "b" == Path("a/b"))
print(struct.pack("<IhB", 1, -2, 3), struct.unpack(">HH", b"\x00\x01\x00\x02"), struct.calcsize("<Qd"), struct.pack("5s", b"ab"), struct.unpack("<f", struct.pack("<f", 1.5)), list(struct.iter_unpack("<H", b"\x01\x00\x02\x00")))
for bad in (lambda: struct.pack("<B", 256), lambda: struct.unpack("<I", b"abc"), lambda: struct.pack("Z", 1), lambda: struct.pack("<H", "x")):
    try:
        bad()
    except struct.error as e:
        print("struct.error", e)
s = struct.Struct("<2Hc")
print(s.size, s.format, s.pack(1, 2, b"x"), s.unpack(s.pack(1, 2, b"x")))
for name in ("md5", "sha1", "sha256", "sha512", "sha224", "sha384"):
    h = hashlib.new(name, b"hello")
    h.update(b" world")
    print(name, h.hexdigest(), h.digest_size, h.block_size, h.name)
print(hashlib.sha256(b"").hexdigest()[:16], hashlib.md5(b"a" * 1000).hexdigest(), hashlib.sha1().copy().hexdigest())
b = io.BytesIO(b"line1\nline2\n")
print(b.readline(), b.read(2), b.tell(), b.seek(0), b.readlines(), b.getvalue(), b.seek(0, 2), b.write(b"x"), b.getvalue())
w = io.TextIOWrapper(io.BytesIO("h\u00e9\r\nx\n".encode()), encoding="utf-8")
print(w.readline(), w.read(), w.encoding)
raw = io.BytesIO()
w = io.TextIOWrapper(raw, encoding="latin-1", newline="\r\n")
w.write("a\n\u00e9")
w.flush()
print(raw.getvalue())
s = io.StringIO("a\nb\r\nc", newline=None)
print(s.readlines(), s.getvalue(), s.closed, s.close(), s.closed)
try:
    s.read()
except ValueError as e:
    print(e)


class Upper(io.TextIOBase):
    def __init__(self):
        self.parts = []

    def write(self, text):
        self.parts.append(text.upper())
        return len(text)


u = Upper()
print("abc", 1, file=u)
print(u.parts)


class V:
    def __init__(self, a):
        self.a = a

    def __eq__(self, o):
        return self.a == o.a


v = V([1, [2]])
c, d = copy.copy(v), copy.deepcopy(v)
print(c.a is v.a, d.a is v.a, d == v, copy.deepcopy({"k": (1, [2])}), copy.copy([1, 2]), copy.deepcopy(print) is print)
