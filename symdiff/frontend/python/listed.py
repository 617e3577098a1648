"""Arguments that are lists of any length: the entry has an array for each part of all elements."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from symdiff.frontend.python import grown, kinship
from symdiff.frontend.python.context import Context
from symdiff.frontend.python.instances import Pattern
from symdiff.frontend.python.values import Cell, Grown, ListRef, Struct, Val
from symdiff.ir.core import Value
from symdiff.ir.types import AVal
from symdiff.signature import Argument, Listed


def argument(cx: Context, of: Argument, arrays: Val) -> ListRef:
    """An argument that is a list of any length: an element with an array of all elements' numbers at each leaf.

    Arrays in it may be one object of the caller's, twice: none is changed.
    """
    cell, leaves = Cell("list", argument=(of.name, ()), name=of.name), iter(of.leaves)
    made: list[Value] = []
    form = _of_columns(cx, arrays, leaves, made)
    shared = frozenset({()}) if grown.has_memory(form) else frozenset[kinship.Path]()
    cx.base_set(cell, Grown(tuple(made), form, Cell("list"), shared))
    return ListRef(cell)


def _of_columns(cx: Context, val: Val, leaves: Iterator[Any], made: list[Value]) -> Pattern:
    """The form of an element; the lists of its numbers go into `made`."""
    if isinstance(val, Struct):
        parts = tuple(_of_columns(cx, item, leaves, made) for item in val.items)
        return Pattern(val.kind, parts, cls=val.cls, keys=val.keys)
    of: Listed = next(leaves)
    array = cx.value(val)
    assert isinstance(array.type, AVal)
    elem = AVal(of.elem, array.type.shape[1:], of.dtype)
    made.append(cx.top.emit("as_seq", array, elem=elem)[0])
    return Pattern("array" if elem.shape else "scalar", type=elem)
