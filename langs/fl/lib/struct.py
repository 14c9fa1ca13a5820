"""Values as bytes, laid out as a format says."""


class error(Exception):
    pass


_SIZES = {"x": 1, "c": 1, "b": 1, "B": 1, "?": 1, "h": 2, "H": 2, "i": 4, "I": 4, "l": 4, "L": 4,
          "q": 8, "Q": 8, "n": 8, "N": 8, "P": 8, "e": 2, "f": 4, "d": 8, "s": 1, "p": 1}


def _parse(format):
    """The byte order and triples of code, count and size; native formats have padding."""
    if isinstance(format, (bytes, bytearray)):
        format = format.decode("ascii")
    order = "little"
    native = True
    if format[:1] in ("@", "=", "<", ">", "!"):
        mark = format[0]
        native = mark == "@"
        if mark in ">!":
            order = "big"
        format = format[1:]
    fields = []
    offset = 0
    count = ""
    for c in format:
        if c.isdigit():
            count += c
            continue
        if c.isspace():
            if count:
                raise error("bad char in struct format")
            continue
        if c not in _SIZES or c in "nNP" and not native:
            raise error("bad char in struct format")
        size = 8 if native and c in "lL" else _SIZES[c]
        if native and c not in "xcbB?sp":
            padding = -offset % size
            if padding:
                fields.append(("x", padding, 1))
                offset += padding
        n = int(count) if count else 1
        count = ""
        fields.append((c, n, size))
        offset += n * size
    if count:
        raise error("repeat count given without format specifier")
    return order, fields, offset


def calcsize(format):
    return _parse(format)[2]


def _pack_float(x, code, order):
    try:
        x = float(x)
    except (TypeError, ValueError):
        raise error("required argument is not a float") from None
    bits, exponent_bits = {"e": (16, 5), "f": (32, 8), "d": (64, 11)}[code]
    fraction_bits = bits - exponent_bits - 1
    bias = (1 << (exponent_bits - 1)) - 1
    top = (1 << exponent_bits) - 1
    sign = 1 if x < 0 or str(x)[0] == "-" else 0
    if x != x:
        value = top << fraction_bits | 1 << (fraction_bits - 1)
    elif x in (float("inf"), float("-inf")):
        value = top << fraction_bits
    elif x == 0:
        value = 0
    else:
        numerator, denominator = abs(x).as_integer_ratio()
        exponent = numerator.bit_length() - denominator.bit_length()
        if (numerator << max(0, -exponent)) < (denominator << max(0, exponent)):
            exponent -= 1
        exponent = max(exponent, 1 - bias)
        shift = fraction_bits - exponent
        if shift >= 0:
            numerator <<= shift
        else:
            denominator <<= -shift
        mantissa, rest = divmod(numerator, denominator)
        if 2 * rest > denominator or 2 * rest == denominator and mantissa & 1:
            mantissa += 1
        # A mantissa without its leading bit is that of a subnormal number; one that was
        # rounded up to the next power of two carries into the exponent.
        value = (exponent + bias - 1 << fraction_bits) + mantissa
        if value >= top << fraction_bits:
            raise OverflowError("float too large to pack with %s format" % code)
    return (value | sign << (bits - 1)).to_bytes(bits // 8, order)


def _unpack_float(data, code, order):
    bits, exponent_bits = {"e": (16, 5), "f": (32, 8), "d": (64, 11)}[code]
    fraction_bits = bits - exponent_bits - 1
    bias = (1 << (exponent_bits - 1)) - 1
    n = int.from_bytes(data, order)
    negative = n >> (bits - 1)
    exponent = n >> fraction_bits & (1 << exponent_bits) - 1
    fraction = n & (1 << fraction_bits) - 1
    if exponent == (1 << exponent_bits) - 1:
        x = float("nan") if fraction else float("inf")
    else:
        if exponent:
            fraction |= 1 << fraction_bits
        else:
            exponent = 1
        power = exponent - bias - fraction_bits
        if power >= 0:
            x = float(fraction << power)
        else:
            x = fraction / (1 << -power)
    return -x if negative else x


def _pack_int(x, code, size, order):
    if not isinstance(x, int):
        if not hasattr(x, "__index__"):
            raise error("required argument is not an integer")
        x = x.__index__()
    signed = code.islower()
    bits = size * 8
    low, high = (-(1 << bits - 1), (1 << bits - 1) - 1) if signed else (0, (1 << bits) - 1)
    if not low <= x <= high:
        if code in "bB":
            raise error("%s format requires %d <= number <= %d"
                        % ("byte" if code == "b" else "ubyte", low, high))
        if code in "hH":
            raise error("%s format requires %d <= number <= %d"
                        % ("short" if code == "h" else "ushort", low, high))
        raise error("%r format requires %d <= number <= %d" % (code, low, high))
    return x.to_bytes(size, order, signed=signed)


def pack(format, *values):
    order, fields, total = _parse(format)
    wanted = 0
    for code, count, size in fields:
        if code != "x":
            wanted += 1 if code in "sp" else count
    if wanted != len(values):
        raise error("pack expected %d items for packing (got %d)" % (wanted, len(values)))
    out = []
    at = 0
    for code, count, size in fields:
        if code == "x":
            out.append(bytes(count))
        elif code in "sp":
            data = values[at]
            at += 1
            if not isinstance(data, (bytes, bytearray)):
                raise error("argument for %r must be a bytes object" % code)
            if code == "p":
                data = bytes(data[:max(0, min(count - 1, 255))])
                data = bytes([len(data)]) + data if count else b""
            out.append((bytes(data[:count]) + bytes(max(0, count - len(data)))))
        else:
            for _ in range(count):
                x = values[at]
                at += 1
                if code == "c":
                    if not isinstance(x, (bytes, bytearray)) or len(x) != 1:
                        raise error("char format requires a bytes object of length 1")
                    out.append(bytes(x))
                elif code == "?":
                    out.append(b"\x01" if x else b"\x00")
                elif code in "efd":
                    out.append(_pack_float(x, code, order))
                else:
                    out.append(_pack_int(x, "Q" if code in "NP" else code, size, order))
    return b"".join(out)


def unpack_from(format, buffer, offset=0):
    order, fields, total = _parse(format)
    if offset < 0:
        offset += len(buffer)
    if len(buffer) - offset < total:
        raise error("unpack_from requires a buffer of at least %d bytes for unpacking %d bytes "
                    "at offset %d (actual buffer size is %d)"
                    % (total + offset, total, offset, len(buffer)))
    values = []
    at = offset
    for code, count, size in fields:
        if code == "x":
            at += count
        elif code == "s":
            values.append(bytes(buffer[at:at + count]))
            at += count
        elif code == "p":
            length = min(buffer[at], count - 1) if count else 0
            values.append(bytes(buffer[at + 1:at + 1 + length]))
            at += count
        else:
            for _ in range(count):
                data = bytes(buffer[at:at + size])
                at += size
                if code == "c":
                    values.append(data)
                elif code == "?":
                    values.append(data != b"\x00")
                elif code in "efd":
                    values.append(_unpack_float(data, code, order))
                else:
                    signed = code.islower()
                    values.append(int.from_bytes(data, order, signed=signed))
    return tuple(values)


def unpack(format, buffer):
    total = calcsize(format)
    if len(buffer) != total:
        raise error("unpack requires a buffer of %d bytes" % total)
    return unpack_from(format, buffer)


def pack_into(format, buffer, offset, *values):
    data = pack(format, *values)
    if offset < 0:
        offset += len(buffer)
    if len(buffer) - offset < len(data):
        raise error("pack_into requires a buffer of at least %d bytes for packing %d bytes at "
                    "offset %d (actual buffer size is %d)"
                    % (offset + len(data), len(data), offset, len(buffer)))
    buffer[offset:offset + len(data)] = data


def iter_unpack(format, buffer):
    total = calcsize(format)
    if total == 0:
        raise error("cannot iteratively unpack with a struct of length 0")
    if len(buffer) % total:
        raise error("iterative unpacking requires a buffer of a multiple of %d bytes" % total)
    return iter([unpack_from(format, buffer, at) for at in range(0, len(buffer), total)])


class Struct:
    """A format that is read once."""

    def __init__(self, format):
        self.format = format
        self.size = calcsize(format)

    def pack(self, *values):
        return pack(self.format, *values)

    def unpack(self, buffer):
        return unpack(self.format, buffer)

    def unpack_from(self, buffer, offset=0):
        return unpack_from(self.format, buffer, offset)

    def pack_into(self, buffer, offset, *values):
        pack_into(self.format, buffer, offset, *values)

    def iter_unpack(self, buffer):
        return iter_unpack(self.format, buffer)
