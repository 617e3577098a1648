"""Lists in a list of any length that are empty yet: `[[] for _ in range(k)]`, filled at an index of the run.

By hand: the list is one of empty lists, of which the IR has the type of lists of truth values: there is none in them.
An element read from it is a list that is known to be empty.  The first `groups[j].append(v)` makes it a list of lists
of what v is, and the header of the loop around is a list of such lists from its beginning.

Where `[]` was evaluated, what it is filled with is noted, and the function compiled again: a list of lists of numbers
is made as such at once.
"""

from __future__ import annotations

from collections.abc import Hashable, Sequence

from symdiff.frontend.python.context import Context
from symdiff.frontend.python.instances import Pattern
from symdiff.frontend.python.values import Cell, Grown, Known, ListRef, Val, static_size
from symdiff.ir import types

KIND = "unfilled"


def form_of(cell: Cell) -> Pattern:
    """The form of a list, as an element, that is known to be empty."""
    return Pattern("grown", (Pattern(KIND, val=Known(_place(cell))),))


def _place(cell: Cell) -> Hashable:
    return None if cell.loc is None else (cell.loc, cell.loc.calls)


def note(cx: Context, have: Pattern, want: Pattern) -> None:
    """Note what lists are filled with that were made empty."""
    from symdiff.frontend.python import grown

    filled, place = cx.session.filled, have.val.obj if isinstance(have.val, Known) else None
    if filled is None or place is None:
        return
    old = filled.get(place, want)
    new = grown.join(old, want)
    sizes = [d for t in grown.leaf_types(want) for d in types.sizes(t)]
    if new is not None and all(map(static_size, sizes)) and filled.get(place) != new:
        filled[place] = new
        cx.session.changed = True


def content(cx: Context, cell: Cell) -> tuple[()] | Grown:
    """What `[]` holds: a list of any length, where an earlier attempt found out what it is filled with."""
    from symdiff.frontend.python import grown

    form = (cx.session.filled or {}).get(_place(cell))
    return () if form is None else grown.empty(cx, form)


def grows(cx: Context, val: ListRef, more: Sequence[Val]) -> bool:
    """Whether a list known to be empty, to which these are added, is an element of a list that grows."""
    from symdiff.frontend.python import lodging

    return bool(more) and cx.store.get(val.cell) == () and lodging.lodged(cx, val.cell) is not None
