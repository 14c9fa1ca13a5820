"""Files, folders and the environment, as far as the host allows.

The runtime's own `_os` has: `getcwd()`, `getenv(name)` (None if not set),
`environ()` (a dict), `kind(path)` ("file", "dir", "other" or None), `is_link(path)`,
`size(path)`, `mtime(path)`, `listdir(path)`, `mkdir(path)`, `rmdir(path)`,
`remove(path)`, `rename(a, b)`, `getpid()`, `urandom(n)`, `exit(status)`. They
raise OSError and its kin.
"""

import _os
import os.path
from os.path import _text

name = "posix"
sep = "/"
pathsep = ":"
linesep = "\n"
curdir = "."
pardir = ".."
extsep = "."
altsep = None
devnull = "/dev/null"
environ = _os.environ()
error = OSError


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
