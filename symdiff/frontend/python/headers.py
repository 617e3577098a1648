"""What a loop carries: the header of a rolled loop, found as a fixpoint.

By hand: `s = 0; for v in x: s += v`.  The first header guesses that s stays the known 0; a turn makes it a NumPy
scalar; the header becomes "a scalar that is a Python int or np.float64", and a second turn leaves it so: done.

A `Slot` describes one carried thing, as a tree: unchanged, a scalar of a type, an array of a group, a list or tuple of
slots, a list that grows.  Arrays that share memory both before the loop and after every turn are one group, one carry;
groups that share it on one side only may alias.
"""

from __future__ import annotations

import ast
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any

from symdiff.errors import Loc
from symdiff.frontend.python import memory
from symdiff.frontend.python.context import Context
from symdiff.frontend.python.joins import join_types, same_known, widen_shapes
from symdiff.frontend.python.store import MISSING
from symdiff.frontend.python.values import (
    BOTTOM,
    DEAD,
    POISON,
    UNBOUND,
    Arr,
    Cell,
    Conflict,
    Grown,
    Known,
    ListRef,
    Maybe,
    Num,
    Struct,
    Val,
    static_size,
)
from symdiff.ir import dims, types
from symdiff.ir.core import Value
from symdiff.ir.types import AVal, Kind, Opt, Seq, Type


class Misfit(Exception):
    """No header serves every turn; says what stands before and after."""

    def __init__(self, before: str, after: str, code: str = "SD304") -> None:
        super().__init__(f"{before} before, {after} after")
        self.before, self.after, self.code = before, after, code


@dataclass(eq=False)
class Slot:
    """`kind`: same, scalar, opt, array, optarray, version (content of a cell), struct, list, grown."""

    kind: str
    type: Type | None = None
    parts: tuple[Slot, ...] = ()
    group: Any = None
    same: Any = None
    make: Callable[[tuple[Val, ...]], Any] | None = None
    aliases: set[Cell] = field(default_factory=set)
    held: Loc | None = None  # where its array was put into a growing list
    name: str = ""

    def signature(self) -> Any:
        """What must not change any more at the fixpoint."""
        same = id(self.same) if self.kind == "same" else None
        return (
            self.kind,
            self.type,
            tuple(p.signature() for p in self.parts),
            self.group,
            same,
            frozenset(self.aliases),
            self.held is None,
        )


SAME = "same"
_COMPOSITE = ("struct", "list", "dict")


def start(val: Any) -> Slot:
    return Slot(SAME, same=val)


# --- generalising: a header that also fits what a turn leaves


def widen(cx: Context, slot: Slot, before: Any, header: Any, after: Any, key: Any) -> Slot:
    """The least slot that holds `before`, what the slot held, and `after`.  Raises Misfit."""
    if slot.kind == SAME:
        return _from_same(cx, before, after, key)
    if after is POISON or header is POISON:
        return Slot(SAME, same=POISON)
    if slot.kind in _COMPOSITE:
        return _widen_parts(cx, slot, before, header, after, key)
    if slot.kind == "grown":
        if not isinstance(after, Grown) or after.value.type != slot.type:
            raise Misfit("a list that grows", "something else", "SD505")
        return slot
    if slot.kind == "version":
        if not isinstance(after, Value) or after.type != slot.type:
            raise Misfit(str(slot.type), str(getattr(after, "type", after)))
        return slot
    return _widen_number(cx, slot, after, key)


def _from_same(cx: Context, before: Any, after: Any, key: Any) -> Slot:
    if unchanged(before, after):
        return Slot(SAME, same=before)
    if before is POISON or after is POISON:
        return Slot(SAME, same=POISON)
    if before is BOTTOM:
        return _from_nothing(cx, after, key)
    if isinstance(before, Value) and isinstance(after, Value):
        if before.type != after.type:
            raise Misfit(str(before.type), str(after.type))
        return Slot("version", before.type)
    if isinstance(before, (tuple, Grown)) and isinstance(after, (tuple, Grown)):
        return _content(cx, before, after, key)
    if isinstance(before, dict) and isinstance(after, dict) and list(before) == list(after):
        parts = tuple(_from_same(cx, before[k], after[k], (key, k)) for k in before)
        return Slot("dict", parts=parts, make=lambda items: dict(zip(before, items, strict=True)))
    if (
        isinstance(before, Struct)
        and isinstance(after, Struct)
        and (before.kind, before.cls, len(before.items)) == (after.kind, after.cls, len(after.items))
    ):
        parts = tuple(
            _from_same(cx, x, y, (key, k)) for k, (x, y) in enumerate(zip(before.items, after.items, strict=True))
        )
        return Slot("struct", parts=parts, make=lambda items: Struct(before.kind, items, before.cls, before.keys))
    if isinstance(before, ListRef) and isinstance(after, ListRef):
        raise Misfit("a list", "another list")
    return _number(cx, before, after, key)


def _from_nothing(cx: Context, after: Any, key: Any) -> Slot:
    """A result that is only read where a turn has made it."""
    if isinstance(after, Struct):
        parts = tuple(_from_nothing(cx, x, (key, k)) for k, x in enumerate(after.items))
        return Slot("struct", parts=parts, make=lambda items: Struct(after.kind, items, after.cls, after.keys))
    t = _type(cx, after)
    if t is None and isinstance(after, Known):
        return Slot(SAME, same=after)
    if t is None:
        raise Misfit("nothing", _describe(cx, after))
    if t.kind is not Kind.ARRAY:
        return Slot("opt" if isinstance(after, Maybe) else "scalar", t)
    optional = isinstance(after, Maybe) or not all(map(static_size, t.shape))
    return Slot("optarray" if optional else "array", t, group=("new", None, place(after)))


def unchanged(before: Any, after: Any) -> bool:
    if before is after or same_known(before, after):
        return True
    if isinstance(before, Num) and isinstance(after, Num):
        return before.value is after.value and before.dim == after.dim
    if isinstance(before, Arr) and isinstance(after, Arr):
        return before.cell is after.cell and before.path == after.path
    return isinstance(before, ListRef) and isinstance(after, ListRef) and before.cell is after.cell


def _content(cx: Context, before: Any, after: Any, key: Any) -> Slot:
    """The elements of a list: one by one where their number stays, else a growing list."""
    if isinstance(before, Grown) and isinstance(after, Grown) and before.value.type == after.value.type:
        return Slot("grown", before.value.type)
    if isinstance(before, tuple) and isinstance(after, tuple) and len(before) == len(after):
        parts = tuple(_from_same(cx, x, y, (key, k)) for k, (x, y) in enumerate(zip(before, after, strict=True)))
        return Slot("list", parts=parts, make=lambda items: items)
    found: set[Any] = set()
    for content in (before, after):
        if isinstance(content, Grown):
            assert isinstance(content.value.type, Seq)
            found.add(content.value.type.elem)
        else:
            found |= {_type(cx, v) for v in content}
    if isinstance(before, Grown) or isinstance(after, Grown):
        if len(found) == 1 and None not in found:
            return Slot("grown", Seq(found.pop()))
        raise Misfit("a list", "a list of elements of different types", "SD505")
    if len(found) != 1 or None in found:
        raise Misfit(f"a list of {len(before)} elements", f"one of {len(after)} elements of different types", "SD505")
    (elem,) = found
    assert elem is not None
    return Slot("grown", Seq(elem))


def _type(cx: Context, val: Any) -> AVal | None:
    if isinstance(val, Maybe):
        assert isinstance(val.value.type, Opt) and isinstance(val.value.type.elem, AVal)
        return val.value.type.elem
    if isinstance(val, (Num, Arr)):
        return cx.aval(val)
    if isinstance(val, Known) and cx.is_numeric(val):
        return types.type_of(val.obj)
    return None


def _number(cx: Context, before: Any, after: Any, key: Any) -> Slot:
    optional = any(v is UNBOUND or v is MISSING or isinstance(v, Maybe) for v in (before, after))
    found = [_type(cx, v) for v in (before, after) if v is not UNBOUND and v is not MISSING]
    if any(t is None for t in found):
        raise Misfit(_describe(cx, before), _describe(cx, after))
    t = found[0] if len(found) == 1 else _join(cx, found[0], found[1], key)
    if t is None:
        raise Misfit(_describe(cx, before), _describe(cx, after))
    if t.kind is Kind.ARRAY:
        return Slot("optarray" if optional else "array", t, group=("new", place(before), place(after)))
    return Slot("opt" if optional else "scalar", t)


def _join(cx: Context, a: AVal | None, b: AVal | None, key: Any) -> AVal | None:
    assert a is not None and b is not None
    return join_types(a, b) or widen_shapes(cx, a, b, ("header", key))


def _describe(cx: Context, val: Any) -> str:
    if val is MISSING or val is UNBOUND:
        return "unbound"
    return cx.describe(val) if isinstance(val, Val) else "something else"


def _widen_number(cx: Context, slot: Slot, after: Any, key: Any) -> Slot:
    t = _type(cx, after)
    optional = slot.kind.startswith("opt") or after is UNBOUND or after is MISSING or isinstance(after, Maybe)
    if after is UNBOUND or after is MISSING:
        t = slot.type  # type: ignore[assignment]  # of a number: an AVal
    assert isinstance(slot.type, AVal)
    joined = None if t is None else join_types(slot.type, t)
    if joined is None and t is not None:
        joined = widen_shapes(cx, slot.type, t, ("header", key))
    if joined is None:
        raise Misfit(str(slot.type), _describe(cx, after))
    if joined.kind is Kind.ARRAY:
        kind = "optarray" if optional else "array"
        return Slot(kind, joined, group=slot.group, aliases=set(slot.aliases), held=slot.held)
    return Slot("opt" if optional else "scalar", joined)


def _widen_parts(cx: Context, slot: Slot, before: Any, header: Any, after: Any, key: Any) -> Slot:
    if before is BOTTOM:
        before = Struct("tuple", (BOTTOM,) * len(slot.parts))
    a, h, b = (_parts(v) for v in (before, header, after))
    if a is None or h is None or b is None or not len(a) == len(b) == len(slot.parts):
        if slot.kind == "list" and isinstance(before, tuple) and isinstance(after, tuple):
            return _content(cx, before, after, key)
        raise Misfit(_describe(cx, before), _describe(cx, after))
    parts = tuple(
        widen(cx, s, x, y, z, (key, k)) for k, (s, x, y, z) in enumerate(zip(slot.parts, a, h, b, strict=True))
    )
    return Slot(slot.kind, parts=parts, make=slot.make)


def _parts(val: Any) -> tuple[Any, ...] | None:
    if isinstance(val, dict):
        return tuple(val.values())
    return val if isinstance(val, tuple) else val.items if isinstance(val, Struct) else None


def place(val: Any) -> Any:
    """Where an array lives."""
    return (val.cell, val.path) if isinstance(val, Arr) else None


# --- groups of arrays


def regroup(cx: Context, slots: Sequence[tuple[Slot, Any, Any]], serial: int) -> frozenset[tuple[int, int]]:
    """Split groups whose members ended a turn in different memory, and record what may alias.

    `slots` are the array slots with what they held before the loop and after the turn; cells older than `serial`
    were there before the loop.  Returns the pairs of groups that may share memory.
    """
    numbers: dict[Any, int] = {}
    members: list[tuple[int, Any, Any]] = []
    for k, (slot, before, after) in enumerate(slots):
        group = slot.group[1] if slot.group[0] == "known" else place(before)
        together = ("optional", k) if slot.kind == "optarray" else (group, place(after))
        number = numbers.setdefault(together, len(numbers))
        slot.group = ("known", number)
        members.append((number, before, after))
        for val in (before, after):
            cell = _memory(val)
            if cell is not None:
                slot.aliases |= {c for c in (cell, *cell.may) if c.serial < serial}
                slot.held = slot.held or memory.held(cx, cell)
    pairs = set()
    for k, (g, before, after) in enumerate(members):
        for h, other_before, other_after in members[:k]:
            if g != h and (_share(before, other_before) or _share(after, other_after)):
                pairs.add((min(g, h), max(g, h)))
    return frozenset(pairs)


def _share(a: Any, b: Any) -> bool:
    one, other = _memory(a), _memory(b)
    return one is not None and other is not None and (one is other or other in one.may)


def _memory(val: Any) -> Cell | None:
    return val.cell if isinstance(val, (Arr, Maybe)) else None


# --- building the header, and what is carried


class Carry:
    """The header's values: parameters of the body for what is carried, in order."""

    def __init__(self, cx: Context, loop: int, pairs: frozenset[tuple[int, int]]) -> None:
        self.cx = cx
        self.loop = loop
        self.pairs = pairs
        self.types: list[Type] = []
        self.hints: list[str] = []
        self.cells: dict[Any, Arr] = {}
        self.created: list[tuple[Cell, int]] = []
        self.alias_sets: list[tuple[Cell, Slot]] = []

    def plan(self, slot: Slot, name: str) -> Callable[[Sequence[Value]], Any]:
        """How the slot's value is made of the carried values."""
        if slot.kind == SAME:
            return lambda values: slot.same
        if slot.kind in _COMPOSITE:
            parts = [self.plan(p, name) for p in slot.parts]
            make = slot.make
            assert make is not None
            return lambda values: make(tuple(p(values) for p in parts))
        if slot.kind in ("array", "optarray"):
            return self._array(slot, name)
        at = self._carried(slot, name)
        if slot.kind == "scalar":
            t = slot.type
            assert isinstance(t, AVal)
            tags: frozenset[Any] = frozenset({self.loop}) if t.dtype[0] in "iub" else frozenset()
            return lambda values: Num(values[at], None, tags)
        if slot.kind == "opt":
            return lambda values: Maybe(values[at])
        if slot.kind == "grown":
            return lambda values: Grown(values[at])
        return lambda values: values[at]

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
            return lambda values: Maybe(values[at], found.cell)
        return lambda values: found

    def settle(self, values: Sequence[Value]) -> None:
        """Put the carried arrays into their cells, and let them alias what they may."""
        for cell, at in self.created:
            self.cx.store.set(cell, values[at])
        for cell, slot in self.alias_sets:
            if slot.held is not None:
                self.cx.store.set(("held", cell), slot.held)
            for other in sorted(slot.aliases, key=lambda c: c.serial):
                if self.cx.store.get(other) is not MISSING:
                    cell.may.add(other)
                    other.may.add(cell)
        for g, h in sorted(self.pairs):
            one, other_arr = self.cells.get(("known", g)), self.cells.get(("known", h))
            if one is not None and other_arr is not None:
                one.cell.may.add(other_arr.cell)
                other_arr.cell.may.add(one.cell)


def contribute(cx: Context, slot: Slot, val: Any, seen: set[Any]) -> list[Value]:
    """The carried values of `val`, in the order of `Carry.plan`, converted to the header's types."""
    if slot.kind == SAME:
        return []
    if slot.kind == "struct" and val is BOTTOM:
        val = Struct("tuple", (BOTTOM,) * len(slot.parts))
    if slot.kind in _COMPOSITE:
        return [v for s, part in zip(slot.parts, _parts(val) or (), strict=True) for v in contribute(cx, s, part, seen)]
    if slot.kind == "array":
        if slot.group in seen:
            return []
        seen.add(slot.group)
    if slot.kind == "grown":
        return [_grown(cx, slot, val)]
    if slot.kind == "version":
        return [val]
    t = slot.type
    assert isinstance(t, AVal)
    if slot.kind in ("opt", "optarray"):
        return [_optional(cx, t, val)]
    return [_as_type(cx, val, t)]


def _as_type(cx: Context, val: Any, t: AVal) -> Value:
    if val is BOTTOM:
        return cx.scope.emit("zeros", type=t, shape=t.shape)[0]
    value = cx.scope.use(cx.value(val))
    assert isinstance(value.type, AVal)
    if value.type == t:
        return value
    if t.kind is Kind.ARRAY:
        return cx.scope.emit("retype", value, shape=t.shape)[0]
    return cx.scope.emit("convert", value, kind=t.kind, dtype=t.dtype)[0]


def _optional(cx: Context, t: AVal, val: Any) -> Value:
    if val is BOTTOM or val is UNBOUND or val is MISSING or val is DEAD or isinstance(val, Conflict):
        return cx.scope.emit("opt_none", elem=t)[0]
    if isinstance(val, Maybe):
        if val.cell is not None:
            memory.check_read(cx, Arr(val.cell))
        return cx.scope.use(val.value)
    return cx.scope.emit("opt_some", _as_type(cx, val, t))[0]


def _grown(cx: Context, slot: Slot, val: Any) -> Value:
    if isinstance(val, Grown):
        return cx.scope.use(val.value)
    assert isinstance(slot.type, Seq)
    made = cx.scope.emit("seq_empty", elem=slot.type.elem)[0]
    for item in val:
        made = cx.scope.emit("seq_append", made, cx.value(item))[0]
        assert cx.scope.loc is not None
        memory.hold(cx, item, cx.scope.loc)
    return made


def array_slots(slot: Slot, before: Any, after: Any) -> list[tuple[Slot, Any, Any]]:
    """The array slots within a slot, with what they hold on both sides."""
    if before is BOTTOM and slot.kind == "struct":
        before = Struct("tuple", (BOTTOM,) * len(slot.parts))
    if slot.kind in ("array", "optarray"):
        return [(slot, before, after)]
    if slot.kind in _COMPOSITE:
        a, b = _parts(before) or (), _parts(after) or ()
        return [found for s, x, y in zip(slot.parts, a, b, strict=True) for found in array_slots(s, x, y)]
    return []


def same_shape(a: AVal, b: AVal) -> bool:
    return all(dims.equal(x, y) is True for x, y in zip(a.shape, b.shape, strict=True))


__all__ = ["Carry", "Misfit", "Slot", "array_slots", "ast", "contribute", "regroup", "start", "widen"]
