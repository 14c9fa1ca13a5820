"""Digests of bytes."""

algorithms_guaranteed = {"md5", "sha1", "sha224", "sha256", "sha384", "sha512"}
algorithms_available = algorithms_guaranteed


def _primes(count):
    found = []
    n = 2
    while len(found) < count:
        if all([n % p for p in found]):
            found.append(n)
        n += 1
    return found


def _root(n, power):
    """The integer part of a square or cube root."""
    low, high = 0, 1 << (n.bit_length() // power + 1)
    while low < high:
        middle = (low + high + 1) // 2
        if middle ** power <= n:
            low = middle
        else:
            high = middle - 1
    return low


def _fraction(prime, power, bits):
    """The first bits of the fraction of a root of a prime."""
    return _root(prime << (bits * power), power) & (1 << bits) - 1


_SETS = {}


def _constants(bits):
    """The round constants of SHA-2."""
    if bits not in _SETS:
        primes = _primes(64 if bits == 32 else 80)
        _SETS[bits] = [_fraction(p, 3, bits) for p in primes]
    return _SETS[bits]


def _sha2_block(state, block, bits):
    size = bits // 8
    mask = (1 << bits) - 1
    w = [int.from_bytes(block[i:i + size], "big") for i in range(0, 16 * size, size)]
    k = _constants(bits)
    if bits == 32:
        a1, a2, a3, b1, b2, b3 = 7, 18, 3, 17, 19, 10
        c1, c2, c3, d1, d2, d3 = 6, 11, 25, 2, 13, 22
    else:
        a1, a2, a3, b1, b2, b3 = 1, 8, 7, 19, 61, 6
        c1, c2, c3, d1, d2, d3 = 14, 18, 41, 28, 34, 39
    for i in range(16, len(k)):
        x = w[i - 15]
        y = w[i - 2]
        s0 = (x >> a1 | x << bits - a1) ^ (x >> a2 | x << bits - a2) ^ x >> a3
        s1 = (y >> b1 | y << bits - b1) ^ (y >> b2 | y << bits - b2) ^ y >> b3
        w.append(w[i - 16] + (s0 & mask) + w[i - 7] + (s1 & mask) & mask)
    a, b, c, d, e, f, g, h = state
    for i in range(len(k)):
        s1 = ((e >> c1 | e << bits - c1) ^ (e >> c2 | e << bits - c2)
              ^ (e >> c3 | e << bits - c3)) & mask
        t1 = h + s1 + (e & f ^ ~e & mask & g) + k[i] + w[i]
        s0 = ((a >> d1 | a << bits - d1) ^ (a >> d2 | a << bits - d2)
              ^ (a >> d3 | a << bits - d3)) & mask
        t2 = s0 + (a & b ^ a & c ^ b & c)
        h, g, f, e, d, c, b, a = g, f, e, d + t1 & mask, c, b, a, t1 + t2 & mask
    return [x + y & mask for x, y in zip(state, [a, b, c, d, e, f, g, h])]


def _sha256_block(state, block):
    return _sha2_block(state, block, 32)


def _sha512_block(state, block):
    return _sha2_block(state, block, 64)


def _sha1_block(state, block):
    mask = 0xffffffff
    w = [int.from_bytes(block[i:i + 4], "big") for i in range(0, 64, 4)]
    for i in range(16, 80):
        x = w[i - 3] ^ w[i - 8] ^ w[i - 14] ^ w[i - 16]
        w.append((x << 1 | x >> 31) & mask)
    a, b, c, d, e = state
    for i in range(80):
        if i < 20:
            f, k = b & c | ~b & mask & d, 0x5a827999
        elif i < 40:
            f, k = b ^ c ^ d, 0x6ed9eba1
        elif i < 60:
            f, k = b & c | b & d | c & d, 0x8f1bbcdc
        else:
            f, k = b ^ c ^ d, 0xca62c1d6
        t = (a << 5 | a >> 27) + f + e + k + w[i] & mask
        e, d, c, b, a = d, c, (b << 30 | b >> 2) & mask, a, t
    return [x + y & mask for x, y in zip(state, [a, b, c, d, e])]


_MD5_SHIFTS = [7, 12, 17, 22] * 4 + [5, 9, 14, 20] * 4 + [4, 11, 16, 23] * 4 + [6, 10, 15, 21] * 4


def _md5_block(state, block):
    from math import sin
    if "md5" not in _SETS:
        _SETS["md5"] = [int(abs(sin(i + 1)) * 4294967296) for i in range(64)]
    table = _SETS["md5"]
    mask = 0xffffffff
    w = [int.from_bytes(block[i:i + 4], "little") for i in range(0, 64, 4)]
    a, b, c, d = state
    for i in range(64):
        if i < 16:
            f, g = b & c | ~b & mask & d, i
        elif i < 32:
            f, g = d & b | ~d & mask & c, (5 * i + 1) % 16
        elif i < 48:
            f, g = b ^ c ^ d, (3 * i + 5) % 16
        else:
            f, g = c ^ (b | ~d & mask), 7 * i % 16
        f = f + a + table[i] + w[g] & mask
        s = _MD5_SHIFTS[i]
        a, d, c = d, c, b
        b = b + (f << s | f >> 32 - s) & mask
    return [x + y & mask for x, y in zip(state, [a, b, c, d])]


def _initial(bits, first, count=8):
    return [_fraction(p, 2, bits) for p in _primes(first + count)[first:]]


class _Hash:
    """A digest in the making."""

    def __init__(self, name, data):
        if name in ("sha256", "sha512", "sha384", "sha224"):
            bits = 32 if name in ("sha256", "sha224") else 64
            if name == "sha224":
                state = [x & 0xffffffff for x in _initial(64, 8)]
            else:
                state = _initial(bits, 8 if name == "sha384" else 0)
            block = _sha256_block if bits == 32 else _sha512_block
            self._set(state, block, bits * 2, bits // 8, "big", int(name[3:]) // 8)
        elif name == "sha1":
            state = [0x67452301, 0xefcdab89, 0x98badcfe, 0x10325476, 0xc3d2e1f0]
            self._set(state, _sha1_block, 64, 4, "big", 20)
        else:
            state = [0x67452301, 0xefcdab89, 0x98badcfe, 0x10325476]
            self._set(state, _md5_block, 64, 4, "little", 16)
        self.name = name
        self._rest = b""
        self._length = 0
        self.update(data)

    def _set(self, state, block, block_size, word, order, digest_size):
        self._state = state
        self._block = block
        self.block_size = block_size
        self._word = word
        self._order = order
        self.digest_size = digest_size

    def update(self, data):
        if isinstance(data, str):
            raise TypeError("Strings must be encoded before hashing")
        self._length += len(data)
        data = self._rest + bytes(data)
        size = self.block_size
        at = 0
        while at + size <= len(data):
            self._state = self._block(self._state, data[at:at + size])
            at += size
        self._rest = data[at:]

    def digest(self):
        size = self.block_size
        count_size = size // 8
        padding = b"\x80" + bytes((-len(self._rest) - 1 - count_size) % size)
        data = self._rest + padding + (self._length * 8).to_bytes(count_size, self._order)
        state = self._state
        for at in range(0, len(data), size):
            state = self._block(state, data[at:at + size])
        words = [x.to_bytes(self._word, self._order) for x in state]
        return b"".join(words)[:self.digest_size]

    def hexdigest(self):
        return self.digest().hex()

    def copy(self):
        other = _Hash(self.name, b"")
        other._state = list(self._state)
        other._rest = self._rest
        other._length = self._length
        return other

    def __repr__(self):
        return "<%s _hashlib.HASH object>" % self.name


def new(name, data=b"", *, usedforsecurity=True):
    name = name.lower().replace("-", "")
    if name not in algorithms_available:
        raise ValueError("unsupported hash type " + name)
    return _Hash(name, data)


def md5(string=b"", *, usedforsecurity=True):
    return _Hash("md5", string)


def sha1(string=b"", *, usedforsecurity=True):
    return _Hash("sha1", string)


def sha224(string=b"", *, usedforsecurity=True):
    return _Hash("sha224", string)


def sha256(string=b"", *, usedforsecurity=True):
    return _Hash("sha256", string)


def sha384(string=b"", *, usedforsecurity=True):
    return _Hash("sha384", string)


def sha512(string=b"", *, usedforsecurity=True):
    return _Hash("sha512", string)
