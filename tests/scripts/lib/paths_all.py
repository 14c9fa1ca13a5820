import os
import os.path as osp
from pathlib import Path, PurePath, PurePosixPath

for path in ("/a/b/c.txt", "a/b/", "c", "", "/", "a//b/../c/./d", "..", "/..", ".hidden", "x.tar.gz", "a.b/c", "//a/b"):
    print(repr(path), osp.split(path), osp.basename(path), osp.dirname(path), osp.splitext(path), osp.normpath(path), osp.isabs(path))
print(osp.join("a", "b", "/c", "d"), osp.join("", "x"), osp.join("a/", "b"), osp.join("a", ""))
print(osp.relpath("/a/b/c", "/a/d"), osp.relpath("/a", "/a"), osp.commonprefix(["abc", "abd"]), osp.commonpath(["/a/b", "/a/c"]))
for text in ("/usr/lib/python.tar.gz", "a/b.txt", ".", "/", "x", ".bashrc", "dir/", "a/./b", "../up"):
    p = PurePosixPath(text)
    print(str(p), repr(p), p.name, p.suffix, p.suffixes, p.stem, p.parent, p.parts, p.is_absolute(), p.anchor)
p = PurePosixPath("/a/b") / "c" / "d.txt"
print(p, p.with_suffix(".md"), p.with_name("e"), p.with_stem("z"), p.relative_to("/a"), list(p.parents)[1], p.match("*.txt"), p.match("c/*"), p.match("x/*"))
print("x" / PurePosixPath("y"), p.joinpath("..", "q"), p == PurePosixPath("/a/b/c/d.txt"), sorted([PurePosixPath("b"), PurePosixPath("a/z")]), p.is_relative_to("/a/b"))
try:
    p.relative_to("/zzz")
except ValueError:
    print("ValueError")
work = Path("work")
work.mkdir()
(work / "sub" / "deep").mkdir(parents=True, exist_ok=True)
f = work / "a.txt"
print(f.write_text("line1\nline2\n"), f.read_text(), f.exists(), f.is_file(), work.is_dir(), os.path.getsize(f))
(work / "b.py").write_bytes(b"\x00\x01")
(work / "sub" / "c.py").touch()
print(sorted(q.name for q in work.iterdir()), sorted(str(q) for q in work.glob("*.py")), sorted(str(q) for q in work.rglob("*.py")), sorted(str(q) for q in work.glob("*/*")))
for root, dirs, files in os.walk("work"):
    dirs.sort()
    print(root, sorted(dirs), sorted(files))
with f.open() as handle:
    print([line.strip() for line in handle])
f.rename(work / "z.txt")
print(f.exists(), sorted(os.listdir("work")), os.path.isdir("work/sub"), os.path.exists("nope"))
for act in (lambda: f.read_text(), lambda: work.mkdir(), lambda: os.listdir("nope"), lambda: os.remove("nope"), lambda: os.rmdir("work")):
    try:
        act()
    except OSError as e:
        print(type(e).__name__)
(work / "z.txt").unlink()
(work / "none").unlink(missing_ok=True)
os.remove("work/b.py")
print(sorted(os.listdir("work")), os.environ.get("SURELY_NOT_SET", "default"), os.getenv("SURELY_NOT_SET"), os.sep, os.fspath(work))
print(Path("a").resolve() == Path.cwd() / "a", os.path.abspath("x") == os.path.join(os.getcwd(), "x"))
