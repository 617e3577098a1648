"""Arrays that a condition exchanges: `if c: a, b = b, a`, three that it rotates, entries of a dict, attributes.

Behind the branch each of the two is one of two, and both together are the two: if these have no other name, nothing
says which is which, and nothing has to.  They are read and written as arrays of their own.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from symdiff.frontend.python import reach
from symdiff.frontend.python.context import Context
from symdiff.frontend.python.store import MISSING
from symdiff.frontend.python.values import Cell

Homes = Mapping[Cell, tuple[Cell | None, Cell | None]]


def settle(cx: Context, homes: Homes) -> None:
    """Note which of the arrays that a join made are the same arrays on both sides, in another order."""
    left = {cell: _among(cx, *pair) for cell, pair in homes.items() if _whole(cell)}
    while left:
        cell, (then, orelse) = left.popitem()
        group = {cell}
        while more := [c for c, sides in left.items() if not sides[0].union(sides[1]).isdisjoint(then | orelse)]:
            then, orelse = (side.union(*(left[c][k] for c in more)) for k, side in enumerate((then, orelse)))
            group.update(more)
            for c in more:
                del left[c]
        sizes = {len(group), len(then), *(len({homes[c][k] for c in group}) for k in range(2))}
        for c in group if then == orelse and len(sizes) == 1 else ():
            assert c.choice is not None
            c.choice = replace(c.choice, among=then)


def apart(cx: Context, cell: Cell) -> bool:
    """Whether an array is one of some that were exchanged, which have no other name."""
    return cell.choice is not None and bool(cell.choice.among) and reach.alone(cx, cell)


def _whole(cell: Cell) -> bool:
    choice = cell.choice
    return choice is not None and not choice.then.path and not choice.orelse.path


def _among(cx: Context, *homes: Cell | None) -> tuple[frozenset[Cell], ...]:
    """The arrays from before both sides that memory is one of, on either side; nothing where that is not told."""
    return tuple(
        frozenset[Cell]()
        if home is None
        else frozenset({home})
        if cx.store.get(home) is not MISSING
        else home.choice.among
        if home.choice is not None
        else frozenset()
        for home in homes
    )
