"""Tracebacks as text."""

import sys
from _traceback import entries as _entries

_CAUSE = "\nThe above exception was the direct cause of the following exception:\n\n"
_CONTEXT = "\nDuring handling of the above exception, another exception occurred:\n\n"


class FrameSummary:
    """One line of a traceback."""

    def __init__(self, filename, lineno, name, line=None):
        self.filename = filename
        self.lineno = lineno
        self.name = name
        self.line = line

    def __iter__(self):
        return iter((self.filename, self.lineno, self.name, self.line))

    def __len__(self):
        return 4

    def __getitem__(self, index):
        return (self.filename, self.lineno, self.name, self.line)[index]

    def __eq__(self, other):
        if isinstance(other, FrameSummary):
            other = tuple(other)
        return tuple(self) == other

    def __repr__(self):
        return "<FrameSummary file %s, line %s in %s>" % (self.filename, self.lineno, self.name)


class StackSummary(list):
    """The lines of a traceback."""

    def format(self):
        result = []
        last = None
        count = 0
        for frame in self:
            key = (frame.filename, frame.lineno, frame.name)
            if key != last:
                _repeated(result, count)
                last, count = key, 0
            count += 1
            if count > 3:
                continue
            text = '  File "%s", line %s, in %s\n' % key
            if frame.line:
                text += "    %s\n" % frame.line.strip()
            result.append(text)
        _repeated(result, count)
        return result

    @classmethod
    def from_list(cls, items):
        return cls([item if isinstance(item, FrameSummary) else FrameSummary(*item)
                    for item in items])


def _repeated(result, count):
    if count > 3:
        more = count - 3
        result.append("  [Previous line repeated %d more time%s]\n"
                      % (more, "" if more == 1 else "s"))


def _limited(frames, limit):
    if limit is None:
        return frames
    return frames[:limit] if limit >= 0 else frames[limit:]


def extract_tb(tb, limit=None):
    frames = [] if tb is None else [FrameSummary(*entry) for entry in _entries(tb)]
    return StackSummary(_limited(frames, limit))


def format_list(extracted_list):
    return StackSummary.from_list(extracted_list).format()


def print_list(extracted_list, file=None):
    for text in format_list(extracted_list):
        print(text, file=file if file is not None else sys.stderr, end="")


def format_tb(tb, limit=None):
    return extract_tb(tb, limit).format()


def print_tb(tb, limit=None, file=None):
    print_list(extract_tb(tb, limit), file)


def extract_stack(f=None, limit=None):
    return StackSummary()


def format_stack(f=None, limit=None):
    return []


def print_stack(f=None, limit=None, file=None):
    pass


def _full_name(cls):
    module = getattr(cls, "__module__", "builtins")
    if module in ("__main__", "builtins"):
        return cls.__qualname__
    return module + "." + cls.__qualname__


def _text(value):
    try:
        return str(value)
    except Exception:
        return "<exception str() failed>"


def format_exception_only(exc, value=None, /):
    error = exc if isinstance(exc, BaseException) else value
    if error is None:
        return ["%s\n" % (exc if exc is None else _full_name(exc))]
    rendered = getattr(error, "_rendered", None)
    if isinstance(error, SyntaxError) and rendered:
        return [rendered if rendered.endswith("\n") else rendered + "\n"]
    name = _full_name(type(error))
    text = _text(error)
    lines = ["%s: %s\n" % (name, text) if text else name + "\n"]
    for note in getattr(error, "__notes__", ()):
        lines.extend(part + "\n" for part in _text(note).split("\n"))
    return lines


class TracebackException:
    """An exception and its traceback, ready to be formatted."""

    def __init__(self, exc_type, exc_value, exc_traceback, *, limit=None, chain=True, _seen=None):
        seen = [] if _seen is None else _seen
        seen.append(exc_value)
        self.exc_type = exc_type
        self.stack = extract_tb(exc_traceback, limit)
        self._only = format_exception_only(exc_value)
        self._str = _text(exc_value)
        self.__cause__ = self.__context__ = None
        self.__suppress_context__ = exc_value.__suppress_context__
        if chain:
            self.__cause__ = _linked(exc_value.__cause__, seen, limit)
            if not exc_value.__suppress_context__ and self.__cause__ is None:
                self.__context__ = _linked(exc_value.__context__, seen, limit)

    @classmethod
    def from_exception(cls, exc, **options):
        return cls(type(exc), exc, exc.__traceback__, **options)

    def __str__(self):
        return self._str

    def format_exception_only(self):
        yield from self._only

    def format(self, *, chain=True):
        if chain and self.__cause__ is not None:
            yield from self.__cause__.format()
            yield _CAUSE
        elif chain and self.__context__ is not None:
            yield from self.__context__.format()
            yield _CONTEXT
        if self.stack:
            yield "Traceback (most recent call last):\n"
            yield from self.stack.format()
        yield from self._only

    def print(self, *, file=None, chain=True):
        for line in self.format(chain=chain):
            print(line, file=file if file is not None else sys.stderr, end="")


def _linked(exc, seen, limit):
    if exc is None or any(exc is other for other in seen):
        return None
    return TracebackException(type(exc), exc, exc.__traceback__, limit=limit, _seen=seen)


_given = object()


def _parts(exc, value, tb):
    if value is _given and tb is _given:
        return exc, (exc.__traceback__ if exc is not None else None)
    return value, tb


def format_exception(exc, /, value=_given, tb=_given, limit=None, chain=True):
    value, tb = _parts(exc, value, tb)
    if value is None:
        return ["NoneType: None\n"]
    return list(TracebackException(type(value), value, tb, limit=limit, chain=chain).format())


def print_exception(exc, /, value=_given, tb=_given, limit=None, file=None, chain=True):
    text = "".join(format_exception(exc, value, tb, limit, chain))
    print(text, file=file if file is not None else sys.stderr, end="")


def format_exc(limit=None, chain=True):
    return "".join(format_exception(sys.exc_info()[1], limit=limit, chain=chain))


def print_exc(limit=None, file=None, chain=True):
    print_exception(sys.exc_info()[1], limit=limit, file=file, chain=chain)


def walk_tb(tb):
    while tb is not None:
        yield tb.tb_frame, tb.tb_lineno
        tb = tb.tb_next


def clear_frames(tb):
    pass
