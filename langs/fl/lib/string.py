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
    """`str.format` in parts that subclasses may replace."""

    def format(self, format_string, /, *args, **kwargs):
        return self.vformat(format_string, args, kwargs)

    def vformat(self, format_string, args, kwargs):
        used = set()
        result, _ = self._vformat(format_string, args, kwargs, used, 2, 0)
        self.check_unused_args(used, args, kwargs)
        return result

    def _vformat(self, format_string, args, kwargs, used, depth, auto):
        if depth < 0:
            raise ValueError("Max string recursion exceeded")
        result = []
        for literal, name, spec, conversion in self.parse(format_string):
            if literal:
                result.append(literal)
            if name is None:
                continue
            if name == "":
                if auto is False:
                    raise ValueError("cannot switch from manual field specification to automatic "
                                     "field numbering")
                name = str(auto)
                auto += 1
            elif name.isdigit():
                if auto:
                    raise ValueError("cannot switch from manual field specification to automatic "
                                     "field numbering")
                auto = False
            value, key = self.get_field(name, args, kwargs)
            used.add(key)
            value = self.convert_field(value, conversion)
            spec, auto = self._vformat(spec, args, kwargs, used, depth - 1, auto)
            result.append(self.format_field(value, spec))
        return "".join(result), auto

    def get_value(self, key, args, kwargs):
        return args[key] if isinstance(key, int) else kwargs[key]

    def check_unused_args(self, used_args, args, kwargs):
        pass

    def format_field(self, value, format_spec):
        return format(value, format_spec)

    def convert_field(self, value, conversion):
        if conversion is None:
            return value
        if conversion == "s":
            return str(value)
        if conversion == "r":
            return repr(value)
        if conversion == "a":
            return ascii(value)
        raise ValueError("Unknown conversion specifier %s" % conversion)

    def parse(self, format_string):
        """Tuples of literal text, field name, format specification and conversion."""
        literal = []
        i = 0
        end = len(format_string)
        while i < end:
            c = format_string[i]
            i += 1
            if c not in "{}":
                literal.append(c)
                continue
            if i < end and format_string[i] == c:
                literal.append(c)
                i += 1
                continue
            if c == "}":
                raise ValueError("Single '}' encountered in format string")
            if i == end:
                raise ValueError("Single '{' encountered in format string")
            depth = 1
            start = i
            while i < end and depth:
                depth += {"{": 1, "}": -1}.get(format_string[i], 0)
                i += 1
            if depth:
                raise ValueError("expected '}' before end of string")
            yield ("".join(literal),) + _field_parts(format_string[start:i - 1])
            literal = []
        if literal:
            yield "".join(literal), None, None, None

    def get_field(self, field_name, args, kwargs):
        end = len(field_name)
        i = 0
        while i < end and field_name[i] not in ".[":
            i += 1
        first = field_name[:i]
        key = int(first) if first.isdigit() else first
        value = self.get_value(key, args, kwargs)
        while i < end:
            start = i + 1
            if field_name[i] == ".":
                i = start
                while i < end and field_name[i] not in ".[":
                    i += 1
                value = getattr(value, field_name[start:i])
            else:
                i = field_name.find("]", start)
                if i < 0:
                    raise ValueError("Missing ']' in format string")
                item = field_name[start:i]
                value = value[int(item) if item.isdigit() else item]
                i += 1
        return value, key


def _field_parts(field):
    """Name, specification and conversion of what stands between braces."""
    i = 0
    inside = False
    while i < len(field) and (inside or field[i] not in ":!"):
        inside = field[i] == "[" or inside and field[i] != "]"
        i += 1
    name = field[:i]
    conversion = None
    if field[i:i + 1] == "!":
        conversion = field[i + 1:i + 2]
        i += 2
    return name, field[i + 1:], conversion
