"""Binary heaps in lists: the smallest item stands first."""

__all__ = ["heappush", "heappop", "heapify", "heapreplace", "heappushpop", "merge",
           "nlargest", "nsmallest"]


def _sift_up(heap, pos, first=0):
    """Moves the item at `pos` towards the root until its parent is not larger."""
    item = heap[pos]
    while pos > first:
        parent = (pos - 1) >> 1
        above = heap[parent]
        if not item < above:
            break
        heap[pos] = above
        pos = parent
    heap[pos] = item


def _sift_down(heap, pos):
    """Moves the item at `pos` to a leaf along the smaller children, then up again:
    items that come from the end mostly belong near the leaves."""
    end = len(heap)
    first = pos
    item = heap[pos]
    child = 2 * pos + 1
    while child < end:
        right = child + 1
        if right < end and not heap[child] < heap[right]:
            child = right
        heap[pos] = heap[child]
        pos = child
        child = 2 * pos + 1
    heap[pos] = item
    _sift_up(heap, pos, first)


def heappush(heap, item):
    heap.append(item)
    _sift_up(heap, len(heap) - 1)


def heappop(heap):
    if not heap:
        raise IndexError("index out of range")
    last = heap.pop()
    if heap:
        first = heap[0]
        heap[0] = last
        _sift_down(heap, 0)
        return first
    return last


def heapreplace(heap, item):
    first = heap[0]
    heap[0] = item
    _sift_down(heap, 0)
    return first


def heappushpop(heap, item):
    if heap and heap[0] < item:
        first = heap[0]
        heap[0] = item
        _sift_down(heap, 0)
        return first
    return item


def heapify(heap):
    for pos in range(len(heap) // 2 - 1, -1, -1):
        _sift_down(heap, pos)


def nsmallest(n, iterable, key=None):
    return sorted(iterable, key=key)[:max(n, 0)]


def nlargest(n, iterable, key=None):
    return sorted(iterable, key=key, reverse=True)[:max(n, 0)]


class _Source:
    """The next item of an iterator in a merge; ties go to the earlier source."""

    def __init__(self, key, order, value, rest, reverse):
        self.key = key
        self.order = order
        self.value = value
        self.rest = rest
        self.reverse = reverse

    def __lt__(self, other):
        if self.reverse:
            if other.key < self.key:
                return True
            if self.key < other.key:
                return False
        else:
            if self.key < other.key:
                return True
            if other.key < self.key:
                return False
        return self.order < other.order


def merge(*iterables, key=None, reverse=False):
    """The items of sorted iterables, in order."""
    heap = []
    for order, iterable in enumerate(iterables):
        rest = iter(iterable)
        for value in rest:
            heap.append(_Source(value if key is None else key(value), order, value, rest, reverse))
            break
    heapify(heap)
    while heap:
        source = heap[0]
        yield source.value
        for value in source.rest:
            source.value = value
            source.key = value if key is None else key(value)
            heapreplace(heap, source)
            break
        else:
            heappop(heap)
