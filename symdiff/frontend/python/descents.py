"""Walks down what has an end: a tree or a linked list of known structure, of which each turn leaves less.

By hand: `node = node.left if x < node.split else node.right`.  What `node` is behind a turn is a tree that joins both
branches, one level lower than the one before; where it is None on every path the loop ends.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from symdiff.frontend.python.context import Context
from symdiff.frontend.python.values import Cell, Known, OneOf, Reference, Struct


class Descent:
    """Names of the frame, one of which must hold less from turn to turn."""

    def __init__(self, cx: Context, names: Iterable[str]) -> None:
        self.cx = cx
        self.sizes: dict[str, float] = dict.fromkeys(names, float("inf"))

    def goes_on(self) -> bool:
        """Whether a name holds less than in every turn before."""
        now = {name: parts(self.cx, self.cx.get_name(self.cx.frame, name), set()) for name in self.sizes}
        self.sizes = {name: size for name, size in now.items() if size < self.sizes[name]}
        return bool(self.sizes)


def parts(cx: Context, val: Any, seen: set[Cell]) -> int:
    """How many lists, tuples, dicts and objects something is made of."""
    if isinstance(val, Struct):
        return 1 + sum(parts(cx, part, seen) for part in val.items)
    if isinstance(val, OneOf):
        return sum(parts(cx, part, seen) for part in val.options)
    if isinstance(val, Known):
        return int(isinstance(val.obj, (list, tuple, dict)))
    if not isinstance(val, Reference) or val.cell in seen:
        return 0
    seen.add(val.cell)
    content = cx.store.get(val.cell)
    inside = content.values() if isinstance(content, dict) else content if isinstance(content, tuple) else ()
    return 1 + sum(parts(cx, part, seen) for part in inside)
