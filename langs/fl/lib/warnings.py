"""Warnings: shown once per place on standard error, counted, or raised."""

import sys

filters = []
_shown = set()
_recording = []


class WarningMessage:
    """A warning that `catch_warnings(record=True)` caught."""

    def __init__(self, message, category, filename, lineno, file=None, line=None, source=None):
        self.message = message
        self.category = category
        self.filename = filename
        self.lineno = lineno
        self.file = file
        self.line = line
        self.source = source
        self._category_name = category.__name__ if category else None

    def __str__(self):
        return "{message : %r, category : %r, filename : %r, lineno : %s, line : %r}" % (
            self.message, self._category_name, self.filename, self.lineno, self.line)


def formatwarning(message, category, filename, lineno, line=None):
    return "%s:%s: %s: %s\n" % (filename, lineno, category.__name__, message)


def showwarning(message, category, filename, lineno, file=None, line=None):
    if file is None:
        file = sys.stderr
    if file is not None:
        file.write(formatwarning(message, category, filename, lineno, line))


def _action(text, category):
    for action, wanted, start in filters:
        if issubclass(category, wanted) and text.lower().startswith(start.lower()):
            return action
    if issubclass(category, DeprecationWarning):
        return "ignore"
    return "default"


def warn(message, category=None, stacklevel=1, source=None):
    if isinstance(message, Warning):
        category = type(message)
    elif category is None:
        category = UserWarning
    if not (isinstance(category, type) and issubclass(category, Warning)):
        raise TypeError("category must be a Warning subclass, not '%s'" % type(category).__name__)
    instance = message if isinstance(message, Warning) else category(message)
    warn_explicit(instance, category, sys.argv[0] if sys.argv else "<string>", 1)


def warn_explicit(message, category, filename, lineno, module=None, registry=None,
                  module_globals=None, source=None):
    if not isinstance(message, Warning):
        message = category(message)
    text = str(message)
    action = _action(text, category)
    if action == "error":
        raise message
    if action == "ignore":
        return
    if action != "always":
        key = (text, category)
        if key in _shown:
            return
        _shown.add(key)
    if _recording and _recording[-1] is not None:
        _recording[-1].append(WarningMessage(message, category, filename, lineno))
    else:
        showwarning(message, category, filename, lineno)


def filterwarnings(action, message="", category=Warning, module="", lineno=0, append=False):
    _insert((action, category, message.lstrip(".*")), append)


def simplefilter(action, category=Warning, lineno=0, append=False):
    _insert((action, category, ""), append)


def _insert(item, append):
    if item[0] not in ("error", "ignore", "always", "default", "module", "once"):
        raise AssertionError("invalid action: %r" % (item[0],))
    _shown.clear()
    if append:
        filters.append(item)
    else:
        filters.insert(0, item)


def resetwarnings():
    filters.clear()
    _shown.clear()


class catch_warnings:
    """Restores the filters at its end; with `record` it gives the list of what was warned of."""

    def __init__(self, *, record=False, module=None, action=None, category=Warning, lineno=0,
                 append=False):
        self._record = record
        self._first = (action, category)

    def __enter__(self):
        self._filters = list(filters)
        log = [] if self._record else None
        _recording.append(log)
        _shown.clear()
        if self._first[0] is not None:
            simplefilter(*self._first)
        return log

    def __exit__(self, *exc_info):
        _recording.pop()
        filters[:] = self._filters
        _shown.clear()
