"""Lists in a list of any length that are empty yet: `[[] for _ in range(k)]`, filled at an index of the run.

By hand: the list is one of empty lists, of which the IR has the type of lists of truth values: there is none in them.
An element read from it is a list that is known to be empty.  The first `groups[j].append(v)` makes it a list of lists
of what v is, and the header of the loop around is a list of such lists from its beginning.

Where `[]` was evaluated, what it is filled with is noted, and the function compiled again: a list of lists of numbers
is made as such at once.
"""

from __future__ import annotations

from collections.abc import Hashable, Sequence
from typing import Any

from symdiff.frontend.python.context import Context
from symdiff.frontend.python.instances import Pattern
from symdiff.frontend.python.problems import Restart
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


def may_be_filled(cx: Context, *contents: Any) -> bool:
    """Whether these elements, which have no form in common, have one where lists in lists are of any length."""
    from symdiff.frontend.python import grown

    if cx.session.ragged or cx.session.taken_apart is not None or cx.session.filled is None:
        return False
    cx.session.ragged = True
    found = grown.form_of_elements(cx, *contents)
    cx.session.ragged = False
    return found is not None


def refused(cx: Context) -> None:
    """Begin again with lists of any length in lists, where a list could not grow since lists in it are empty yet."""
    if cx.fillable:
        open_for(cx)


def open_for(cx: Context) -> None:
    """The same where `may_be_filled`.  Raises Restart."""
    cx.session.opened = True
    open_lists(cx)


def open_lists(cx: Context) -> None:
    """Begin again with lists of any length in lists that grow, if this is not that attempt already."""
    if not cx.session.ragged:
        cx.session.ragged = True
        raise Restart
