"""The running program: its arguments, streams and limits."""

import _sys
from _sys import *

__stdin__ = _sys.stdin
__stdout__ = _sys.stdout
__stderr__ = _sys.stderr


def _record(title, names, values):
    """An object with named fields that is a tuple too."""
    class Record(tuple):
        def __repr__(self):
            fields = ["%s=%r" % (name, value) for name, value in zip(names, self)]
            return "%s(%s)" % (title, ", ".join(fields))

    for index, name in enumerate(names):
        setattr(Record, name, property(lambda self, index=index: self[index]))
    Record.__name__ = title.rpartition(".")[2]
    Record.__qualname__ = Record.__name__
    return Record(values)


version = "3.11.0 (FL, Metatrace)"
version_info = _record("sys.version_info", ("major", "minor", "micro", "releaselevel", "serial"),
                       (3, 11, 0, "final", 0))
hexversion = 0x030b00f0
api_version = 1013
copyright = ""
platform = "linux"
byteorder = "little"
executable = ""
prefix = exec_prefix = base_prefix = base_exec_prefix = ""
maxsize = 9223372036854775807
maxunicode = 0x10ffff
dont_write_bytecode = True
orig_argv = ["fl"] + argv
warnoptions = []
meta_path = []
path_hooks = []
ps1 = ">>> "
ps2 = "... "
builtin_module_names = ("_os", "_random", "_re", "_sys", "_time", "builtins", "gc", "math")
stdlib_module_names = frozenset(builtin_module_names)

flags = _record(
    "sys.flags",
    ("debug", "inspect", "interactive", "optimize", "dont_write_bytecode", "no_user_site",
     "no_site", "ignore_environment", "verbose", "bytes_warning", "quiet", "hash_randomization",
     "isolated", "dev_mode", "utf8_mode", "warn_default_encoding", "safe_path",
     "int_max_str_digits"),
    (0, 0, 0, 0, 1, 0, 0, 0, 0, 0, 0, 0, 0, False, 1, 0, False, 4300))
float_info = _record(
    "sys.float_info",
    ("max", "max_exp", "max_10_exp", "min", "min_exp", "min_10_exp", "dig", "mant_dig",
     "epsilon", "radix", "rounds"),
    (1.7976931348623157e+308, 1024, 308, 2.2250738585072014e-308, -1021, -307, 15, 53,
     2.220446049250313e-16, 2, 1))
int_info = _record(
    "sys.int_info",
    ("bits_per_digit", "sizeof_digit", "default_max_str_digits", "str_digits_check_threshold"),
    (30, 4, 4300, 640))
hash_info = _record(
    "sys.hash_info",
    ("width", "modulus", "inf", "nan", "imag", "algorithm", "hash_bits", "seed_bits", "cutoff"),
    (64, 2305843009213693951, 314159, 0, 1000003, "siphash13", 64, 128, 0))


class _Implementation:
    name = "metatrace"
    cache_tag = None
    version = version_info
    hexversion = hexversion


implementation = _Implementation()

_digits = 4300
_switch_interval = 0.005


def getdefaultencoding():
    return "utf-8"


def getfilesystemencoding():
    return "utf-8"


def getfilesystemencodeerrors():
    return "surrogateescape"


def getrefcount(object):
    return 2


def get_int_max_str_digits():
    return _digits


def set_int_max_str_digits(maxdigits):
    global _digits
    if maxdigits and maxdigits < 640:
        raise ValueError("maxdigits must be 0 or larger than 640")
    _digits = maxdigits


def getswitchinterval():
    return _switch_interval


def setswitchinterval(interval):
    global _switch_interval
    if interval <= 0:
        raise ValueError("switch interval must be strictly positive")
    _switch_interval = interval


def gettrace():
    return None


def getprofile():
    return None


def is_finalizing():
    return False


def exception():
    return exc_info()[1]


def displayhook(value):
    if value is not None:
        print(repr(value))


def excepthook(exctype, value, traceback):
    import traceback as module
    module.print_exception(exctype, value, traceback)


__displayhook__ = displayhook
__excepthook__ = excepthook
