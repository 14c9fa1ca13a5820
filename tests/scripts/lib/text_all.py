import textwrap
import string
from string import Template
from io import StringIO, BytesIO

text = ("The quick brown fox jumped over the lazy dog, a well-known sentence. It has   double spaces\tand tabs. "
        "A-very-long-hyphenated-word and_a_really_long_word_that_cannot_be_broken_easily ends.")
for width in (10, 20, 40, 70):
    print(textwrap.fill(text, width))
    print("--")
print(textwrap.wrap(text, 30, initial_indent="* ", subsequent_indent="  "))
print(textwrap.wrap(text, 15, break_long_words=False))
print(textwrap.wrap(text, 15, break_on_hyphens=False))
print(textwrap.wrap(text, 30, max_lines=2), textwrap.shorten(text, 40), textwrap.shorten("hello", 10), textwrap.shorten("hello world foo", 12, placeholder="..."))
print(textwrap.wrap(""), textwrap.wrap("   "), textwrap.wrap("a\nb\n\nc"))
print(repr(textwrap.dedent("""
    a
      b

    c
""")), repr(textwrap.dedent("  x\n\ty\n")), repr(textwrap.dedent("   a\n  \n    b")))
print(repr(textwrap.indent("a\n\nb\n", "> ")), repr(textwrap.indent("a\n\nb", "> ", lambda line: True)))
print(textwrap.fill("Sentence one.  Sentence two. Three!", 60, fix_sentence_endings=True))
print(string.capwords("hello  wORLD foo"), string.capwords("a-b-c", "-"))
t = Template("$who likes ${what}s, $$5 and $who")
print(t.substitute(who="tim", what="kung pao"), t.substitute({"who": "x"}, what=3))
print(t.safe_substitute(who="x"), Template("$ {a}").safe_substitute(a=1), t.template)
for bad, args in (("$a $b", {"a": 1}), ("cost $", {}), ("a\nb ${x", {"x": 1}), ("$1", {})):
    try:
        Template(bad).substitute(args)
    except (KeyError, ValueError) as e:
        print(type(e).__name__, e)

s = StringIO()
print(s.write("hello\nworld\n"), s.tell(), repr(s.getvalue()), s.read())
s.seek(0)
print(s.readline(), s.read(3), s.read(), s.read())
s.seek(2)
s.write("LLO WORLD, AND MORE THAN BEFORE")
print(repr(s.getvalue()), s.tell())
s.seek(0)
print(list(s), s.truncate(4), s.getvalue())
with StringIO("a\nb\nc") as f:
    print(f.readlines(), f.readline() == "")
    f.seek(1)
    print(repr(f.read()))
try:
    f.read()
except ValueError as e:
    print("ValueError")
out = StringIO()
print("x", 1, sep="-", end="!", file=out)
print(out.getvalue())
b = BytesIO(b"abc\ndef")
print(b.readline(), b.read(2), b.tell(), b.seek(-1, 2), b.read(), b.write(b"XYZ"), b.getvalue())
try:
    b.write("text")
except TypeError:
    print("TypeError")
b.seek(20)
b.write(b"!")
print(b.getvalue())
