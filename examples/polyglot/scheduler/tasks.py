"""The tasks of a project, who can do what, and what must come before what."""


class Task:
    def __init__(self, name, skill, after=()):
        self.name = name
        self.skill = skill
        self.after = list(after)

    def __repr__(self):
        return f"<{self.name}>"


SKILLS = {"build": ["Ada", "Bo"], "test": ["Bo", "Cleo"], "write": ["Cleo"]}


def people(skill):
    """Who has a skill, one after another."""
    yield from SKILLS[skill]


def before(task):
    """The tasks that a task has to wait for."""
    yield from task.after


def project():
    parser = Task("parser", "build")
    lexer = Task("lexer", "build")
    checks = Task("checks", "test", after=[parser, lexer])
    docs = Task("docs", "write", after=[parser])
    engine = Task("engine", "build", after=[parser])
    release = Task("release", "write", after=[checks, docs, engine])
    return [parser, lexer, checks, docs, engine, release]
