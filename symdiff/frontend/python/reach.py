"""Which memory can still be reached: through the names of the calls that are being run, and what these hold.

An expression that is being evaluated holds what it has evaluated so far, and a loop what it runs over.

By hand: behind `if c: a, b = b, a` each name is one of two arrays that have no other name.  A write through `a` is one
into the memory that `a` is, whichever that was before; `b` is the other.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import fields, is_dataclass
from typing import Any

from symdiff.frontend.python.context import Context, Frame
from symdiff.frontend.python.values import Cell, Known, Val


def alone(cx: Context, cell: Cell) -> bool:
    """Whether nothing that may share an array's memory can be reached any more, but for the array itself."""
    return not any(other.kin for other in (cell, *cell.may)) and reached(cx).isdisjoint(cell.may)


def reached(cx: Context) -> set[Cell]:
    """The memory that the names of running calls lead to, and what is being evaluated."""
    names: dict[int, list[Any]] = {}
    for key, val in cx.store.data.items():
        if isinstance(key, tuple) and isinstance(key[0], int):
            names.setdefault(key[0], []).append(val)
    found, frames = set[Cell](), set[int]()
    todo: list[Any] = [*cx.frames, *cx.held]
    while todo:
        val = todo.pop()
        if isinstance(val, Cell):
            if val not in found:
                found.add(val)
                todo += (cx.store.get(val), *cx.eager.get(val, ()))  # an iterator holds what it was made of
        elif isinstance(val, Frame):
            if val.id not in frames:
                frames.add(val.id)
                todo += (val.outer, *names.get(val.id, ()))
        else:
            todo += _parts(val)
    return found


def _parts(val: Any) -> Iterable[Any]:
    if isinstance(val, Known):
        return ()
    if is_dataclass(val) and issubclass(type(val), Val):
        return [getattr(val, part.name) for part in fields(val)]
    if isinstance(val, dict):
        return val.values()
    return val if isinstance(val, tuple) else ()
