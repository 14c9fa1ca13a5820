"""Writing JSON. Documents of built-in values only are written by `_json`."""

import _json


def encode_string(text, ascii_only):
    """The text in quotes, special characters escaped."""
    return _json.quote(text, bool(ascii_only))


class JSONEncoder:
    item_separator = ", "
    key_separator = ": "

    def __init__(self, *, skipkeys=False, ensure_ascii=True, check_circular=True,
                 allow_nan=True, sort_keys=False, indent=None, separators=None, default=None):
        self.skipkeys = skipkeys
        self.ensure_ascii = ensure_ascii
        self.check_circular = check_circular
        self.allow_nan = allow_nan
        self.sort_keys = sort_keys
        self.indent = " " * indent if isinstance(indent, int) else indent
        if separators is not None:
            self.item_separator, self.key_separator = separators
        elif indent is not None:
            self.item_separator = ","
        if default is not None:
            self.default = default

    def default(self, o):
        raise TypeError("Object of type %s is not JSON serializable" % type(o).__name__)

    def encode(self, o):
        text = _json.write(o, bool(self.ensure_ascii), self.item_separator, self.key_separator,
                           self.indent, bool(self.sort_keys))
        if text is not None:
            return text
        out = []
        self._write(o, out, 0, [])
        return "".join(out)

    def iterencode(self, o):
        out = []
        self._write(o, out, 0, [])
        for part in out:
            yield part

    def _write(self, o, out, depth, parents):
        if isinstance(o, str):
            out.append(encode_string(o, self.ensure_ascii))
        elif o is None:
            out.append("null")
        elif o is True:
            out.append("true")
        elif o is False:
            out.append("false")
        elif isinstance(o, int):
            out.append(repr(int(o)))
        elif isinstance(o, float):
            out.append(self._float(o))
        else:
            if self.check_circular:
                for parent in parents:
                    if parent is o:
                        raise ValueError("Circular reference detected")
            parents.append(o)
            if isinstance(o, (list, tuple)):
                self._write_list(o, out, depth, parents)
            elif isinstance(o, dict):
                self._write_dict(o, out, depth, parents)
            else:
                self._write(self.default(o), out, depth, parents)
            parents.pop()

    def _float(self, o):
        if o != o:
            text = "NaN"
        elif o == float("inf"):
            text = "Infinity"
        elif o == float("-inf"):
            text = "-Infinity"
        else:
            return repr(float(o))
        if not self.allow_nan:
            raise ValueError("Out of range float values are not JSON compliant")
        return text

    def _write_list(self, o, out, depth, parents):
        if not o:
            out.append("[]")
            return
        separator = self.item_separator
        opening = "["
        if self.indent is not None:
            margin = "\n" + self.indent * (depth + 1)
            separator += margin
            opening += margin
        out.append(opening)
        is_first = True
        for item in o:
            if not is_first:
                out.append(separator)
            is_first = False
            self._write(item, out, depth + 1, parents)
        if self.indent is not None:
            out.append("\n" + self.indent * depth)
        out.append("]")

    def _write_dict(self, o, out, depth, parents):
        if not o:
            out.append("{}")
            return
        separator = self.item_separator
        opening = "{"
        if self.indent is not None:
            margin = "\n" + self.indent * (depth + 1)
            separator += margin
            opening += margin
        out.append(opening)
        is_first = True
        for key, value in sorted(o.items()) if self.sort_keys else o.items():
            text = self._key(key)
            if text is None:
                continue
            if not is_first:
                out.append(separator)
            is_first = False
            out.append(encode_string(text, self.ensure_ascii))
            out.append(self.key_separator)
            self._write(value, out, depth + 1, parents)
        if self.indent is not None:
            out.append("\n" + self.indent * depth)
        out.append("}")

    def _key(self, key):
        """The key as text; None if it is to be left out."""
        if isinstance(key, str):
            return key
        if key is None:
            return "null"
        if key is True:
            return "true"
        if key is False:
            return "false"
        if isinstance(key, int):
            return repr(int(key))
        if isinstance(key, float):
            return self._float(key)
        if self.skipkeys:
            return None
        raise TypeError("keys must be str, int, float, bool or None, not %s" % type(key).__name__)
