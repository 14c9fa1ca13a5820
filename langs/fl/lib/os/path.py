"""Paths as strings, with slashes."""

import _os

sep = "/"
curdir = "."
pardir = ".."
extsep = "."
altsep = None
pathsep = ":"


def _text(path):
    if isinstance(path, (str, bytes)):
        return path
    method = getattr(type(path), "__fspath__", None)
    if method is None:
        raise TypeError("expected str, bytes or os.PathLike object, not %s" % type(path).__name__)
    return method(path)


def join(path, *parts):
    path = _text(path)
    for part in parts:
        part = _text(part)
        if part.startswith("/"):
            path = part
        elif not path or path.endswith("/"):
            path += part
        else:
            path += "/" + part
    return path


def split(path):
    path = _text(path)
    at = path.rfind("/") + 1
    head, tail = path[:at], path[at:]
    if head.strip("/"):
        head = head.rstrip("/")
    return head, tail


def basename(path):
    return split(path)[1]


def dirname(path):
    return split(path)[0]


def splitext(path):
    path = _text(path)
    start = path.rfind("/") + 1
    dot = path.rfind(".")
    # Dots at the beginning of a name do not count.
    if dot > start and path[start:dot].strip("."):
        return path[:dot], path[dot:]
    return path, ""


def splitdrive(path):
    return "", _text(path)


def isabs(path):
    return _text(path).startswith("/")


def normpath(path):
    path = _text(path)
    if not path:
        return "."
    slashes = 0
    if path.startswith("/"):
        slashes = 2 if path.startswith("//") and not path.startswith("///") else 1
    parts = []
    for part in path.split("/"):
        if part == "" or part == ".":
            continue
        if part != ".." or (not slashes and not parts) or (parts and parts[-1] == ".."):
            parts.append(part)
        elif parts:
            parts.pop()
    return "/" * slashes + "/".join(parts) or "."


def abspath(path):
    path = _text(path)
    if not isabs(path):
        path = join(_os.getcwd(), path)
    return normpath(path)


realpath = abspath


def relpath(path, start=curdir):
    if not path:
        raise ValueError("no path specified")
    there = [part for part in abspath(path).split("/") if part]
    here = [part for part in abspath(start).split("/") if part]
    common = 0
    while common < min(len(there), len(here)) and there[common] == here[common]:
        common += 1
    return "/".join([".."] * (len(here) - common) + there[common:]) or "."


def commonprefix(paths):
    if not paths:
        return ""
    low, high = min(paths), max(paths)
    for index, item in enumerate(low):
        if item != high[index]:
            return low[:index]
    return low


def commonpath(paths):
    paths = [_text(path) for path in paths]
    if not paths:
        raise ValueError("commonpath() arg is an empty sequence")
    if len(set([isabs(path) for path in paths])) != 1:
        raise ValueError("Can't mix absolute and relative paths")
    split_paths = [[p for p in path.split("/") if p and p != "."] for path in paths]
    common = commonprefix(split_paths)
    return ("/" if isabs(paths[0]) else "") + "/".join(common)


def expanduser(path):
    path = _text(path)
    if path == "~" or path.startswith("~/"):
        home = _os.getenv("HOME")
        if home is not None:
            return home.rstrip("/") + path[1:] or "/"
    return path


def exists(path):
    return _os.kind(_text(path)) is not None


lexists = exists


def isfile(path):
    return _os.kind(_text(path)) == "file"


def isdir(path):
    return _os.kind(_text(path)) == "dir"


def islink(path):
    return _os.is_link(_text(path))


def getsize(path):
    return _os.stat(_text(path))[1]


def getmtime(path):
    return _os.stat(_text(path))[2]


getatime = getctime = getmtime


def samefile(a, b):
    return realpath(a) == realpath(b)


def ismount(path):
    return abspath(path) == "/"


def normcase(path):
    return _text(path)


def expandvars(path):
    path = _text(path)
    for name, value in _os.environ().items():
        path = path.replace("${" + name + "}", value)
    parts = path.split("$")
    for index in range(1, len(parts)):
        part = parts[index]
        end = 0
        while end < len(part) and (part[end].isalnum() or part[end] == "_"):
            end += 1
        value = _os.getenv(part[:end]) if end else None
        parts[index] = "$" + part if value is None else value + part[end:]
    return "".join(parts)
