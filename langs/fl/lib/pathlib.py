"""Paths as objects."""

import os
import os.path

__all__ = ["PurePath", "PurePosixPath", "Path", "PosixPath"]


class PurePath:
    """A path, and what can be said of it without looking."""

    def __init__(self, *args):
        text = ""
        for arg in args:
            text = os.path.join(text, os.fspath(arg)) if text else os.fspath(arg)
        root = ""
        if text.startswith("/"):
            root = "//" if text.startswith("//") and not text.startswith("///") else "/"
        self._root = root
        self._names = [name for name in text.split("/") if name and name != "."]

    def _made(self, root, names):
        result = type(self)()
        result._root = root
        result._names = names
        return result

    def __str__(self):
        return self._root + "/".join(self._names) or "."

    def __fspath__(self):
        return str(self)

    def __repr__(self):
        return "%s(%r)" % (self._shown_name, str(self))

    _shown_name = "PurePosixPath"

    def as_posix(self):
        return str(self)

    def __eq__(self, other):
        if not isinstance(other, PurePath):
            return NotImplemented
        return self._root == other._root and self._names == other._names

    def __hash__(self):
        return hash(str(self))

    def __lt__(self, other):
        if not isinstance(other, PurePath):
            return NotImplemented
        return list(self.parts) < list(other.parts)

    def __le__(self, other):
        if not isinstance(other, PurePath):
            return NotImplemented
        return list(self.parts) <= list(other.parts)

    def __gt__(self, other):
        if not isinstance(other, PurePath):
            return NotImplemented
        return list(self.parts) > list(other.parts)

    def __ge__(self, other):
        if not isinstance(other, PurePath):
            return NotImplemented
        return list(self.parts) >= list(other.parts)

    def __truediv__(self, other):
        if not isinstance(other, (str, PurePath)):
            return NotImplemented
        return type(self)(self, other)

    def __rtruediv__(self, other):
        if not isinstance(other, str):
            return NotImplemented
        return type(self)(other, self)

    def joinpath(self, *others):
        return type(self)(self, *others)

    @property
    def parts(self):
        return tuple([self._root] if self._root else []) + tuple(self._names)

    @property
    def root(self):
        return self._root

    @property
    def anchor(self):
        return self._root

    @property
    def drive(self):
        return ""

    @property
    def name(self):
        return self._names[-1] if self._names else ""

    @property
    def suffix(self):
        name = self.name
        dot = name.rfind(".")
        return name[dot:] if 0 < dot < len(name) - 1 else ""

    @property
    def suffixes(self):
        name = self.name
        if name.endswith("."):
            return []
        return ["." + part for part in name.lstrip(".").split(".")[1:]]

    @property
    def stem(self):
        name = self.name
        return name[:len(name) - len(self.suffix)]

    @property
    def parent(self):
        return self._made(self._root, self._names[:-1])

    @property
    def parents(self):
        count = len(self._names)
        return [self._made(self._root, self._names[:end]) for end in range(count - 1, -1, -1)]

    def is_absolute(self):
        return bool(self._root)

    def with_name(self, name):
        if not self.name:
            raise ValueError("%r has an empty name" % (self,))
        if not name or "/" in name or name == ".":
            raise ValueError("Invalid name %r" % name)
        return self._made(self._root, self._names[:-1] + [name])

    def with_stem(self, stem):
        return self.with_name(stem + self.suffix)

    def with_suffix(self, suffix):
        if "/" in suffix or suffix and not suffix.startswith(".") or suffix == ".":
            raise ValueError("Invalid suffix %r" % suffix)
        return self.with_name(self.stem + suffix)

    def is_relative_to(self, *other):
        base = type(self)(*other)
        return self._root == base._root and self._names[:len(base._names)] == base._names

    def relative_to(self, *other):
        base = type(self)(*other)
        if not self.is_relative_to(base):
            raise ValueError("%r is not in the subpath of %r" % (str(self), str(base)))
        return self._made("", self._names[len(base._names):])

    def match(self, pattern):
        wanted = [part for part in pattern.split("/") if part and part != "."]
        if not wanted:
            raise ValueError("empty pattern")
        names = list(self._names)
        if pattern.startswith("/"):
            if not self._root or len(wanted) != len(names):
                return False
        if len(wanted) > len(names):
            return False
        return all([_matches(name, part)
                    for name, part in zip(names[len(names) - len(wanted):], wanted)])


PurePosixPath = PurePath


def _matches(name, pattern):
    """Whether a name fits a pattern with `*`, `?` and `[...]`."""
    n = p = 0
    star = mark = -1
    while n < len(name):
        width = _fits(name[n], pattern, p)
        if width:
            n += 1
            p += width
        elif p < len(pattern) and pattern[p] == "*":
            star, mark = p, n
            p += 1
        elif star >= 0:
            mark += 1
            n, p = mark, star + 1
        else:
            return False
    return all([ch == "*" for ch in pattern[p:]])


def _fits(ch, pattern, p):
    """How much of the pattern at `p` stands for this character; 0 if it does not fit."""
    if p >= len(pattern) or pattern[p] == "*":
        return 0
    if pattern[p] == "?":
        return 1
    if pattern[p] != "[":
        return 1 if pattern[p] == ch else 0
    end = pattern.find("]", p + 2)
    if end < 0:
        return 1 if ch == "[" else 0
    inside = pattern[p + 1:end]
    negated = inside.startswith("!")
    if negated:
        inside = inside[1:]
    found = False
    i = 0
    while i < len(inside):
        if i + 2 < len(inside) and inside[i + 1] == "-":
            found = found or inside[i] <= ch <= inside[i + 2]
            i += 3
        else:
            found = found or inside[i] == ch
            i += 1
    return end + 1 - p if found != negated else 0


class Path(PurePath):
    """A path in the file system."""

    _shown_name = "PosixPath"

    @classmethod
    def cwd(cls):
        return cls(os.getcwd())

    @classmethod
    def home(cls):
        return cls(os.path.expanduser("~"))

    def absolute(self):
        return self if self._root else type(self)(os.getcwd(), self)

    def resolve(self, strict=False):
        path = type(self)(os.path.abspath(self))
        if strict and not path.exists():
            raise FileNotFoundError(2, "No such file or directory", str(path))
        return path

    def expanduser(self):
        return type(self)(os.path.expanduser(self))

    def exists(self):
        return os.path.exists(self)

    def is_file(self):
        return os.path.isfile(self)

    def is_dir(self):
        return os.path.isdir(self)

    def is_symlink(self):
        return os.path.islink(self)

    def stat(self):
        return os.stat(self)

    lstat = stat

    def samefile(self, other):
        return os.path.samefile(self, other)

    def is_mount(self):
        return os.path.ismount(self)

    def open(self, mode="r", buffering=-1, encoding=None, errors=None, newline=None):
        return open(self, mode, buffering, encoding=encoding, errors=errors, newline=newline)

    def read_text(self, encoding=None, errors=None):
        with self.open("r", encoding=encoding, errors=errors) as file:
            return file.read()

    def read_bytes(self):
        with self.open("rb") as file:
            return file.read()

    def write_text(self, data, encoding=None, errors=None, newline=None):
        if not isinstance(data, str):
            raise TypeError("data must be str, not %s" % type(data).__name__)
        with self.open("w", encoding=encoding, errors=errors, newline=newline) as file:
            return file.write(data)

    def write_bytes(self, data):
        with self.open("wb") as file:
            return file.write(data)

    def touch(self, mode=0o666, exist_ok=True):
        if self.exists() and not exist_ok:
            raise FileExistsError(17, "File exists", str(self))
        with self.open("a"):
            pass

    def mkdir(self, mode=0o777, parents=False, exist_ok=False):
        if exist_ok and self.is_dir():
            return
        if parents:
            os.makedirs(self, exist_ok=exist_ok)
        else:
            os.mkdir(self)

    def rmdir(self):
        os.rmdir(self)

    def unlink(self, missing_ok=False):
        if missing_ok and not self.exists():
            return
        os.remove(self)

    def walk(self, top_down=True, on_error=None, follow_symlinks=False):
        for folder, folders, files in os.walk(self, top_down, on_error, follow_symlinks):
            yield type(self)(folder), folders, files

    def rename(self, target):
        os.rename(self, target)
        return type(self)(target)

    replace = rename

    def iterdir(self):
        for name in os.listdir(self):
            yield self / name

    def glob(self, pattern):
        parts = [part for part in pattern.split("/") if part]
        if not parts:
            raise ValueError("Unacceptable pattern: %r" % pattern)
        yield from self._glob(parts)

    def rglob(self, pattern):
        yield from self.glob("**/" + pattern)

    def _glob(self, parts):
        if not parts:
            yield self
            return
        part, rest = parts[0], parts[1:]
        if part == "**":
            if rest:
                yield from self._glob(rest)
            else:
                yield self
            for child in self.iterdir():
                if child.is_dir():
                    yield from child._glob(parts)
            return
        for child in self.iterdir():
            if _matches(child.name, part) and (not rest or child.is_dir()):
                yield from child._glob(rest)


PosixPath = Path
