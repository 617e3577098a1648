"""What may hold the same objects: lists that grow, the lists made of their elements, and the elements themselves.

A list that grows keeps its elements by value, so an object in it that is changed must be changed in every place where
it may also be.  `kin` joins the memory of a list with that of everything put in or read out, here and in every round
of a loop's fixpoint; a change makes whatever is joined to the list stale, except for what is known to be it (see
`lodging`).  The content of such a list, `Grown`, has a cell of its own in this graph: `group`.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import TYPE_CHECKING, Any

from symdiff.frontend.python.values import Arr, Cell, Grown, Maybe, OneOf, Reference, Struct
from symdiff.ir.steps import reached

if TYPE_CHECKING:
    from symdiff.frontend.python.context import Context
    from symdiff.frontend.python.slots import Slot

Path = tuple[int, ...]  # of an element's parts, by number


def unite(a: Cell, b: Cell) -> Cell:
    """Record that two things may hold the same objects; the first of them."""
    if a is not b:
        a.kin.add(b)
        b.kin.add(a)
    return a


def related(cells: Iterable[Cell]) -> set[Cell]:
    """Everything that may hold what these hold, or be it."""
    return reached(cells, lambda cell: (*cell.kin, *cell.may))


def inside(
    cx: Context, val: Any, path: Path = (), around: frozenset[Cell] = frozenset()
) -> Iterator[tuple[Path, Arr | Reference]]:
    """The arrays, lists, dicts and objects in an element, each with its place in the element's form."""
    if isinstance(val, Arr):
        yield path, val
    parts: Sequence[Any] = val.items if isinstance(val, Struct) else val.options if isinstance(val, OneOf) else ()
    if isinstance(val, Reference) and val.cell not in around:  # objects may hold themselves
        yield path, val
        around |= {val.cell}
        content = cx.store.get(val.cell)
        parts = tuple(content.values()) if isinstance(content, dict) else content if isinstance(content, tuple) else ()
    for k, part in enumerate(parts):
        yield from inside(cx, part, (*path, k), around)


def elements_of(cx: Context, content: Any) -> set[Cell]:
    """What may be in a list of known structure, at any depth; nothing for one that grows already."""
    parts = [part.cell for item in (content if isinstance(content, tuple) else ()) for _, part in inside(cx, item)]
    return {cell for part in parts for cell in (part, *part.may)}


def memory_of(cx: Context, val: Any) -> list[Cell]:
    """The cells by which a value, or the content of a list, is known in the graph."""
    if isinstance(val, Grown):
        return [val.group]
    if isinstance(val, tuple):
        return [cell for item in val for cell in memory_of(cx, item)]
    if isinstance(val, Maybe):
        return [] if val.cell is None else [val.cell]
    return [part.cell for _, part in inside(cx, val)]


# --- through the header of a loop


Carried = Sequence[tuple["Slot", Any, Any]]  # slots, with what they held before the loop and after a turn


def relate(cx: Context, slots: Carried, serial: int) -> None:
    """Note for each slot what it may share objects with: memory older than the loop, and other slots, by number."""
    components: list[tuple[set[Cell], list[Slot]]] = []
    for slot, before, after in slots:
        reached = related([*memory_of(cx, before), *memory_of(cx, after)])
        if not any(c.kin for c in reached):
            continue
        slot.kin = frozenset(c for c in reached if c.serial < serial)
        members = [slot]
        for other in [c for c in components if not reached.isdisjoint(c[0])]:
            components.remove(other)
            reached |= other[0]
            members += other[1]
        components.append((reached, members))
    for number, (_, members) in enumerate(components):
        for slot in members:
            slot.component = number if len(members) > 1 else None


def settle(slots: Iterable[tuple[Cell, Slot]]) -> None:
    """Join the cells that a header made for its slots as `relate` found them."""
    numbered: dict[int, Cell] = {}
    for cell, slot in slots:
        for other in slot.kin:
            unite(cell, other)
        if slot.component is not None:
            unite(cell, numbered.setdefault(slot.component, cell))
