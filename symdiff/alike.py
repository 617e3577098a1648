"""Lists whose elements are alike: they may be of any length, with an array for each number or array of an element.

By hand: `[(1.0, 2), (3.0, 4), …]` is a list of tuples of a float and an int.  Its tree is that of an element, its
columns are the arrays `np.array([1.0, 3.0, …])` and `np.array([2, 4, …])`, and they are made into the list again.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from symdiff.trees import LEAF, Tree, construct, container

SHORT = 8  # so many elements at most are taken apart: each is a number of its own
FEW_ARRAYS = 32  # so many, where there are arrays in them: these are copied in every call, which takes time then

_NUMBERS = (float, int, np.float64, np.float32, np.int64)
_ARRAYS = frozenset({"f8", "f4", "i8"})
_INT64 = np.iinfo(np.int64)


@dataclass(frozen=True, slots=True)
class Each:
    """What is at one place of all elements: numbers of a class, or arrays of a dtype and shape."""

    cls: type
    dtype: str
    shape: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True)
class Alike:
    """The structure of all elements, and what is at each of its leaves."""

    tree: Tree
    leaves: tuple[Each, ...]


def of_any_length(value: object) -> Alike | None:
    """What the elements of a list are that may be of any length; None for what is no such list.

    >>> of_any_length([1.0] * 9).leaves, of_any_length([1.0] * 8), of_any_length([1.0] * 9 + [2])
    ((Each(cls=<class 'float'>, dtype='f8', shape=()),), None, None)
    """
    if type(value) is not list or len(value) <= SHORT:
        return None
    found = _alike(value)
    copied = found is not None and any(leaf.shape for leaf in found.leaves)
    return None if copied and len(value) <= FEW_ARRAYS else found


def _alike(items: Sequence[Any]) -> Alike | None:
    kinds = set(map(type, items))
    cls = kinds.pop()
    if kinds:
        return None
    if cls in _NUMBERS:
        if cls is int and not (min(items) >= _INT64.min and max(items) <= _INT64.max):
            return None
        return Alike(LEAF, (Each(cls, np.dtype(cls).str[1:]),))
    return _arrays(items) if cls is np.ndarray else _tuples(items) if issubclass(cls, tuple) else None


def _arrays(items: Sequence[Any]) -> Alike | None:
    """Arrays of one dtype and shape, which lie in rows: they are copied into one."""
    first = items[0]
    dtype, shape = first.dtype, first.shape
    same = all(a.dtype == dtype and a.shape == shape and a.flags.c_contiguous for a in items)
    if not same or not shape or not dtype.isnative or dtype.str[1:] not in _ARRAYS:
        return None
    return Alike(LEAF, (Each(np.ndarray, dtype.str[1:], shape),))


def _tuples(items: Sequence[Any]) -> Alike | None:
    node = container(items[0])
    if node is None or not node.keys or len(set(map(len, items))) > 1:
        return None
    parts = [_alike(column) for column in zip(*items, strict=True)]
    found = [part for part in parts if part is not None]
    if len(found) < len(parts):
        return None
    tree = Tree(node.kind, node.cls, node.keys, tuple(part.tree for part in found))
    return Alike(tree, tuple(leaf for part in found for leaf in part.leaves))


def columns(items: Sequence[Any], tree: Tree) -> Any:
    """The structure of an element, with an array of all elements' numbers or arrays at each leaf."""
    if tree.kind == "leaf":
        return np.array(items)
    every = zip(*items, strict=True)
    return construct(tree, [columns(column, part) for part, column in zip(tree.children, every, strict=True)])


def rows(lists: Iterator[list[Any]], tree: Tree) -> list[Any]:
    """The list of elements of a structure, from the lists of what is at each leaf."""
    if tree.kind == "leaf":
        return next(lists)
    parts = [rows(lists, part) for part in tree.children]
    return [construct(tree, row) for row in zip(*parts, strict=True)]
