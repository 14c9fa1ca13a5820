"""Reading JSON. Without hooks `_json` does it."""

import _json


class JSONDecodeError(ValueError):
    def __init__(self, msg, doc, pos):
        lineno = doc.count("\n", 0, pos) + 1
        colno = pos - doc.rfind("\n", 0, pos)
        ValueError.__init__(self, "%s: line %d column %d (char %d)" % (msg, lineno, colno, pos))
        self.msg = msg
        self.doc = doc
        self.pos = pos
        self.lineno = lineno
        self.colno = colno


_ESCAPES = {'"': '"', "\\": "\\", "/": "/", "b": "\b", "f": "\f", "n": "\n", "r": "\r", "t": "\t"}
_CONSTANTS = {"NaN": float("nan"), "Infinity": float("inf"), "-Infinity": float("-inf")}
_DIGITS = "0123456789"


class JSONDecoder:
    def __init__(self, *, object_hook=None, parse_float=None, parse_int=None,
                 parse_constant=None, strict=True, object_pairs_hook=None):
        self.object_hook = object_hook
        self.parse_float = parse_float or float
        self.parse_int = parse_int or int
        self.parse_constant = parse_constant
        self.strict = strict
        self.object_pairs_hook = object_pairs_hook
        hooks = (object_hook, parse_float, parse_int, parse_constant, object_pairs_hook)
        self._is_plain = hooks == (None, None, None, None, None)

    def decode(self, s):
        value, end = self.raw_decode(s, _skip(s, 0))
        end = _skip(s, end)
        if end != len(s):
            raise JSONDecodeError("Extra data", s, end)
        return value

    def raw_decode(self, s, idx=0):
        """The value that begins here, and where it ends."""
        if idx < 0:
            raise ValueError("idx cannot be negative")
        if self._is_plain:
            value, end, message = _json.scan(s, idx, bool(self.strict))
            if message is not None:
                raise JSONDecodeError(message, s, end)
            return value, end
        return self._value(s, idx)

    def _value(self, s, pos):
        if pos >= len(s):
            raise JSONDecodeError("Expecting value", s, pos)
        ch = s[pos]
        if ch == '"':
            return self._string(s, pos + 1)
        if ch == "{":
            return self._object(s, pos + 1)
        if ch == "[":
            return self._array(s, pos + 1)
        if ch == "n" and s.startswith("null", pos):
            return None, pos + 4
        if ch == "t" and s.startswith("true", pos):
            return True, pos + 4
        if ch == "f" and s.startswith("false", pos):
            return False, pos + 5
        if ch == "-" or ch in _DIGITS:
            number = self._number(s, pos)
            if number is not None:
                return number
        for name in _CONSTANTS:
            if s.startswith(name, pos):
                if self.parse_constant is not None:
                    return self.parse_constant(name), pos + len(name)
                return _CONSTANTS[name], pos + len(name)
        raise JSONDecodeError("Expecting value", s, pos)

    def _number(self, s, start):
        pos = start + 1 if s[start] == "-" else start
        end = len(s)
        if pos < end and s[pos] == "0":
            pos += 1
        else:
            first = pos
            pos = _digits(s, pos)
            if pos == first:
                return None
        is_float = False
        if pos + 1 < end and s[pos] == "." and s[pos + 1] in _DIGITS:
            pos = _digits(s, pos + 1)
            is_float = True
        if pos < end and (s[pos] == "e" or s[pos] == "E"):
            after = pos + 1
            if after < end and (s[after] == "+" or s[after] == "-"):
                after += 1
            if after < end and s[after] in _DIGITS:
                pos = _digits(s, after)
                is_float = True
        text = s[start:pos]
        return (self.parse_float(text) if is_float else self.parse_int(text)), pos

    def _string(self, s, start):
        """The string whose first character is at `start`, after the quote."""
        quote = s.find('"', start)
        if quote < 0:
            raise JSONDecodeError("Unterminated string starting at", s, start - 1)
        text = s[start:quote]
        if "\\" not in text and text.isprintable():
            return text, quote + 1
        parts = []
        pos = start
        while True:
            if pos >= len(s):
                raise JSONDecodeError("Unterminated string starting at", s, start - 1)
            ch = s[pos]
            if ch == '"':
                return "".join(parts), pos + 1
            if ch == "\\":
                text, pos = self._escape(s, pos + 1, start)
                parts.append(text)
                continue
            if ch < " " and self.strict:
                raise JSONDecodeError("Invalid control character at", s, pos)
            parts.append(ch)
            pos += 1

    def _escape(self, s, pos, start):
        if pos >= len(s):
            raise JSONDecodeError("Unterminated string starting at", s, start - 1)
        ch = s[pos]
        if ch != "u":
            if ch not in _ESCAPES:
                raise JSONDecodeError("Invalid \\escape", s, pos - 1)
            return _ESCAPES[ch], pos + 1
        code = _hex4(s, pos)
        pos += 5
        if 0xd800 <= code <= 0xdbff and s.startswith("\\u", pos):
            low = _hex4(s, pos + 1)
            if 0xdc00 <= low <= 0xdfff:
                return chr(0x10000 + ((code - 0xd800) << 10 | low - 0xdc00)), pos + 6
        return chr(code), pos

    def _array(self, s, pos):
        values = []
        pos = _skip(s, pos)
        if s.startswith("]", pos):
            return values, pos + 1
        while True:
            value, pos = self._value(s, pos)
            values.append(value)
            pos = _skip(s, pos)
            if s.startswith("]", pos):
                return values, pos + 1
            if not s.startswith(",", pos):
                raise JSONDecodeError("Expecting ',' delimiter", s, pos)
            pos = _skip(s, pos + 1)

    def _object(self, s, pos):
        pairs = []
        pos = _skip(s, pos)
        if s.startswith("}", pos):
            return self._made(pairs), pos + 1
        while True:
            if not s.startswith('"', pos):
                raise JSONDecodeError("Expecting property name enclosed in double quotes", s, pos)
            key, pos = self._string(s, pos + 1)
            pos = _skip(s, pos)
            if not s.startswith(":", pos):
                raise JSONDecodeError("Expecting ':' delimiter", s, pos)
            value, pos = self._value(s, _skip(s, pos + 1))
            pairs.append((key, value))
            pos = _skip(s, pos)
            if s.startswith("}", pos):
                return self._made(pairs), pos + 1
            if not s.startswith(",", pos):
                raise JSONDecodeError("Expecting ',' delimiter", s, pos)
            pos = _skip(s, pos + 1)

    def _made(self, pairs):
        if self.object_pairs_hook is not None:
            return self.object_pairs_hook(pairs)
        members = dict(pairs)
        if self.object_hook is not None:
            return self.object_hook(members)
        return members


def _skip(s, pos):
    """The position after white space."""
    end = len(s)
    while pos < end:
        ch = s[pos]
        if ch != " " and ch != "\n" and ch != "\r" and ch != "\t":
            break
        pos += 1
    return pos


def _digits(s, pos):
    end = len(s)
    while pos < end and s[pos] in _DIGITS:
        pos += 1
    return pos


def _hex4(s, pos):
    """The number after the `u` at `pos`."""
    digits = s[pos + 1:pos + 5]
    if len(digits) == 4 and all([ch in "0123456789abcdefABCDEF" for ch in digits]):
        return int(digits, 16)
    raise JSONDecodeError("Invalid \\uXXXX escape", s, pos)
