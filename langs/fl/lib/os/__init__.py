"""Files, folders and the environment, as far as the host allows. `_os` is in Rust."""

import _os
import os.path
from os import path
from os.path import _text

name = "posix"
sep = "/"
pathsep = ":"
curdir = "."
pardir = ".."
extsep = "."
altsep = None
devnull = "/dev/null"
linesep = "\n"
R_OK, W_OK, X_OK, F_OK = 4, 2, 1, 0
SEEK_SET, SEEK_CUR, SEEK_END = 0, 1, 2
error = OSError


class _Environ(dict):
    def __setitem__(self, key, value):
        for part in (key, value):
            if not isinstance(part, str):
                raise TypeError("str expected, not %s" % type(part).__name__)
        dict.__setitem__(self, key, value)

    def __repr__(self):
        return "environ(%s)" % dict.__repr__(self)

    def copy(self):
        return dict(self)


environ = _Environ(_os.environ())


class PathLike:
    """What has `__fspath__` is a path."""

    @classmethod
    def __class_subclasscheck__(cls, other):
        return hasattr(other, "__fspath__")

    @classmethod
    def __class_instancecheck__(cls, obj):
        return hasattr(type(obj), "__fspath__")


def fspath(path):
    return _text(path)


def getcwd():
    return _os.getcwd()


def getenv(key, default=None):
    return environ.get(key, default)


def getpid():
    return _os.getpid()


def urandom(size):
    return _os.urandom(size)


def cpu_count():
    return 1


def _exit(status):
    _os.exit(status)


def listdir(path="."):
    return _os.listdir(_text(path))


def mkdir(path, mode=0o777):
    _os.mkdir(_text(path))


def makedirs(name, mode=0o777, exist_ok=False):
    name = _text(name)
    parent = os.path.dirname(name.rstrip("/"))
    if parent and not os.path.exists(parent):
        makedirs(parent, mode, True)
    if exist_ok and os.path.isdir(name):
        return
    _os.mkdir(name)


def rmdir(path):
    _os.rmdir(_text(path))


def remove(path):
    _os.remove(_text(path))


unlink = remove


def rename(src, dst):
    _os.rename(_text(src), _text(dst))


replace = rename


def walk(top, topdown=True, onerror=None, followlinks=False):
    """Triples of a folder, the folders in it, and the other names in it."""
    top = _text(top)
    folders = []
    others = []
    try:
        names = listdir(top)
    except OSError as error:
        if onerror is not None:
            onerror(error)
        return
    for item in names:
        if os.path.isdir(os.path.join(top, item)):
            folders.append(item)
        else:
            others.append(item)
    if topdown:
        yield top, folders, others
    for folder in folders:
        path_of = os.path.join(top, folder)
        if followlinks or not os.path.islink(path_of):
            yield from walk(path_of, topdown, onerror, followlinks)
    if not topdown:
        yield top, folders, others


def putenv(key, value):
    environ[key] = value


def unsetenv(key):
    environ.pop(key, None)


def chdir(path):
    _os.chdir(_text(path))


def removedirs(name):
    rmdir(name)
    parent = path.dirname(_text(name).rstrip("/"))
    while parent:
        try:
            rmdir(parent)
        except OSError:
            break
        parent = path.dirname(parent)


def access(path, mode):
    return _os.kind(_text(path)) is not None


def fsencode(filename):
    filename = _text(filename)
    return filename.encode() if isinstance(filename, str) else filename


def fsdecode(filename):
    filename = _text(filename)
    return filename.decode() if isinstance(filename, bytes) else filename


class stat_result:
    """What is known of a file."""

    def __init__(self, mode, size, mtime):
        self.st_mode = mode
        self.st_size = size
        self.st_mtime = self.st_atime = self.st_ctime = mtime
        self.st_mtime_ns = self.st_atime_ns = self.st_ctime_ns = int(mtime * 1000000000)
        self.st_nlink = 1
        self.st_uid = self.st_gid = self.st_ino = self.st_dev = 0

    def __getitem__(self, index):
        return (self.st_mode, self.st_ino, self.st_dev, self.st_nlink, self.st_uid, self.st_gid,
                self.st_size, int(self.st_atime), int(self.st_mtime), int(self.st_ctime))[index]


def stat(path):
    return stat_result(*_os.stat(_text(path)))


lstat = stat


class DirEntry:
    """One name that `scandir` found."""

    def __init__(self, folder, name):
        self.name = name
        self.path = path.join(folder, name)

    def is_dir(self, *, follow_symlinks=True):
        return path.isdir(self.path)

    def is_file(self, *, follow_symlinks=True):
        return path.isfile(self.path)

    def is_symlink(self):
        return path.islink(self.path)

    def stat(self, *, follow_symlinks=True):
        return stat(self.path)

    def __fspath__(self):
        return self.path

    def __repr__(self):
        return "<DirEntry %r>" % self.name


class _Scan:
    def __init__(self, entries):
        self._entries = iter(entries)

    def __iter__(self):
        return self

    def __next__(self):
        return next(self._entries)

    def __enter__(self):
        return self

    def __exit__(self, *exc_info):
        pass

    def close(self):
        pass


def scandir(path="."):
    return _Scan([DirEntry(_text(path), name) for name in listdir(path)])


def get_terminal_size(fd=1):
    raise OSError(25, "Inappropriate ioctl for device")
