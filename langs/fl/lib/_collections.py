"""Deques and default dictionaries."""


class deque:
    """A double-ended queue: a ring buffer that doubles when it is full."""

    __slots__ = ("_ring", "_first", "_size", "_limit", "_changes")
    __hash__ = None

    def __init__(self, iterable=(), maxlen=None):
        if maxlen is not None:
            if not isinstance(maxlen, int):
                raise TypeError("an integer is required")
            if maxlen < 0:
                raise ValueError("maxlen must be non-negative")
        self._limit = maxlen
        self._ring = [None] * 8
        self._first = 0
        self._size = 0
        self._changes = 0
        self.extend(iterable)

    @property
    def maxlen(self):
        return self._limit

    def _grow(self):
        ring = self._ring
        first = self._first
        self._ring = ring[first:] + ring[:first] + [None] * len(ring)
        self._first = 0

    def append(self, x):
        size = self._size
        if size == self._limit:
            if size == 0:
                return
            self.popleft()
            size -= 1
        if size == len(self._ring):
            self._grow()
        ring = self._ring
        ring[(self._first + size) & (len(ring) - 1)] = x
        self._size = size + 1
        self._changes += 1

    def appendleft(self, x):
        size = self._size
        if size == self._limit:
            if size == 0:
                return
            self.pop()
            size -= 1
        if size == len(self._ring):
            self._grow()
        ring = self._ring
        first = (self._first - 1) & (len(ring) - 1)
        ring[first] = x
        self._first = first
        self._size = size + 1
        self._changes += 1

    def pop(self):
        size = self._size
        if size == 0:
            raise IndexError("pop from an empty deque")
        ring = self._ring
        at = (self._first + size - 1) & (len(ring) - 1)
        x = ring[at]
        ring[at] = None
        self._size = size - 1
        self._changes += 1
        return x

    def popleft(self):
        size = self._size
        if size == 0:
            raise IndexError("pop from an empty deque")
        ring = self._ring
        first = self._first
        x = ring[first]
        ring[first] = None
        self._first = (first + 1) & (len(ring) - 1)
        self._size = size - 1
        self._changes += 1
        return x

    def extend(self, iterable):
        if iterable is self:
            iterable = list(iterable)
        for x in iterable:
            self.append(x)

    def extendleft(self, iterable):
        if iterable is self:
            iterable = list(iterable)
        for x in iterable:
            self.appendleft(x)

    def clear(self):
        self._ring = [None] * 8
        self._first = 0
        self._size = 0
        self._changes += 1

    def copy(self):
        return type(self)(self, self._limit) if type(self) is deque else type(self)(self)

    __copy__ = copy

    def rotate(self, n=1):
        size = self._size
        if size < 2:
            return
        n %= size
        if n <= size - n:
            for _ in range(n):
                self.appendleft(self._take_last())
        else:
            for _ in range(size - n):
                self.append(self.popleft())

    def _take_last(self):
        return self.pop()

    def reverse(self):
        items = list(self)
        items.reverse()
        self.clear()
        self.extend(items)

    def count(self, value):
        n = 0
        for x in self:
            if x is value or x == value:
                n += 1
        return n

    def index(self, value, start=0, stop=None):
        size = self._size
        if stop is None:
            stop = size
        if start < 0:
            start = max(0, start + size)
        if stop < 0:
            stop = max(0, stop + size)
        for i in range(start, min(stop, size)):
            x = self[i]
            if x is value or x == value:
                return i
        raise ValueError("%r is not in deque" % (value,))

    def insert(self, i, x):
        size = self._size
        if size == self._limit:
            raise IndexError("deque already at its maximum size")
        if i >= size:
            self.append(x)
        elif i <= -size or i == 0:
            self.appendleft(x)
        else:
            items = list(self)
            items.insert(i, x)
            self.clear()
            self.extend(items)

    def remove(self, value):
        changes = self._changes
        for i in range(self._size):
            x = self[i]
            found = x is value or x == value
            if self._changes != changes:
                raise IndexError("deque mutated during remove().")
            if found:
                del self[i]
                return
        raise ValueError("%r is not in deque" % (value,))

    def _position(self, i):
        size = self._size
        if type(i) is not int:
            if not hasattr(i, "__index__"):
                raise TypeError("sequence index must be integer, not '%s'" % type(i).__name__)
            i = i.__index__()
        if i < 0:
            i += size
        if i < 0 or i >= size:
            raise IndexError("deque index out of range")
        return (self._first + i) & (len(self._ring) - 1)

    def __getitem__(self, i):
        return self._ring[self._position(i)]

    def __setitem__(self, i, x):
        self._ring[self._position(i)] = x

    def __delitem__(self, i):
        self._position(i)
        items = list(self)
        del items[i]
        self.clear()
        self.extend(items)

    def __len__(self):
        return self._size

    def __bool__(self):
        return self._size > 0

    def __contains__(self, value):
        changes = self._changes
        for x in self:
            if x is value or x == value:
                return True
        return False

    def __iter__(self):
        changes = self._changes
        i = 0
        while i < self._size:
            ring = self._ring
            yield ring[(self._first + i) & (len(ring) - 1)]
            if self._changes != changes:
                raise RuntimeError("deque mutated during iteration")
            i += 1

    def __reversed__(self):
        changes = self._changes
        i = self._size - 1
        while i >= 0:
            ring = self._ring
            yield ring[(self._first + i) & (len(ring) - 1)]
            if self._changes != changes:
                raise RuntimeError("deque mutated during iteration")
            i -= 1

    def __eq__(self, other):
        if not isinstance(other, deque):
            return NotImplemented
        return self is other or len(self) == len(other) and list(self) == list(other)

    def __lt__(self, other):
        if not isinstance(other, deque):
            return NotImplemented
        return list(self) < list(other)

    def __le__(self, other):
        if not isinstance(other, deque):
            return NotImplemented
        return list(self) <= list(other)

    def __gt__(self, other):
        if not isinstance(other, deque):
            return NotImplemented
        return list(self) > list(other)

    def __ge__(self, other):
        if not isinstance(other, deque):
            return NotImplemented
        return list(self) >= list(other)

    def __add__(self, other):
        if not isinstance(other, deque):
            raise TypeError('can only concatenate deque (not "%s") to deque'
                            % type(other).__name__)
        result = self.copy()
        result.extend(other)
        return result

    def __iadd__(self, other):
        self.extend(other)
        return self

    def __mul__(self, n):
        if not isinstance(n, int):
            return NotImplemented
        return deque(list(self) * n, self._limit)

    __rmul__ = __mul__

    def __imul__(self, n):
        items = list(self) * n
        self.clear()
        self.extend(items)
        return self

    def __repr__(self):
        items = ", ".join(["[...]" if x is self else repr(x) for x in self])
        if self._limit is None:
            return "%s([%s])" % (type(self).__name__, items)
        return "%s([%s], maxlen=%d)" % (type(self).__name__, items, self._limit)


class defaultdict(dict):
    """A dict that makes the values of keys that it lacks."""

    def __init__(self, default_factory=None, *args, **kwargs):
        if default_factory is not None and not callable(default_factory):
            raise TypeError("first argument must be callable or None")
        self.default_factory = default_factory
        dict.update(self, *args, **kwargs)

    def __missing__(self, key):
        factory = self.default_factory
        if factory is None:
            raise KeyError(key)
        value = factory()
        self[key] = value
        return value

    def copy(self):
        return type(self)(self.default_factory, self)

    __copy__ = copy

    def __repr__(self):
        return "%s(%r, %s)" % (type(self).__name__, self.default_factory, repr(dict(self)))

    def __or__(self, other):
        if not isinstance(other, dict):
            return NotImplemented
        result = self.copy()
        result.update(other)
        return result

    def __ror__(self, other):
        if not isinstance(other, dict):
            return NotImplemented
        result = type(self)(self.default_factory, other)
        result.update(self)
        return result

    def __ior__(self, other):
        self.update(other)
        return self
