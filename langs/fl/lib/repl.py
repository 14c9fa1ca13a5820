"""The interactive session: reads, runs and prints until the input ends.

`main`, the module of what is typed, and `files`, to be run first, are given.
"""

from _repl import compile, line, report, run

BLOCKS = ("if", "for", "while", "def", "class", "with", "try", "async", "match")


def opens_block(text):
    """Does the line begin a statement that ends with an empty line?"""
    if text.startswith("@"):
        return True
    word = text.split(":")[0].split("(")[0].split(" ")[0]
    return word in BLOCKS and (word != "match" or text.rstrip().endswith(":"))


def block():
    """The code of the next input; None at the end of all input."""
    text = line(">>> ")
    if text is None:
        return None
    if not text.strip():
        return 0
    if opens_block(text):
        while True:
            more = line("... ")
            if more is None or not more.strip():
                break
            text += "\n" + more
    while True:
        code = compile(text, "<stdin>", False)
        if code is not None:
            return code
        more = line("... ")
        if more is None:
            return compile(text + "\n", "<stdin>", True)
        text += "\n" + more


def load(path):
    with open(path) as file:
        return compile(file.read(), path, True)


def attempt(make):
    """Runs what `make` gives; is there an end?"""
    try:
        code = make()
        if code is None:
            return True
        if code:
            run(code)
    except SystemExit:
        raise
    except KeyboardInterrupt:
        print("\nKeyboardInterrupt")
    except BaseException as e:
        report(e)
    return False


def session():
    for path in files:
        attempt(lambda: load(path))
    while not attempt(block):
        pass


session()
