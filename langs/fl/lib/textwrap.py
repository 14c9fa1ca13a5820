"""Paragraphs of a given width, margins taken off and put on."""

__all__ = ["TextWrapper", "wrap", "fill", "dedent", "indent", "shorten"]

_SPACE = "\t\n\x0b\x0c\r "


class TextWrapper:
    def __init__(self, width=70, initial_indent="", subsequent_indent="", expand_tabs=True,
                 replace_whitespace=True, fix_sentence_endings=False, break_long_words=True,
                 drop_whitespace=True, break_on_hyphens=True, tabsize=8, *, max_lines=None,
                 placeholder=" [...]"):
        self.width = width
        self.initial_indent = initial_indent
        self.subsequent_indent = subsequent_indent
        self.expand_tabs = expand_tabs
        self.replace_whitespace = replace_whitespace
        self.fix_sentence_endings = fix_sentence_endings
        self.break_long_words = break_long_words
        self.drop_whitespace = drop_whitespace
        self.break_on_hyphens = break_on_hyphens
        self.tabsize = tabsize
        self.max_lines = max_lines
        self.placeholder = placeholder

    def wrap(self, text):
        if self.expand_tabs:
            text = text.expandtabs(self.tabsize)
        if self.replace_whitespace:
            for ch in _SPACE:
                text = text.replace(ch, " ")
        chunks = self._chunks(text)
        if self.fix_sentence_endings:
            self._fix_endings(chunks)
        return self._lines(chunks)

    def fill(self, text):
        return "\n".join(self.wrap(text))

    def _chunks(self, text):
        """Words, their parts that end with a hyphen, and the space between."""
        chunks = []
        start = 0
        for pos in range(1, len(text) + 1):
            if pos < len(text) and (text[pos] in _SPACE) == (text[start] in _SPACE):
                continue
            chunk = text[start:pos]
            if chunk[0] in _SPACE or not self.break_on_hyphens:
                chunks.append(chunk)
            else:
                chunks.extend(_split_word(chunk))
            start = pos
        return chunks

    def _fix_endings(self, chunks):
        for i in range(len(chunks) - 1):
            word = chunks[i].rstrip("\"'")
            is_end = len(word) > 1 and word[-1] in ".!?" and word[-2].islower()
            if is_end and chunks[i + 1] == " ":
                chunks[i + 1] = "  "

    def _lines(self, chunks):
        if self.width <= 0:
            raise ValueError("invalid width %r (must be > 0)" % self.width)
        if self.max_lines is not None:
            indent = self.subsequent_indent if self.max_lines > 1 else self.initial_indent
            if len(indent) + len(self.placeholder.lstrip()) > self.width:
                raise ValueError("placeholder too large for max width")
        lines = []
        chunks = chunks[::-1]
        while chunks:
            indent = self.subsequent_indent if lines else self.initial_indent
            width = self.width - len(indent)
            if self.drop_whitespace and chunks[-1].strip() == "" and lines:
                chunks.pop()
            line = []
            length = 0
            while chunks and length + len(chunks[-1]) <= width:
                length += len(chunks[-1])
                line.append(chunks.pop())
            if chunks and len(chunks[-1]) > width:
                self._break_word(chunks, line, length, width)
                length = sum([len(chunk) for chunk in line])
            if self.drop_whitespace and line and line[-1].strip() == "":
                length -= len(line.pop())
            if not line:
                continue
            is_last = not chunks or (self.drop_whitespace and len(chunks) == 1
                                     and not chunks[0].strip())
            if self.max_lines is None or len(lines) + 1 < self.max_lines \
                    or is_last and length <= width:
                lines.append(indent + "".join(line))
                continue
            self._truncate(lines, line, length, indent, width)
            break
        return lines

    def _truncate(self, lines, line, length, indent, width):
        """Ends the last line that is allowed by the placeholder."""
        while line:
            if line[-1].strip() and length + len(self.placeholder) <= width:
                lines.append(indent + "".join(line) + self.placeholder)
                return
            length -= len(line.pop())
        if lines:
            before = lines[-1].rstrip()
            if len(before) + len(self.placeholder) <= self.width:
                lines[-1] = before + self.placeholder
                return
        lines.append(indent + self.placeholder.lstrip())

    def _break_word(self, chunks, line, length, width):
        """Puts as much of a word that is too long as fits on the line."""
        space = 1 if width < 1 else width - length
        if self.break_long_words:
            chunk = chunks[-1]
            end = space
            if self.break_on_hyphens and len(chunk) > space:
                hyphen = chunk.rfind("-", 0, space)
                if hyphen > 0 and any([ch != "-" for ch in chunk[:hyphen]]):
                    end = hyphen + 1
            line.append(chunk[:end])
            chunks[-1] = chunk[end:]
        elif not line:
            line.append(chunks.pop())


def _split_word(word):
    """The parts of a word that may be torn apart: after a hyphen between letters."""
    parts = []
    start = 0
    for pos in range(1, len(word) - 1):
        if word[pos] != "-":
            continue
        before = word[pos - 1]
        after = word[pos + 1]
        two_before = pos - start >= 2 and (word[pos - 2].isalpha() or word[pos - 2] == "_")
        two_after = pos + 2 < len(word) and (word[pos + 2].isalpha() or word[pos + 2] == "-")
        if before.isalpha() and two_before and after.isalpha() and two_after:
            parts.append(word[start:pos + 1])
            start = pos + 1
    parts.append(word[start:])
    return parts


def wrap(text, width=70, **kwargs):
    return TextWrapper(width=width, **kwargs).wrap(text)


def fill(text, width=70, **kwargs):
    return TextWrapper(width=width, **kwargs).fill(text)


def shorten(text, width, **kwargs):
    wrapper = TextWrapper(width=width, max_lines=1, **kwargs)
    return wrapper.fill(" ".join(text.strip().split()))


def dedent(text):
    """The text without the margin that all its lines share."""
    lines = text.split("\n")
    margin = None
    for index, line in enumerate(lines):
        content = line.lstrip(" \t")
        if not content:
            lines[index] = ""
            continue
        own = line[:len(line) - len(content)]
        if margin is None:
            margin = own
        while not own.startswith(margin):
            margin = margin[:-1]
    if margin:
        lines = [line[len(margin):] if line else line for line in lines]
    return "\n".join(lines)


def indent(text, prefix, predicate=None):
    lines = []
    for line in text.splitlines(True):
        is_wanted = line.strip() if predicate is None else predicate(line)
        lines.append(prefix + line if is_wanted else line)
    return "".join(lines)
