"""Regular expressions. The matching is native (`_re`)."""

import _re


class RegexFlag(int):
    """Flags of patterns; they print their names."""

    def __repr__(self):
        names = []
        rest = int(self)
        for flag, name in _FLAG_NAMES:
            if rest & flag:
                names.append("re." + name)
                rest &= ~flag
        if rest or not names:
            names.append(hex(rest) if names else "re.NOFLAG")
        return "|".join(names)

    __str__ = __repr__

    def __or__(self, other):
        return RegexFlag(int(self) | int(other))

    def __and__(self, other):
        return RegexFlag(int(self) & int(other))

    def __xor__(self, other):
        return RegexFlag(int(self) ^ int(other))

    __ror__ = __or__
    __rand__ = __and__
    __rxor__ = __xor__

    @property
    def value(self):
        return int(self)

    @property
    def name(self):
        return "|".join([name for flag, name in _FLAG_NAMES if int(self) & flag])


_FLAG_NAMES = ((256, "ASCII"), (2, "IGNORECASE"), (4, "LOCALE"), (8, "MULTILINE"),
               (16, "DOTALL"), (32, "UNICODE"), (64, "VERBOSE"))

A = ASCII = RegexFlag(256)
I = IGNORECASE = RegexFlag(2)
L = LOCALE = RegexFlag(4)
U = UNICODE = RegexFlag(32)
M = MULTILINE = RegexFlag(8)
S = DOTALL = RegexFlag(16)
X = VERBOSE = RegexFlag(64)
NOFLAG = RegexFlag(0)


class error(Exception):
    """A pattern or template is faulty."""

    def __init__(self, msg, pattern=None, pos=None):
        self.msg = msg
        self.pattern = pattern
        self.pos = pos
        self.lineno = self.colno = None
        if pos is not None and pattern is not None:
            newline = "\n" if isinstance(pattern, str) else b"\n"
            self.lineno = pattern.count(newline, 0, pos) + 1
            self.colno = pos - pattern.rfind(newline, 0, pos)
            msg = "%s at position %d" % (msg, pos)
            if newline in pattern:
                msg += " (line %d, column %d)" % (self.lineno, self.colno)
        super().__init__(msg)


class Match:
    """Where and how a pattern matched."""

    def __init__(self, pattern, string, pos, endpos, spans):
        self.re = pattern
        self.string = string
        self.pos = pos
        self.endpos = endpos
        self._spans = spans

    def _number(self, group):
        if isinstance(group, int):
            if 0 <= group <= self.re.groups:
                return group
        elif group in self.re.groupindex:
            return self.re.groupindex[group]
        raise IndexError("no such group")

    def _text(self, number, default=None):
        start = self._spans[2 * number]
        if start < 0:
            return default
        return self.string[start:self._spans[2 * number + 1]]

    def group(self, *groups):
        if not groups:
            return self._text(0)
        if len(groups) == 1:
            return self._text(self._number(groups[0]))
        return tuple([self._text(self._number(g)) for g in groups])

    def __getitem__(self, group):
        return self._text(self._number(group))

    def groups(self, default=None):
        return tuple([self._text(i, default) for i in range(1, self.re.groups + 1)])

    def groupdict(self, default=None):
        return {name: self._text(i, default) for name, i in self.re.groupindex.items()}

    def start(self, group=0):
        return self._spans[2 * self._number(group)]

    def end(self, group=0):
        return self._spans[2 * self._number(group) + 1]

    def span(self, group=0):
        n = 2 * self._number(group)
        return self._spans[n], self._spans[n + 1]

    @property
    def regs(self):
        return tuple([self.span(i) for i in range(self.re.groups + 1)])

    @property
    def lastindex(self):
        """The group that closed last."""
        best = None
        best_end = -1
        for i in range(1, self.re.groups + 1):
            end = self._spans[2 * i + 1]
            if end > best_end:
                best, best_end = i, end
        return best

    @property
    def lastgroup(self):
        last = self.lastindex
        for name, i in self.re.groupindex.items():
            if i == last:
                return name
        return None

    def expand(self, template):
        return _expand(_template(template, self.re), self)

    def __copy__(self):
        return self

    def __deepcopy__(self, memo):
        return self

    def __repr__(self):
        return "<re.Match object; span=%r, match=%r>" % (self.span(), self.group())


class Pattern:
    """A compiled pattern."""

    def __init__(self, pattern, flags):
        self.pattern = pattern
        source = pattern
        self._is_bytes = isinstance(pattern, (bytes, bytearray))
        if self._is_bytes:
            source = bytes(pattern).decode("latin-1")
            flags |= ASCII
        elif not isinstance(pattern, str):
            raise TypeError("first argument must be string or compiled pattern")
        try:
            self._id, self.groups, names, flags = _re.compile(source, flags)
        except ValueError as e:
            at, _, message = str(e).partition(" ")
            if at.isdigit():
                raise error(message, pattern, int(at)) from None
            raise error(str(e), pattern) from None
        self.groupindex = dict(names)
        self.flags = int(flags if self._is_bytes or flags & ASCII else flags | UNICODE)

    def _subject(self, string):
        if isinstance(string, str):
            if self._is_bytes:
                raise TypeError("cannot use a bytes pattern on a string-like object")
            return string
        if not isinstance(string, (bytes, bytearray)):
            raise TypeError("expected string or bytes-like object, got %r"
                            % type(string).__name__)
        if not self._is_bytes:
            raise TypeError("cannot use a string pattern on a bytes-like object")
        return bytes(string).decode("latin-1")

    def _find(self, string, pos, endpos, mode):
        subject = self._subject(string)
        size = len(subject)
        endpos = size if endpos is None else max(0, min(endpos, size))
        pos = max(0, min(pos, size))
        if pos > endpos:
            return None
        spans = _re.find(self._id, subject, pos, endpos, mode)
        return None if spans is None else Match(self, string, pos, endpos, spans)

    def search(self, string, pos=0, endpos=None):
        return self._find(string, pos, endpos, 0)

    def match(self, string, pos=0, endpos=None):
        return self._find(string, pos, endpos, 1)

    def fullmatch(self, string, pos=0, endpos=None):
        return self._find(string, pos, endpos, 2)

    def finditer(self, string, pos=0, endpos=None):
        subject = self._subject(string)
        size = len(subject)
        endpos = size if endpos is None else max(0, min(endpos, size))
        return self._matches(string, subject, max(0, pos), endpos)

    scanner = finditer

    def _matches(self, string, subject, pos, endpos):
        at = pos
        while at <= endpos:
            spans = _re.find(self._id, subject, at, endpos, 0)
            if spans is None:
                return
            start, end = spans[0], spans[1]
            yield Match(self, string, pos, endpos, spans)
            at = end + 1 if end == start else end

    def findall(self, string, pos=0, endpos=None):
        empty = b"" if self._is_bytes else ""
        found = []
        for m in self.finditer(string, pos, endpos):
            if self.groups == 0:
                found.append(m._text(0))
            elif self.groups == 1:
                found.append(m._text(1, empty))
            else:
                found.append(m.groups(empty))
        return found

    def split(self, string, maxsplit=0):
        parts = []
        at = 0
        for m in self.finditer(string):
            if maxsplit and len(parts) >= maxsplit * (1 + self.groups):
                break
            start, end = m.span()
            parts.append(string[at:start])
            parts.extend(m.groups())
            at = end
        parts.append(string[at:])
        return parts

    def subn(self, repl, string, count=0):
        empty = b"" if self._is_bytes else ""
        if not callable(repl):
            template = _template(repl, self)
            if len(template) == 1 and not isinstance(template[0], int):
                text = template[0]
                repl = lambda m: text
            else:
                repl = lambda m: _expand(template, m)
        out = []
        at = 0
        done = 0
        for m in self.finditer(string):
            if count and done >= count:
                break
            start, end = m.span()
            out.append(string[at:start])
            new = repl(m)
            if new is not None:
                out.append(new)
            at = end
            done += 1
        out.append(string[at:])
        return empty.join(out), done

    def sub(self, repl, string, count=0):
        return self.subn(repl, string, count)[0]

    def __copy__(self):
        return self

    def __deepcopy__(self, memo):
        return self

    def __eq__(self, other):
        if not isinstance(other, Pattern):
            return NotImplemented
        return self.pattern == other.pattern and self.flags == other.flags

    def __hash__(self):
        return hash((self.pattern, self.flags))

    def __repr__(self):
        names = []
        for name, flag in (("ASCII", ASCII), ("IGNORECASE", IGNORECASE), ("MULTILINE", MULTILINE),
                           ("DOTALL", DOTALL), ("VERBOSE", VERBOSE)):
            if self.flags & flag:
                names.append("re." + name)
        flags = ", " + "|".join(names) if names else ""
        return "re.compile(%.200r%s)" % (self.pattern, flags)


_ESCAPES = {"n": "\n", "t": "\t", "r": "\r", "a": "\a", "b": "\b", "f": "\f", "v": "\v",
            "\\": "\\"}


def _template(template, pattern):
    """The text and the group numbers of a replacement."""
    is_bytes = isinstance(template, (bytes, bytearray))
    if is_bytes:
        template = bytes(template).decode("latin-1")
    parts = []
    text = ""
    i = 0
    size = len(template)
    while i < size:
        c = template[i]
        i += 1
        if c != "\\":
            text += c
            continue
        if i >= size:
            raise error("bad escape (end of pattern)", template)
        c = template[i]
        i += 1
        group = None
        if c == "g":
            end = template.find(">", i)
            if i >= size or template[i] != "<" or end < 0:
                raise error("missing <", template)
            name = template[i + 1:end]
            i = end + 1
            if name.isdigit():
                group = int(name)
            elif name in pattern.groupindex:
                group = pattern.groupindex[name]
            elif name.isidentifier():
                raise IndexError("unknown group name %r" % name)
            else:
                raise error("bad character in group name %r" % name, template)
        elif c == "0":
            digits = ""
            while len(digits) < 2 and i < size and template[i] in "01234567":
                digits += template[i]
                i += 1
            text += chr(int("0" + digits, 8))
        elif c.isdigit():
            group = int(c)
            if i < size and template[i].isdigit():
                group = group * 10 + int(template[i])
                i += 1
        elif c in _ESCAPES:
            text += _ESCAPES[c]
        elif c.isascii() and c.isalpha():
            raise error("bad escape \\" + c, template)
        else:
            text += "\\" + c
        if group is not None:
            if group > pattern.groups:
                raise error("invalid group reference %d" % group, template)
            if text:
                parts.append(text)
            text = ""
            parts.append(group)
    if text or not parts:
        parts.append(text)
    if is_bytes:
        parts = [p if isinstance(p, int) else p.encode("latin-1") for p in parts]
    return parts


def _expand(template, m):
    empty = b"" if m.re._is_bytes else ""
    return empty.join([m._text(p, empty) if isinstance(p, int) else p for p in template])


_cache = {}


def compile(pattern, flags=0):
    if isinstance(pattern, Pattern):
        if flags:
            raise ValueError("cannot process flags argument with a compiled pattern")
        return pattern
    key = (type(pattern), pattern, flags)
    found = _cache.get(key)
    if found is None:
        found = _cache[key] = Pattern(pattern, flags)
    return found


def search(pattern, string, flags=0):
    return compile(pattern, flags).search(string)


def match(pattern, string, flags=0):
    return compile(pattern, flags).match(string)


def fullmatch(pattern, string, flags=0):
    return compile(pattern, flags).fullmatch(string)


def findall(pattern, string, flags=0):
    return compile(pattern, flags).findall(string)


def finditer(pattern, string, flags=0):
    return compile(pattern, flags).finditer(string)


def split(pattern, string, maxsplit=0, flags=0):
    return compile(pattern, flags).split(string, maxsplit)


def sub(pattern, repl, string, count=0, flags=0):
    return compile(pattern, flags).sub(repl, string, count)


def subn(pattern, repl, string, count=0, flags=0):
    return compile(pattern, flags).subn(repl, string, count)


def purge():
    _cache.clear()


_SPECIAL = "()[]{}?*+-|^$\\.&~# \t\n\r\v\f"


def escape(pattern):
    if isinstance(pattern, str):
        return "".join(["\\" + c if c in _SPECIAL else c for c in pattern])
    return escape(bytes(pattern).decode("latin-1")).encode("latin-1")
