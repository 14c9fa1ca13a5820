"""Importing by name."""

import sys


def import_module(name, package=None):
    if name.startswith("."):
        if not package:
            raise TypeError("the 'package' argument is required to perform a relative import "
                            "for %r" % name)
        level = len(name) - len(name.lstrip("."))
        parts = package.split(".")
        if level > len(parts):
            raise ImportError("attempted relative import beyond top-level package")
        base = ".".join(parts[:len(parts) - level + 1])
        rest = name[level:]
        name = base + "." + rest if rest else base
    return __import__(name, fromlist=("*",))


def invalidate_caches():
    pass


def reload(module):
    """Runs the module's text again; what it binds replaces what the module had."""
    name = module.__name__
    if sys.modules.get(name) is not module:
        raise ImportError("module %s not in sys.modules" % name, name=name)
    del sys.modules[name]
    try:
        new = import_module(name)
        for attribute in dir(new):
            setattr(module, attribute, getattr(new, attribute))
    finally:
        sys.modules[name] = module
    return module
