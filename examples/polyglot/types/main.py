"""A type checker: FL parses a small functional language, Prolog infers the types by unification."""
import infer
from polyglot import PrologError, Term, out

PROGRAMS = [
    "fn x -> x",
    "fn f -> fn g -> fn x -> f (g x)",
    "let id = fn x -> x in if id true then id 1 else 2",
    "let map = fn f -> fn l -> if empty l then [] else cons (f (head l)) (map f (tail l)) in map",
    "let twice = fn f -> fn x -> f (f x) in twice twice (add 1) 3",
    "fn x -> x x",
    "if 1 then true else false",
    "cons 1 (cons true [])",
    "add 1 y",
    "fn x -> (x",
    "let k = fn x -> let y = fn z -> x in y in k",
]


class ParseError(Exception):
    pass


class Parser:
    """Expressions to terms: fn, let, if, application, numbers, true, false, [] and names."""

    def __init__(self, text):
        self.words = text.replace("(", " ( ").replace(")", " ) ").split()
        self.at = 0

    def peek(self):
        return self.words[self.at] if self.at < len(self.words) else None

    def next(self):
        word = self.peek()
        if word is None:
            raise ParseError("unexpected end")
        self.at += 1
        return word

    def expect(self, word):
        found = self.peek()
        if found != word:
            raise ParseError(f"expected {word!r}, found {found!r}")
        self.at += 1

    def expression(self):
        match self.peek():
            case "fn":
                self.next()
                name = self.next()
                self.expect("->")
                return Term("fn", name, self.expression())
            case "let":
                self.next()
                name = self.next()
                self.expect("=")
                value = self.expression()
                self.expect("in")
                return Term("let", name, value, self.expression())
            case "if":
                self.next()
                condition = self.expression()
                self.expect("then")
                yes = self.expression()
                self.expect("else")
                return Term("if", condition, yes, self.expression())
        return self.application()

    def application(self):
        e = self.atom()
        while self.peek() not in (None, ")", "then", "else", "in"):
            e = Term("apply", e, self.atom())
        return e

    def atom(self):
        word = self.next()
        if word == "(":
            e = self.expression()
            self.expect(")")
            return e
        if word.isdigit():
            return Term("num", int(word))
        if word in ("true", "false"):
            return Term("bool", word == "true")
        if word == "[]":
            return "nil"
        if not word.isidentifier():
            raise ParseError(f"unexpected {word!r}")
        return Term("var", word)


def check(text):
    parser = Parser(text)
    e = parser.expression()
    if parser.peek() is not None:
        raise ParseError(f"unexpected {parser.peek()!r}")
    found = infer.type_of(e, out)
    return "no type" if found is None else infer.show(found, out)


for program in PROGRAMS:
    try:
        verdict = check(program)
    except ParseError as error:
        verdict = f"syntax error: {error}"
    except PrologError as error:
        verdict = f"unbound: {error.term.args[0]}"
    print(f"{program}\n    : {verdict}")
