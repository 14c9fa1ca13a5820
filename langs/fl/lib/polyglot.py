"""Programs in several languages: modules, terms, variables, exceptions of other languages."""

from _polyglot import *


def attempt(function, *args, default=None, **keywords):
    """The result of a call, or the default if the callee fails."""
    try:
        return function(*args, **keywords)
    except Failure:
        return default
