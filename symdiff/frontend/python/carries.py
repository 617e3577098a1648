"""What a loop carries, as values: the parameters of its body, and what a turn hands on.

Arrays (and lists and objects that a turn replaces) that share memory both before the loop and after every turn are one
group and one carry; groups that share it on one side only may alias.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from symdiff.errors import Loc
from symdiff.frontend.python import alternatives, grown, kinship, memory, together, which
from symdiff.frontend.python.context import Context
from symdiff.frontend.python.forms import leaf_names
from symdiff.frontend.python.slots import COMPOSITE, SAME, Slot, inside, place
from symdiff.frontend.python.store import MISSING
from symdiff.frontend.python.type_joins import optional_as
from symdiff.frontend.python.values import (
    BOTTOM,
    DEAD,
    UNBOUND,
    Arr,
    Cell,
    Conflict,
    Grown,
    Known,
    Maybe,
    Num,
    Reference,
    Zero,
    at_cell,
)
from symdiff.ir.core import Value
from symdiff.ir.types import AVal, Kind, Opt, Seq, Type

# --- groups of arrays


def regroup(cx: Context, carried: kinship.Carried, serial: int, where: Loc) -> frozenset[tuple[int, int]]:
    """Split groups whose members ended a turn in different memory, and record what may alias.

    `carried` are slots with what they held before the loop and after the turn, as `slots_of` has them; cells older
    than `serial` were there before the loop, which is at `where`.  Returns the pairs of groups that may share memory.
    """
    slots = [found for found in carried if found[0].kind != "grown"]
    elements = listed(cx, carried)
    numbers: dict[Any, int] = {}
    members: list[tuple[int, Any, Any]] = []
    for k, (slot, before, after) in enumerate(slots):
        group = slot.group[1] if slot.group[0] == "known" else place(before)
        together = ("optional", k) if slot.kind == "optarray" else (group, place(after))
        number = numbers.setdefault(together, len(numbers))
        slot.group = ("known", number)
        members.append((number, before, after))
        for val, depth in ((before, cx.turn_depth), (after, None)):
            cell = _memory(val)
            if cell is not None:
                slot.aliases |= {c for c in (cell, *cell.may) if c.serial < serial}
                slot.held = slot.held or memory.held(cx, cell, depth)
                if val is after and cell in elements:
                    slot.held = slot.held or where
        slot.stale = slot.stale or _stale(cx, before, after)
    pairs = set()
    for k, (g, before, after) in enumerate(members):
        for h, other_before, other_after in members[:k]:
            if g != h and (_share(before, other_before) or _share(after, other_after)):
                pairs.add((min(g, h), max(g, h)))
    return frozenset(pairs)


def listed(cx: Context, carried: kinship.Carried) -> set[Cell]:
    """What a turn leaves in lists of known structure that are carried as lists that grow."""
    return {cell for slot, _, after in carried if slot.kind == "grown" for cell in kinship.elements_of(cx, after)}


def _stale(cx: Context, before: Any, after: Any) -> tuple[str, Loc] | None:
    """What made an array, list or object stale, before the loop or in the turn."""
    cell = _memory(before)
    was = MISSING if cell is None else cx.store.as_of(cx.turn_depth, ("stale", cell))
    if was is not MISSING:
        found: tuple[str, Loc] = was
        return found
    cell = _memory(after)
    return None if cell is None else memory.stale(cx, Arr(cell))


def _share(a: Any, b: Any) -> bool:
    one, other = _memory(a), _memory(b)
    return one is not None and other is not None and (one is other or other in one.may)


def _memory(val: Any) -> Cell | None:
    return val.cell if isinstance(val, Arr | Maybe | Reference) else None


# --- building the header, and what is carried


class Carry:
    """The header's values: parameters of the body for what is carried, in order."""

    def __init__(self, cx: Context, loop: int, pairs: frozenset[tuple[int, int]]) -> None:
        self.cx = cx
        self.loop = loop
        self.pairs = pairs
        self.types: list[Type] = []
        self.hints: list[str] = []
        self.cells: dict[Any, Arr | Reference] = {}
        self.contents: list[tuple[Cell, Callable[[Sequence[Value]], Any]]] = []
        self.created: list[tuple[Cell, int]] = []
        self.alias_sets: list[tuple[Cell, Slot]] = []
        self.related: list[tuple[Cell, Slot]] = []
        self.numbered: list[tuple[list[Cell], int, Slot]] = []
        self.told: together.Told = {}

    def plan(self, slot: Slot, name: str) -> Callable[[Sequence[Value]], Any]:
        """How the slot's value is made of the carried values."""
        if slot.kind == SAME:
            return lambda values: slot.same
        if slot.kind in COMPOSITE:
            parts = [self.plan(p, part) for p, part in zip(slot.parts, part_names(slot, name), strict=True)]
            make = slot.make
            assert make is not None
            return lambda values: self._told(slot, make(tuple(p(values) for p in parts)))
        if slot.kind in ("array", "optarray"):
            return self._array(slot, name)
        if slot.kind == "reference":
            return self._reference(slot, name)
        if slot.kind == "grown":
            return self._list(slot, name)
        at = self._carried(slot, name)
        if slot.kind == "scalar":
            t = slot.type
            assert isinstance(t, AVal)
            tags: frozenset[Any] = frozenset({self.loop}) if t.dtype[0] in "iub" else frozenset()
            return lambda values: Num(values[at], None, tags)
        if slot.kind == "which":
            return self._which(slot, name, at)
        if slot.kind == "opt":
            return lambda values: self._told(slot, Maybe(values[at], none=slot.none))
        if slot.kind == "one-of":
            return lambda values: alternatives.limited(
                self.cx, Num(values[at], None, frozenset({self.loop})), slot.options, slot.allowed
            )
        return lambda values: values[at]

    def _which(self, slot: Slot, name: str, at: int) -> Callable[[Sequence[Value]], Any]:
        whole = slot.parts[0].type
        assert isinstance(whole, AVal)
        self.hints[at] = f"which_{name}" if name else ""
        own = which.cells(self.cx, slot.options, whole.rank <= 1, name)
        found = Arr(own[-1])
        self.numbered.append((own, at, slot))
        return lambda values: found

    def choose(self, values: Sequence[Value]) -> None:
        """Let the arrays that are carried as numbers be those; what they are among is in its cells by now."""
        for own, at, slot in self.numbered:
            whole = slot.parts[0].type
            assert isinstance(whole, AVal)
            which.choose(self.cx, own, values[at], slot.options, whole)

    def _list(self, slot: Slot, name: str) -> Callable[[Sequence[Value]], Any]:
        form, first = slot.form, len(self.types)
        assert form is not None
        self.types += map(Seq, grown.leaf_types(form))
        self.hints += leaf_names(form, name)
        behind = len(self.types)
        cell = Cell("list")
        self.related.append((cell, slot))
        return lambda values: Grown(tuple(values[first:behind]), form, cell, slot.shared)

    def _carried(self, slot: Slot, name: str) -> int:
        assert slot.type is not None
        self.types.append(Opt(slot.type) if slot.kind.startswith("opt") else slot.type)
        self.hints.append(name)
        return len(self.types) - 1

    def _array(self, slot: Slot, name: str) -> Callable[[Sequence[Value]], Any]:
        if slot.group not in self.cells:
            at = self._carried(slot, name)
            assert isinstance(slot.type, AVal)
            cell = Cell("array", self.cx.scope.loc, contiguous=slot.type.rank <= 1, name=name)
            self.created.append((cell, at))
            self.cells[slot.group] = Arr(cell)
        found = self.cells[slot.group]
        self.alias_sets.append((found.cell, slot))
        if slot.kind == "optarray":
            at = next(at for cell, at in self.created if cell is found.cell)
            return lambda values: self._told(slot, Maybe(values[at], found.cell, slot.none))
        return lambda values: found

    def _told(self, slot: Slot, val: Any) -> Any:
        """The value, noted with those that are None together with it."""
        return val if slot.together is None else together.note(self.cx, self.told, slot.together, val)

    def _reference(self, slot: Slot, name: str) -> Callable[[Sequence[Value]], Any]:
        if slot.group not in self.cells:
            cell = Cell(slot.same.cell.kind, slot.same.cell.loc or self.cx.scope.loc, name=name)
            self.cells[slot.group] = at_cell(slot.same, cell)
            self.contents.append((cell, self.plan(slot.parts[0], name)))
        found = self.cells[slot.group]
        self.alias_sets.append((found.cell, slot))
        return lambda values: found

    def settle(self, values: Sequence[Value]) -> None:
        """Put the carried arrays into their cells, and let them alias what they may."""
        self.told = {}
        for cell, at in self.created:
            self.cx.store.set(cell, values[at])
        for cell, make in self.contents:
            self.cx.store.set(cell, make(values))
        kinship.settle([*self.related, *self.alias_sets])
        for cell, slot in self.alias_sets:
            if slot.held is not None:
                self.cx.store.set(("held", cell), slot.held)
            if slot.stale is not None:
                self.cx.store.set(("stale", cell), slot.stale)
            for other in sorted(slot.aliases, key=lambda c: c.serial):
                if self.cx.store.get(other) is not MISSING:
                    memory.unite(cell, other)
        for g, h in sorted(self.pairs):
            one, other_arr = self.cells.get(("known", g)), self.cells.get(("known", h))
            if one is not None and other_arr is not None:
                memory.unite(one.cell, other_arr.cell)
        for cell, slot in self.alias_sets:
            if slot.held is None and cell.may:
                self.cx.store.set(("held", cell), memory.FREE)


def part_names(slot: Slot, name: str) -> Sequence[str]:
    """What the parts of a container called `name` are called: attributes and keys as they are, others by position."""
    if slot.kind == "node":
        return (name,)
    if slot.kind == "nullable":
        return f"has_{name}" if name else "", name
    labels = slot.keys or slot.labels or ("",) * len(slot.parts)
    return [label if label.isidentifier() else f"{name}_{k}" if name else "" for k, label in enumerate(labels)]


def contribute(cx: Context, slot: Slot, val: Any, seen: set[Any]) -> list[Value]:
    """The carried values of `val`, in the order of `Carry.plan`, converted to the header's types."""
    if slot.kind == SAME:
        return []
    if slot.kind in COMPOSITE:
        found = inside(slot, val) or ()
        return [v for s, part in zip(slot.parts, found, strict=True) for v in contribute(cx, s, part, seen)]
    if slot.kind in ("array", "reference"):
        if slot.group in seen:
            return []
        seen.add(slot.group)
    if slot.kind == "reference":
        if val is not BOTTOM and slot.stale is None:
            memory.check_read(cx, val)
        return contribute(cx, slot.parts[0], val if val is BOTTOM else cx.store.get(val.cell), seen)
    if slot.kind == "grown":
        assert slot.form is not None
        return list(grown.as_grown(cx, () if val is BOTTOM else val, slot.form).values)
    if slot.kind == "version":
        return [val]
    if slot.kind == "one-of":
        return [
            cx.scope.const(0) if val is BOTTOM else alternatives.tag_in(cx, cx.frame.source.node, val, slot.options)
        ]
    if slot.kind == "which":
        return [cx.scope.const(0) if val is BOTTOM else which.number(cx, val, slot.options)]
    t = slot.type
    assert isinstance(t, AVal)
    if slot.kind in ("opt", "optarray"):
        return [_optional(cx, t, val, slot.stale is not None)]
    return [_as_type(cx, val, t, slot.stale is not None)]


def _as_type(cx: Context, val: Any, t: AVal, stale: bool) -> Value:
    if val is BOTTOM or (isinstance(val, Zero) and t.kind is Kind.ARRAY):
        return cx.scope.emit("zeros", type=t, shape=t.shape)[0]
    value = cx.scope.use(memory.handed_on(cx, val) if stale and isinstance(val, Arr) else cx.value(val))
    assert isinstance(value.type, AVal)
    if value.type == t:
        return value
    if t.kind is Kind.ARRAY:
        return cx.scope.emit("retype", value, shape=t.shape)[0]
    return cx.scope.emit("convert", value, kind=t.kind, dtype=t.dtype)[0]


def _optional(cx: Context, t: AVal, val: Any, stale: bool) -> Value:
    if (
        val in (BOTTOM, UNBOUND, MISSING, DEAD)
        or isinstance(val, Conflict)
        or (isinstance(val, Known) and val.obj is None)
    ):
        return cx.scope.emit("opt_none", elem=t)[0]
    if isinstance(val, Maybe):
        if val.cell is not None and not stale:
            memory.check_read(cx, Arr(val.cell))
        return optional_as(cx, val.value, t)
    return cx.scope.emit("opt_some", _as_type(cx, val, t, stale))[0]


def slots_of(cx: Context, slot: Slot, before: Any, after: Any) -> list[tuple[Slot, Any, Any]]:
    """A slot and those within it, with what they held before the loop and after the turn."""
    found = [(slot, before, after)]
    if slot.kind == "reference":
        was = cx.store.as_of(cx.turn_depth, before.cell) if isinstance(before, Reference) else BOTTOM
        now = cx.store.get(after.cell) if isinstance(after, Reference) else BOTTOM  # not of a conflict
        found += slots_of(cx, slot.parts[0], was, now)
    if slot.kind in COMPOSITE:
        nothing = (BOTTOM,) * len(slot.parts)  # of what has another form on another path
        a, b = inside(slot, before) or nothing, inside(slot, after) or nothing
        found += [each for s, x, y in zip(slot.parts, a, b, strict=True) for each in slots_of(cx, s, x, y)]
    return found


def may_be_kin(slot: Slot) -> bool:
    """Whether a slot may hold what others hold: of arrays, references, and lists that grow."""
    return slot.kind in ("array", "optarray", "reference", "grown")


def may_be_none(slot: Slot) -> bool:
    return slot.kind == "nullable" or slot.none
