"""Functions of `itertools` that ask a condition at each element, written out; the iterator is a list."""

from __future__ import annotations

from typing import Any


def takewhile(predicate: Any, iterable: Any) -> Any:
    out = []
    for x in iterable:
        if not predicate(x):
            break
        out.append(x)
    return out


def dropwhile(predicate: Any, iterable: Any) -> Any:
    out = []
    dropping = True
    for x in iterable:
        if dropping and predicate(x):
            continue
        dropping = False
        out.append(x)
    return out


def filterfalse(predicate: Any, iterable: Any) -> Any:
    out = []
    for x in iterable:
        if not (x if predicate is None else predicate(x)):
            out.append(x)
    return out


def compress(data: Any, selectors: Any) -> Any:
    out = []
    for x, selected in zip(data, selectors, strict=False):
        if selected:
            out.append(x)
    return out


def starmap(function: Any, iterable: Any) -> Any:
    out = []
    for row in iterable:
        out.append(function(*row))
    return out


def from_iterable(iterable: Any) -> Any:
    out = []
    for part in iterable:
        for x in part:
            out.append(x)
    return out


def accumulate(first: Any, rest: Any, function: Any) -> Any:
    """`accumulate(iterable, function, initial=first)`."""
    total = first
    out = [total]
    for x in rest:
        total = function(total, x)
        out.append(total)
    return out


def combinations(iterable: Any, r: Any) -> Any:
    """Pairs and triples of what has more elements than are known."""
    items = list(iterable)
    out: Any = []
    for i in range(len(items)):
        for j in range(i + 1, len(items)):
            if r == 2:
                out.append((items[i], items[j]))
            else:
                for k in range(j + 1, len(items)):
                    out.append((items[i], items[j], items[k]))
    return out


def accumulate_from_first(iterable: Any, function: Any) -> Any:
    """`accumulate(iterable, function)` of more elements than are known."""
    items = list(iterable)
    if len(items) == 0:
        return []
    total = items[0]
    out = [total]
    for i in range(1, len(items)):
        total = function(total, items[i])
        out.append(total)
    return out
