"""Functions of `heapq` and `bisect`, written out: a list is kept in order by comparisons, element by element."""

from __future__ import annotations

from typing import Any


def heappush(heap: Any, item: Any) -> Any:
    heap.append(item)
    _to_root(heap, 0, len(heap) - 1)


def heappop(heap: Any) -> Any:
    if not heap:
        raise IndexError("index out of range")
    last = heap.pop()
    if not heap:
        return last
    first = heap[0]
    heap[0] = last
    _to_leaf(heap, 0)
    return first


def heapreplace(heap: Any, item: Any) -> Any:
    if not heap:
        raise IndexError("index out of range")
    first = heap[0]
    heap[0] = item
    _to_leaf(heap, 0)
    return first


def heappushpop(heap: Any, item: Any) -> Any:
    if not heap or not heap[0] < item:
        return item
    first = heap[0]
    heap[0] = item
    _to_leaf(heap, 0)
    return first


def heapify(heap: Any) -> Any:
    for place in range(len(heap) // 2 - 1, -1, -1):
        _to_leaf(heap, place)


def nsmallest(n: Any, iterable: Any, key: Any = None) -> Any:
    elements = list(iterable)
    if n >= len(elements):
        return sorted(elements, key=key)
    return nsmallest_of_iterator(n, elements, key)


def nsmallest_of_iterator(n: Any, iterable: Any, key: Any = None) -> Any:
    """Of what has no length, which `heapq` never sorts."""
    elements = list(iterable)
    if n == 1:
        return [min(elements, key=key)] if elements else []
    if n < 1:
        return []
    keys = elements if key is None else [key(element) for element in elements]
    count = min(n, len(keys))
    heap = [(keys[i], i) for i in range(count)]
    for place in range(count // 2 - 1, -1, -1):
        _to_leaf_of_largest(heap, place)
    for i in range(n, len(keys)):
        if keys[i] < heap[0][0]:
            heap[0] = (keys[i], i)
            _to_leaf_of_largest(heap, 0)
    heap.sort()
    return [elements[heap[k][1]] for k in range(count)]


def nlargest(n: Any, iterable: Any, key: Any = None) -> Any:
    elements = list(iterable)
    if n >= len(elements):
        return sorted(elements, key=key, reverse=True)
    return nlargest_of_iterator(n, elements, key)


def nlargest_of_iterator(n: Any, iterable: Any, key: Any = None) -> Any:
    """Of what has no length, which `heapq` never sorts."""
    elements = list(iterable)
    if n == 1:
        return [max(elements, key=key)] if elements else []
    if n < 1:
        return []
    keys = elements if key is None else [key(element) for element in elements]
    count = min(n, len(keys))
    heap = [(keys[i], -i) for i in range(count)]
    for place in range(count // 2 - 1, -1, -1):
        _to_leaf(heap, place)
    for i in range(n, len(keys)):
        if heap[0][0] < keys[i]:
            heap[0] = (keys[i], -i)
            _to_leaf(heap, 0)
    heap.sort(reverse=True)
    return [elements[-heap[k][1]] for k in range(count)]


def _to_root(heap: Any, start: Any, place: Any) -> Any:
    """Move the element at `place` up, past parents that are larger, to `start` at most."""
    item = heap[place]
    while place > start:
        above = (place - 1) // 2
        if not item < heap[above]:
            break
        heap[place] = heap[above]
        place = above
    heap[place] = item


def _to_leaf(heap: Any, start: Any) -> Any:
    """Fill the place `start` with the smaller child, that one's place likewise, and let the element rise from there.

    The order of comparisons is that of `heapq`: elements that compare equal come out as they do there.
    """
    item = heap[start]
    place = start
    child = 2 * start + 1
    while child < len(heap):
        if child + 1 < len(heap) and not heap[child] < heap[child + 1]:
            child += 1
        heap[place] = heap[child]
        place = child
        child = 2 * place + 1
    heap[place] = item
    _to_root(heap, start, place)


def _to_leaf_of_largest(heap: Any, start: Any) -> Any:
    """`_to_leaf` where the largest element is first."""
    item = heap[start]
    place = start
    child = 2 * start + 1
    while child < len(heap):
        if child + 1 < len(heap) and not heap[child + 1] < heap[child]:
            child += 1
        heap[place] = heap[child]
        place = child
        child = 2 * place + 1
    while place > start:
        above = (place - 1) // 2
        if not heap[above] < item:
            break
        heap[place] = heap[above]
        place = above
    heap[place] = item


def bisect_left(a: Any, x: Any, lo: Any = 0, hi: Any = None, *, key: Any = None) -> Any:
    if lo < 0:
        raise ValueError("lo must be non-negative")
    high = len(a) if hi is None else hi
    low = lo
    while low < high:
        middle = (low + high) // 2
        if (a[middle] if key is None else key(a[middle])) < x:
            low = middle + 1
        else:
            high = middle
    return low


def bisect_right(a: Any, x: Any, lo: Any = 0, hi: Any = None, *, key: Any = None) -> Any:
    if lo < 0:
        raise ValueError("lo must be non-negative")
    high = len(a) if hi is None else hi
    low = lo
    while low < high:
        middle = (low + high) // 2
        if x < (a[middle] if key is None else key(a[middle])):
            high = middle
        else:
            low = middle + 1
    return low


def insort_left(a: Any, x: Any, lo: Any = 0, hi: Any = None, *, key: Any = None) -> Any:
    place = bisect_left(a, x if key is None else key(x), lo, hi, key=key)
    a.insert(inside(place) if lo == 0 else place, x)


def insort_right(a: Any, x: Any, lo: Any = 0, hi: Any = None, *, key: Any = None) -> Any:
    place = bisect_right(a, x if key is None else key(x), lo, hi, key=key)
    a.insert(inside(place) if lo == 0 else place, x)


def inside(place: Any) -> Any:
    """What a body says of a place: it is one of the list, or its end."""
    return place


OF_ITERATORS = {nsmallest: nsmallest_of_iterator, nlargest: nlargest_of_iterator}
HEAPS = (heappush, heappop, heapify, heapreplace, heappushpop, nsmallest, nlargest)
PLACES = (bisect_left, bisect_right, insort_left, insort_right)
