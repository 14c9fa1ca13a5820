"""Character classes as strings, and templates."""

ascii_lowercase = "abcdefghijklmnopqrstuvwxyz"
ascii_uppercase = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
ascii_letters = ascii_lowercase + ascii_uppercase
digits = "0123456789"
hexdigits = digits + "abcdef" + "ABCDEF"
octdigits = "01234567"
punctuation = "!\"#$%&'()*+,-./:;<=>?@[\\]^_`{|}~"
whitespace = " \t\n\r\x0b\x0c"
printable = digits + ascii_letters + punctuation + whitespace


def capwords(s, sep=None):
    """Each word with a capital first letter."""
    return (sep or " ").join([word.capitalize() for word in s.split(sep)])


_NAME_START = ascii_letters + "_"
_NAME = _NAME_START + digits


class Template:
    """Text with `$name` and `${name}` places; `$$` is a dollar."""

    delimiter = "$"

    def __init__(self, template):
        self.template = template

    def _parts(self):
        """Pairs (literal, None), (name, place's text) or (None, bad place's position)."""
        text = self.template
        mark = self.delimiter
        pos = 0
        while True:
            at = text.find(mark, pos)
            if at < 0:
                yield text[pos:], None, 0
                return
            yield text[pos:at], None, 0
            after = at + len(mark)
            if text.startswith(mark, after):
                yield mark, None, 0
                pos = after + len(mark)
                continue
            braced = text.startswith("{", after)
            start = after + 1 if braced else after
            end = start
            if end < len(text) and text[end] in _NAME_START:
                while end < len(text) and text[end] in _NAME:
                    end += 1
            is_good = end > start and (not braced or text.startswith("}", end))
            if not is_good:
                yield None, mark, at
                pos = after
                continue
            pos = end + 1 if braced else end
            yield text[start:end], text[at:pos], at

    def _fail(self, at):
        lines = self.template[:at].splitlines(True)
        if lines:
            row = len(lines)
            column = at - len("".join(lines[:-1])) + 1
        else:
            row = column = 1
        raise ValueError("Invalid placeholder in string: line %d, col %d" % (row, column))

    def substitute(self, mapping={}, /, **kwargs):
        out = []
        for name, place, at in self._parts():
            if place is None:
                out.append(name)
            elif name is None:
                self._fail(at)
            else:
                out.append(str(kwargs[name] if name in kwargs else mapping[name]))
        return "".join(out)

    def safe_substitute(self, mapping={}, /, **kwargs):
        out = []
        for name, place, at in self._parts():
            if place is None:
                out.append(name)
            elif name is None:
                out.append(place)
            elif name in kwargs:
                out.append(str(kwargs[name]))
            elif name in mapping:
                out.append(str(mapping[name]))
            else:
                out.append(place)
        return "".join(out)

    def is_valid(self):
        return all([name is not None for name, _, _ in self._parts()])

    def get_identifiers(self):
        names = []
        for name, place, _ in self._parts():
            if place is not None and name is not None and name not in names:
                names.append(name)
        return names


class Formatter:
    """`str.format` as an object."""

    def format(self, format_string, /, *args, **kwargs):
        return format_string.format(*args, **kwargs)

    def vformat(self, format_string, args, kwargs):
        return format_string.format(*args, **kwargs)
