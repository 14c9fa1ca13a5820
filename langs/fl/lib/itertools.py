"""Iterators that make, join, cut and combine iterators."""


def count(start=0, step=1):
    if isinstance(start, str) or isinstance(step, str):
        raise TypeError("a number is required")
    return _counted(start, step)


def _counted(value, step):
    while True:
        yield value
        value += step


def cycle(iterable):
    saved = []
    for item in iterable:
        yield item
        saved.append(item)
    while saved:
        for item in saved:
            yield item


def repeat(object, times=None):
    if times is None:
        while True:
            yield object
    for _ in range(times):
        yield object


def _chained(iterables):
    for iterable in iterables:
        for item in iterable:
            yield item


class chain:
    """The items of one iterable after the other. (A class for its second name.)"""

    def __new__(cls, *iterables):
        return _chained(iterables)

    @staticmethod
    def from_iterable(iterables):
        return _chained(iterables)


def accumulate(iterable, func=None, *, initial=None):
    items = iter(iterable)
    total = initial
    if initial is None:
        for total in items:
            break
        else:
            return
    yield total
    for item in items:
        total = total + item if func is None else func(total, item)
        yield total


def compress(data, selectors):
    for item, selector in zip(data, selectors):
        if selector:
            yield item


def dropwhile(predicate, iterable):
    items = iter(iterable)
    for item in items:
        if not predicate(item):
            yield item
            break
    for item in items:
        yield item


def takewhile(predicate, iterable):
    for item in iterable:
        if not predicate(item):
            break
        yield item


def filterfalse(predicate, iterable):
    for item in iterable:
        if not (item if predicate is None else predicate(item)):
            yield item


def starmap(function, iterable):
    for args in iterable:
        yield function(*args)


def pairwise(iterable):
    items = iter(iterable)
    for before in items:
        break
    else:
        return
    for item in items:
        yield before, item
        before = item


def _is_bad_bound(value):
    return value is not None and (not isinstance(value, int) or value < 0)


def islice(iterable, *args):
    bounds = slice(*args)
    start, stop, step = bounds.start, bounds.stop, bounds.step
    if _is_bad_bound(start) or _is_bad_bound(stop):
        what = "Stop argument" if len(args) == 1 else "Indices"
        raise ValueError("%s for islice() must be None or an integer: 0 <= x <= sys.maxsize."
                         % what)
    if _is_bad_bound(step) or step == 0:
        raise ValueError("Step for islice() must be a positive integer or None.")
    return _sliced(iter(iterable), start or 0, stop, step or 1)


def _sliced(items, wanted, stop, step):
    if stop is not None and wanted >= stop:
        # The items before the start are consumed even so.
        for _ in zip(range(stop), items):
            pass
        return
    position = 0
    for item in items:
        if position == wanted:
            yield item
            wanted += step
        position += 1
        if stop is not None and (position >= stop or wanted >= stop and position >= stop):
            return


def zip_longest(*iterables, fillvalue=None):
    sources = [iter(iterable) for iterable in iterables]
    active = len(sources)
    ended = [False] * active
    while active:
        row = []
        for position in range(len(sources)):
            if ended[position]:
                row.append(fillvalue)
                continue
            try:
                row.append(next(sources[position]))
            except StopIteration:
                ended[position] = True
                active -= 1
                if not active:
                    return
                row.append(fillvalue)
        yield tuple(row)


def tee(iterable, n=2):
    """Independent iterators over the same items, which wait in lists meanwhile."""
    source = iter(iterable)
    queues = [[] for _ in range(n)]

    def branch(mine):
        position = 0
        while True:
            if position == len(mine):
                mine.clear()
                position = 0
                try:
                    item = next(source)
                except StopIteration:
                    return
                for queue in queues:
                    queue.append(item)
            item = mine[position]
            position += 1
            yield item

    return tuple([branch(queue) for queue in queues])


class groupby:
    """Runs of items with the same key; each group ends when the next begins."""

    def __init__(self, iterable, key=None):
        self._items = iter(iterable)
        self._key = key
        self._has_item = False
        self._is_over = False
        self._item = None
        self._item_key = None
        self._group = None
        self._advance()

    def _advance(self):
        for item in self._items:
            self._item = item
            self._item_key = item if self._key is None else self._key(item)
            self._has_item = True
            return
        self._has_item = False
        self._is_over = True

    def __iter__(self):
        return self

    def __next__(self):
        # What is left of the group before is skipped.
        group = self._group
        if group is not None:
            while not self._is_over and self._item_key == group.key:
                self._advance()
        if self._is_over:
            self._group = None
            raise StopIteration
        self._group = _Group(self, self._item_key)
        return self._group.key, self._group


class _Group:
    def __init__(self, parent, key):
        self.parent = parent
        self.key = key

    def __iter__(self):
        return self

    def __next__(self):
        parent = self.parent
        if parent._group is not self or parent._is_over or parent._item_key != self.key:
            raise StopIteration
        item = parent._item
        parent._advance()
        return item


def product(*iterables, repeat=1):
    pools = [tuple(pool) for pool in iterables] * repeat
    return _product(pools)


def _product(pools):
    size = len(pools)
    if not all(pools):
        return
    indices = [0] * size
    row = [pool[0] for pool in pools]
    while True:
        yield tuple(row)
        position = size - 1
        while position >= 0:
            pool = pools[position]
            indices[position] += 1
            if indices[position] < len(pool):
                row[position] = pool[indices[position]]
                break
            indices[position] = 0
            row[position] = pool[0]
            position -= 1
        else:
            return


def permutations(iterable, r=None):
    pool = tuple(iterable)
    if r is not None and r < 0:
        raise ValueError("r must be non-negative")
    return _permutations(pool, len(pool) if r is None else r)


def _permutations(pool, r):
    n = len(pool)
    if r > n:
        return
    indices = list(range(n))
    cycles = list(range(n, n - r, -1))
    yield tuple([pool[i] for i in indices[:r]])
    while n:
        for i in range(r - 1, -1, -1):
            cycles[i] -= 1
            if cycles[i] == 0:
                indices.append(indices.pop(i))
                cycles[i] = n - i
            else:
                j = n - cycles[i]
                indices[i], indices[j] = indices[j], indices[i]
                yield tuple([pool[k] for k in indices[:r]])
                break
        else:
            return


def combinations(iterable, r):
    if r < 0:
        raise ValueError("r must be non-negative")
    return _combinations(tuple(iterable), r)


def _combinations(pool, r):
    n = len(pool)
    if r > n:
        return
    indices = list(range(r))
    while True:
        yield tuple([pool[i] for i in indices])
        i = r - 1
        while i >= 0 and indices[i] == i + n - r:
            i -= 1
        if i < 0:
            return
        indices[i] += 1
        for j in range(i + 1, r):
            indices[j] = indices[j - 1] + 1


def combinations_with_replacement(iterable, r):
    if r < 0:
        raise ValueError("r must be non-negative")
    return _combinations_with_replacement(tuple(iterable), r)


def _combinations_with_replacement(pool, r):
    n = len(pool)
    if n == 0 and r > 0:
        return
    indices = [0] * r
    while True:
        yield tuple([pool[i] for i in indices])
        i = r - 1
        while i >= 0 and indices[i] == n - 1:
            i -= 1
        if i < 0:
            return
        indices[i:] = [indices[i] + 1] * (r - i)


def batched(iterable, n):
    if n < 1:
        raise ValueError("n must be at least one")
    batch = []
    for item in iterable:
        batch.append(item)
        if len(batch) == n:
            yield tuple(batch)
            batch = []
    if batch:
        yield tuple(batch)
