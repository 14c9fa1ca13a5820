"""Arrays of numbers of one kind."""

_RANGES = {"b": (-0x80, 0x7f), "B": (0, 0xff), "h": (-0x8000, 0x7fff), "H": (0, 0xffff),
           "i": (-0x80000000, 0x7fffffff), "I": (0, 0xffffffff),
           "l": (-0x8000000000000000, 0x7fffffffffffffff), "L": (0, 0xffffffffffffffff),
           "q": (-0x8000000000000000, 0x7fffffffffffffff), "Q": (0, 0xffffffffffffffff)}
_SIZES = {"b": 1, "B": 1, "h": 2, "H": 2, "i": 4, "I": 4, "l": 8, "L": 8, "q": 8, "Q": 8,
          "f": 4, "d": 8, "u": 4}
_NAMES = {"b": "signed char", "B": "unsigned byte integer", "h": "signed short integer",
          "H": "unsigned short", "i": "signed integer", "I": "unsigned int"}

typecodes = "bBuhHiIlLqQfd"


class array:
    """A list that checks what it holds."""

    __hash__ = None

    def __init__(self, typecode, initializer=()):
        if typecode not in _SIZES:
            raise ValueError("bad typecode (must be b, B, u, h, H, i, I, l, L, q, Q, f or d)")
        self.typecode = typecode
        self.itemsize = _SIZES[typecode]
        self._items = []
        if isinstance(initializer, (bytes, bytearray)):
            self.frombytes(initializer)
        elif isinstance(initializer, str) and typecode != "u":
            raise TypeError("cannot use a str to initialize an array with typecode %r" % typecode)
        else:
            self.extend(initializer)

    def _check(self, x):
        code = self.typecode
        if code == "d" or code == "f":
            if not isinstance(x, (int, float)):
                if not hasattr(x, "__float__"):
                    raise TypeError("must be real number, not %s" % type(x).__name__)
            x = float(x)
            if code == "f":
                import struct
                x = struct.unpack("<f", struct.pack("<f", x))[0]
            return x
        if code == "u":
            if not isinstance(x, str) or len(x) != 1:
                raise TypeError("array item must be a unicode character")
            return x
        if not isinstance(x, int):
            if not hasattr(x, "__index__"):
                raise TypeError("'%s' object cannot be interpreted as an integer"
                                % type(x).__name__)
            x = x.__index__()
        low, high = _RANGES[code]
        if x < low:
            raise OverflowError("%s is less than minimum" % _NAMES.get(code, "int"))
        if x > high:
            raise OverflowError("%s is greater than maximum" % _NAMES.get(code, "int"))
        return int(x)

    def append(self, x):
        self._items.append(self._check(x))

    def extend(self, items):
        if isinstance(items, array):
            if items.typecode != self.typecode:
                raise TypeError("can only extend with array of same kind")
            self._items.extend(list(items._items))
            return
        for x in items:
            self._items.append(self._check(x))

    fromlist = extend

    def insert(self, i, x):
        self._items.insert(i, self._check(x))

    def pop(self, i=-1):
        if not self._items:
            raise IndexError("pop from empty array")
        return self._items.pop(i)

    def remove(self, x):
        if x not in self._items:
            raise ValueError("array.remove(x): x not in array")
        self._items.remove(x)

    def index(self, x, start=0, stop=None):
        items = self._items
        try:
            return items.index(x, start, len(items) if stop is None else stop)
        except ValueError:
            raise ValueError("array.index(x): x not in array") from None

    def count(self, x):
        return self._items.count(x)

    def reverse(self):
        self._items.reverse()

    def tolist(self):
        return list(self._items)

    def tobytes(self):
        code = self.typecode
        if code == "f" or code == "d":
            import struct
            return struct.pack("<%d%s" % (len(self._items), code), *self._items)
        if code == "u":
            return "".join(self._items).encode("utf-32-le")
        size = self.itemsize
        signed = code.islower()
        return b"".join([x.to_bytes(size, "little", signed=signed) for x in self._items])

    def frombytes(self, data):
        size = self.itemsize
        if len(data) % size:
            raise ValueError("bytes length not a multiple of item size")
        code = self.typecode
        if code == "f" or code == "d":
            import struct
            self._items.extend(struct.unpack("<%d%s" % (len(data) // size, code), data))
        elif code == "u":
            self._items.extend(bytes(data).decode("utf-32-le"))
        else:
            signed = code.islower()
            for i in range(0, len(data), size):
                self._items.append(int.from_bytes(data[i:i + size], "little", signed=signed))

    def tounicode(self):
        return "".join(self._items)

    def byteswap(self):
        data = self.tobytes()
        size = self.itemsize
        self._items = []
        self.frombytes(b"".join([data[i:i + size][::-1] for i in range(0, len(data), size)]))

    def buffer_info(self):
        return id(self._items), len(self._items)

    def _like(self, items):
        result = array(self.typecode)
        result._items = items
        return result

    def __copy__(self):
        return self._like(list(self._items))

    def __deepcopy__(self, memo):
        return self._like(list(self._items))

    def __len__(self):
        return len(self._items)

    def __iter__(self):
        return iter(self._items)

    def __reversed__(self):
        return reversed(self._items)

    def __contains__(self, x):
        return x in self._items

    def __getitem__(self, i):
        if isinstance(i, slice):
            return self._like(self._items[i])
        try:
            return self._items[i]
        except IndexError:
            raise IndexError("array index out of range") from None

    def __setitem__(self, i, x):
        if isinstance(i, slice):
            if not isinstance(x, array):
                raise TypeError("can only assign array (not \"%s\") to array slice"
                                % type(x).__name__)
            self._items[i] = list(x._items)
            return
        x = self._check(x)
        try:
            self._items[i] = x
        except IndexError:
            raise IndexError("array assignment index out of range") from None

    def __delitem__(self, i):
        del self._items[i]

    def __add__(self, other):
        if not isinstance(other, array) or other.typecode != self.typecode:
            raise TypeError("can only append array (not \"%s\") to array" % type(other).__name__)
        return self._like(self._items + other._items)

    def __iadd__(self, other):
        if not isinstance(other, array):
            raise TypeError("can only extend with array (not \"%s\")" % type(other).__name__)
        self.extend(other)
        return self

    def __mul__(self, n):
        if not isinstance(n, int):
            return NotImplemented
        return self._like(self._items * n)

    __rmul__ = __mul__

    def __imul__(self, n):
        self._items = self._items * n
        return self

    def __eq__(self, other):
        if not isinstance(other, array):
            return NotImplemented
        return self._items == other._items

    def __lt__(self, other):
        if not isinstance(other, array):
            return NotImplemented
        return self._items < other._items

    def __le__(self, other):
        if not isinstance(other, array):
            return NotImplemented
        return self._items <= other._items

    def __gt__(self, other):
        if not isinstance(other, array):
            return NotImplemented
        return self._items > other._items

    def __ge__(self, other):
        if not isinstance(other, array):
            return NotImplemented
        return self._items >= other._items

    def __repr__(self):
        if not self._items:
            return "array(%r)" % self.typecode
        shown = repr("".join(self._items)) if self.typecode == "u" else repr(self._items)
        return "array(%r, %s)" % (self.typecode, shown)


ArrayType = array
