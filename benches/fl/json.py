"""A JSON reader and writer in plain code, on a document made by the program."""
import sys


class ParseError(Exception):
    pass


class Parser:
    def __init__(self, text):
        self.text = text
        self.pos = 0

    def parse(self):
        value = self.value()
        self.skip_space()
        if self.pos != len(self.text):
            raise ParseError("text after the value at %d" % self.pos)
        return value

    def skip_space(self):
        text = self.text
        pos = self.pos
        while pos < len(text) and (text[pos] == " " or text[pos] == "\n"):
            pos += 1
        self.pos = pos

    def value(self):
        self.skip_space()
        if self.pos >= len(self.text):
            raise ParseError("a value is missing")
        ch = self.text[self.pos]
        if ch == "{":
            return self.object()
        if ch == "[":
            return self.array()
        if ch == '"':
            return self.string()
        if ch == "t":
            return self.word("true", True)
        if ch == "f":
            return self.word("false", False)
        if ch == "n":
            return self.word("null", None)
        return self.number()

    def word(self, word, value):
        if self.text[self.pos:self.pos + len(word)] != word:
            raise ParseError("unknown word at %d" % self.pos)
        self.pos += len(word)
        return value

    def number(self):
        text = self.text
        start = self.pos
        pos = start
        if pos < len(text) and text[pos] == "-":
            pos += 1
        is_float = False
        while pos < len(text):
            ch = text[pos]
            if ch == "." or ch == "e" or ch == "E" or ch == "+" or ch == "-":
                is_float = True
            elif not "0" <= ch <= "9":
                break
            pos += 1
        if pos == start:
            raise ParseError("unexpected character at %d" % pos)
        self.pos = pos
        if is_float:
            return float(text[start:pos])
        return int(text[start:pos])

    def string(self):
        text = self.text
        self.pos += 1
        start = self.pos
        parts = []
        while True:
            ch = text[self.pos]
            if ch == '"':
                parts.append(text[start:self.pos])
                self.pos += 1
                return "".join(parts)
            if ch == "\\":
                parts.append(text[start:self.pos])
                parts.append(self.escape(text[self.pos + 1]))
                self.pos += 2
                start = self.pos
            else:
                self.pos += 1

    def escape(self, ch):
        if ch == "n":
            return "\n"
        if ch == "t":
            return "\t"
        if ch == '"' or ch == "\\" or ch == "/":
            return ch
        raise ParseError("unknown escape at %d" % self.pos)

    def array(self):
        self.pos += 1
        values = []
        self.skip_space()
        if self.text[self.pos] == "]":
            self.pos += 1
            return values
        while True:
            values.append(self.value())
            self.skip_space()
            ch = self.text[self.pos]
            self.pos += 1
            if ch == "]":
                return values
            if ch != ",":
                raise ParseError("a comma is missing at %d" % self.pos)

    def object(self):
        self.pos += 1
        members = {}
        self.skip_space()
        if self.text[self.pos] == "}":
            self.pos += 1
            return members
        while True:
            self.skip_space()
            key = self.string()
            self.skip_space()
            if self.text[self.pos] != ":":
                raise ParseError("a colon is missing at %d" % self.pos)
            self.pos += 1
            members[key] = self.value()
            self.skip_space()
            ch = self.text[self.pos]
            self.pos += 1
            if ch == "}":
                return members
            if ch != ",":
                raise ParseError("a comma is missing at %d" % self.pos)


def quote(text, out):
    out.append('"')
    start = 0
    for i in range(len(text)):
        ch = text[i]
        if ch == '"' or ch == "\\" or ch == "\n" or ch == "\t":
            out.append(text[start:i])
            if ch == "\n":
                out.append("\\n")
            elif ch == "\t":
                out.append("\\t")
            else:
                out.append("\\" + ch)
            start = i + 1
    out.append(text[start:])
    out.append('"')


def write(value, out):
    if value is None:
        out.append("null")
    elif value is True:
        out.append("true")
    elif value is False:
        out.append("false")
    elif isinstance(value, str):
        quote(value, out)
    elif isinstance(value, list):
        out.append("[")
        first = True
        for item in value:
            if not first:
                out.append(", ")
            first = False
            write(item, out)
        out.append("]")
    elif isinstance(value, dict):
        out.append("{")
        first = True
        for key, item in value.items():
            if not first:
                out.append(", ")
            first = False
            quote(key, out)
            out.append(": ")
            write(item, out)
        out.append("}")
    else:
        out.append(repr(value))


def make_document():
    people = []
    for i in range(120):
        people.append({
            "id": i,
            "name": "person \"%d\"" % i,
            "path": "c:\\home\\%d\n" % i,
            "weight": i * 0.25,
            "tags": ["a%d" % (i % 7), "b", [], {}],
            "active": i % 3 == 0,
            "parent": None if i == 0 else {"id": i // 2, "delta": -i},
        })
    return {"version": 3, "people": people, "empty": "", "ok": True}


def weigh(value):
    """A number that depends on every leaf."""
    if value is None or value is True or value is False:
        return 1
    if isinstance(value, str):
        return len(value)
    if isinstance(value, list):
        total = 2
        for item in value:
            total += weigh(item)
        return total
    if isinstance(value, dict):
        total = 3
        for key in value:
            total += len(key) + weigh(value[key])
        return total
    return int(value * 4)


def main():
    rounds = int(sys.argv[1]) if len(sys.argv) > 1 else 500
    out = []
    write(make_document(), out)
    text = "".join(out)
    total = 0
    for _ in range(rounds):
        document = Parser(text).parse()
        total += weigh(document)
        out = []
        write(document, out)
        again = "".join(out)
        if again != text:
            raise ParseError("the copy differs")
        text = again
    try:
        Parser("[1, 2, x]").parse()
    except ParseError as error:
        print(error)
    print("json(%d): length %d, weight %d" % (rounds, len(text), total))


main()
