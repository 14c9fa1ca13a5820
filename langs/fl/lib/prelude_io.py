# ------------------------------------------------------------------- input and output

def print_guest(*args, sep=None, end=None, file=None, flush=False):
    sep = _print_part(sep, " ", "sep")
    end = _print_part(end, "\n", "end")
    if file is None:
        file = _fl_stream(1)
        if file is None:
            return
    write = file.write
    first = True
    for x in args:
        if not first:
            write(sep)
        first = False
        write(str(x))
    write(end)
    if flush:
        file.flush()


def _print_part(text, default, name):
    if text is None:
        return default
    if not isinstance(text, str):
        raise TypeError("%s must be None or a string, not %s" % (name, type(text).__name__))
    return text


def print_expr(v):
    print(repr(v))
    _fl_last(v)


def input_guest(*prompt):
    out = _fl_stream(1)
    if prompt:
        out.write(str(prompt[0]))
    out.flush()
    line = _fl_stream(0).readline()
    if not line:
        raise EOFError("EOF when reading a line")
    return line[:-1] if line[-1] == "\n" else line


def open_guest(file, *args, **options):
    method = getattr(type(file), "__fspath__", None)
    if method is None:
        raise TypeError("expected str, bytes or os.PathLike object, not %s"
                        % type(file).__name__)
    return open(method(file), *args, **options)


def write_lines(stream, lines):
    for line in lines:
        stream.write(line)


def __import__(name, *args, **options):
    from _import import load
    if not isinstance(name, str):
        raise TypeError("__import__() argument 1 must be str, not %s" % type(name).__name__)
    level = options["level"] if "level" in options else args[3] if len(args) > 3 else 0
    if level:
        raise ImportError("attempted relative import with no known parent package")
    fromlist = options["fromlist"] if "fromlist" in options else args[2] if len(args) > 2 else ()
    if not name:
        raise ValueError("Empty module name")
    top = module = None
    path = ""
    for part in name.split("."):
        path = path + "." + part if path else part
        module = load(path)
        if top is None:
            top = module
    return module if fromlist else top
