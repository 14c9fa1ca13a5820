import balls
from polyglot import out, PrologError, Term, Var

for ball in ("text", 7, [1, "two"], (1, 2), Term("f", "x"), True):
    try:
        balls.thrower(ball)
    except PrologError as e:
        print(e.term == ball, type(e.term).__name__)
try:
    balls.query("unfinished(")
except PrologError as e:
    print("syntax", e.term.name)
try:
    list(balls.query("no_such(X)"))
except AttributeError as e:
    print(e)
try:
    balls.thrower(1, 2)
except AttributeError as e:
    print(e)


def pass_on(ball):
    try:
        balls.thrower(ball)
    except PrologError as e:
        raise e


print(balls.catcher(pass_on, "again", out))
balls.stop()
