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
