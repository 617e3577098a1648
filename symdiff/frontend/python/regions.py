"""The region of a function whose derivative is taken inside: what goes in, what comes out, what must not be touched.

By hand: `symdiff.grad(f)((w, None), x)` plans its arguments as (leaf w, None) and a copy of x; inside, f gets a tuple
of a parameter of the region and None, and an array of its own that starts as x; the gradient is built like the first
argument, (d_w, None).
"""

from __future__ import annotations

import ast
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from symdiff.frontend.python import alternatives, apart, containers, memory, naming, objects, patterns, sameness, sizes
from symdiff.frontend.python.context import Context
from symdiff.frontend.python.instances import Pattern
from symdiff.frontend.python.store import Changes, Scope, captured_params, close
from symdiff.frontend.python.values import (
    NONE,
    POISON,
    Arr,
    Attributes,
    Cell,
    Closure,
    DictRef,
    Known,
    ListRef,
    Num,
    ObjRef,
    Reference,
    Struct,
    Val,
)
from symdiff.ir import types
from symdiff.ir.core import Block, Value
from symdiff.ir.types import AVal, Kind

LEAF, COPY, KEPT = "leaf", "copy", "kept"  # differentiated by; an array of the region's own; as it is


@dataclass(frozen=True, eq=False)
class Part:
    """One argument, or one part of it; `kind` may also be that of a container, whose parts are `parts`."""

    kind: str
    val: Val = NONE
    value: Value | None = None  # outside
    aval: AVal | None = None
    name: str = ""
    number: int = -1  # of a leaf
    parts: tuple[Part, ...] = ()
    keys: tuple[Any, ...] = ()
    cls: Any = None

    def leaves(self) -> Iterator[Part]:
        if self.kind in (LEAF, COPY):
            yield self
        for part in self.parts:
            yield from part.leaves()

    def types(self) -> Iterator[AVal]:
        return (p.aval for p in self.leaves() if p.kind == LEAF and p.aval is not None)

    @staticmethod
    def of_result(pattern: Pattern, values: Iterator[Value]) -> Part:
        """What takes the cotangent of a result whose numbers and arrays are `values`."""
        if pattern.kind in ("scalar", "array"):
            assert pattern.type is not None
            return Part(LEAF if pattern.type.inexact else KEPT, value=next(values), aval=pattern.type)
        if pattern.kind == "known":
            return Part(KEPT)
        keys = pattern.keys or tuple(range(len(pattern.parts)))
        parts = tuple(Part.of_result(p, values) for p in pattern.parts)
        return Part(pattern.kind, parts=parts, keys=keys, cls=pattern.cls)

    def rebuilt(self, cx: Context, node: ast.AST, values: Iterator[Value]) -> Val:
        """A gradient like this argument; None where there is nothing to differentiate by."""

        def make(part: Part) -> Val:
            return cx.wrap(next(values)) if part.kind == LEAF else NONE

        return built(cx, self, make)

    def seeds(self, cx: Context, node: ast.AST, given: Val) -> list[Value] | None:
        """The numbers and arrays of a tangent or cotangent that has the structure and types of this; None if not."""
        if self.kind in (KEPT, COPY):
            return []
        if self.kind == LEAF:
            found = self._seed(cx, node, given)
            return None if found is None else [found]
        items = _items(cx, node, given)
        if items is None or (items[0], items[2]) != (self.kind, self.keys):
            _unlike(cx, node, given, f"a {self.kind} of {len(self.parts)}")
            return None
        found_all: list[Value] = []
        for part, item in zip(self.parts, items[1], strict=True):
            seeds = part.seeds(cx, node, item)
            if seeds is None:
                return None
            found_all += seeds
        return found_all

    def _seed(self, cx: Context, node: ast.AST, given: Val) -> Value | None:
        want = self.aval
        assert want is not None
        if given is POISON:
            return None
        t = cx.aval(given) if cx.is_numeric(given) else None
        if t is None or t.rank != want.rank or t.dtype != want.dtype or (t.kind is Kind.ARRAY) != (
            want.kind is Kind.ARRAY
        ):  # fmt: skip
            _unlike(cx, node, given, str(want))
            return None
        if want.kind is Kind.ARRAY:
            fitted = sizes.require(cx, node, given, want.shape, lambda: [] if self.value is None else [self.value])
            return None if fitted is POISON else cx.value(fitted)
        value = cx.scope.use(cx.value(given))
        return value if t == want else cx.at(node).emit("convert", value, kind=want.kind, dtype=want.dtype)[0]


def _unlike(cx: Context, node: ast.AST, given: Val, expected: str) -> None:
    cx.refuse("SD719", node, what="a tangent or cotangent in", name=cx.text(node), found=cx.describe(given),
              expected=expected)  # fmt: skip


def plan(cx: Context, node: ast.AST, val: Val, wanted: bool, name: str) -> Part:
    """What the region takes for an argument; `wanted`: it is differentiated by."""
    if val is POISON:
        return Part(KEPT, val)
    if cx.is_numeric(val):
        return _number(cx, node, val, wanted, name)
    items = _items(cx, node, val) if wanted or isinstance(val, (Struct, ListRef, DictRef)) else None
    if items is not None:
        kind, parts, keys, cls = items
        return Part(kind, val, parts=tuple(plan(cx, node, p, wanted, name) for p in parts), keys=keys, cls=cls)
    if wanted and not (isinstance(val, Known) and val.obj is None):
        cx.refuse("SD705", node, name=name, function=cx.text(node), type=cx.describe(val))
    return Part(KEPT, val)


def _number(cx: Context, node: ast.AST, val: Val, wanted: bool, name: str) -> Part:
    t = cx.aval(val)
    if wanted and not t.inexact:
        cx.refuse("SD705", node, name=name, function=cx.text(node), type=str(t))
        return Part(KEPT, val)
    if memory.check_stale(cx, node, val):
        return Part(KEPT, POISON)
    if wanted:
        cx.at(node)
        return Part(LEAF, val, cx.scope.use(cx.value(val)), t, name, cx.count("leaf"))
    return Part(COPY, val, cx.scope.use(cx.value(val)), t, name) if isinstance(val, Arr) else Part(KEPT, val)


Items = tuple[str, Sequence[Val], tuple[Any, ...], type | None]


def _items(cx: Context, node: ast.AST, val: Val) -> Items | None:
    """A container taken apart: its kind, its parts, their keys, its class."""
    if isinstance(val, Struct):
        return val.kind, val.items, val.keys or tuple(range(len(val.items))), val.cls
    if isinstance(val, ObjRef):
        held = objects.all_values(cx, node, val)
        return "object", tuple(held.values()), tuple(held), val.cls
    found = containers.elements(cx, val)
    if found is not None:
        named = val.obj if isinstance(val, Known) and hasattr(type(val.obj), "_fields") else None
        if named is not None:
            return "namedtuple", found, tuple(named._fields), type(named)
        is_list = isinstance(val, ListRef) or (isinstance(val, Known) and isinstance(val.obj, list))
        return "list" if is_list else "tuple", found, tuple(range(len(found))), None
    entries = containers.entries(cx, val)
    return None if entries is None else ("dict", tuple(entries.values()), tuple(entries), None)


def built(
    cx: Context, part: Part, make: Callable[[Part], Val], enter: Callable[[Part, Cell], None] = lambda part, cell: None
) -> Val:
    """A value with the structure of a plan; `enter` is told of the memory of each list, dict and object."""
    if part.kind in (LEAF, COPY, KEPT):
        return make(part)
    items = tuple(built(cx, p, make, enter) for p in part.parts)
    if part.kind in ("list", "dict", "object"):
        cell = Cell(part.kind, name=part.name)
        named = dict(zip(part.keys, items, strict=True))
        is_object = part.kind == "object"
        cx.store.set(cell, items if part.kind == "list" else Attributes(sorted(named.items())) if is_object else named)
        enter(part, cell)
        if is_object:
            assert part.cls is not None
            return ObjRef(cell, part.cls)
        return ListRef(cell) if part.kind == "list" else DictRef(cell)
    return Struct(part.kind, items, part.cls, part.keys if part.cls is not None else ())


# --- the region


class Region:
    """A region under construction: its parameters, and the memory that it gave to its arguments."""

    def __init__(self, cx: Context, outer: Scope) -> None:
        self.cx = cx
        self.scope = Scope(outer, cx.homes)
        self.scope.loc, self.scope.always = outer.loc, outer.always
        self.params: list[Value] = []
        self.ins: list[Value] = []
        self.wrt: list[int] = []  # which of the parameters to differentiate by
        self.own: list[tuple[Cell, Value, Arr]] = []  # an array argument's memory, its content, and where that was
        self.containers: list[tuple[Cell, Any, Val]] = []  # a container's memory here, its content, the one passed
        self.reads: set[object] = set()  # as in `Context.watched`
        self.first_cell, self.first_frame = Cell("array").serial, cx.counters["frame"] + 1

    def enter(self, part: Part) -> Val:
        """An argument as the function sees it."""
        return built(self.cx, part, self._leaf, self._entered)

    def _entered(self, part: Part, cell: Cell) -> None:
        self.cx.copies[cell] = part.val
        self.containers.append((cell, self.cx.store.get(cell), part.val))

    def _leaf(self, part: Part) -> Val:
        if part.kind == KEPT:
            return part.val
        assert part.value is not None and part.aval is not None
        value = self.scope.param(Value(part.aval, part.name))
        if part.kind == LEAF:
            self.wrt.append(len(self.params))
        self.params.append(value)
        self.ins.append(part.value)
        if part.aval.kind is not Kind.ARRAY:
            return Num(value)
        cell = Cell("array", self.scope.loc, name=part.name)
        self.cx.store.set(cell, value)
        if isinstance(part.val, Arr):
            self.own.append((cell, value, part.val))
            self.cx.copies[cell] = part.val
        return Arr(cell)

    def results(self, found: Val) -> tuple[Pattern, list[Value]] | None:
        """What the function returned: its structure, and its numbers and arrays."""
        cx, node = self.cx, self.cx.frame.source.node
        if found is POISON:
            return None
        pattern = _staged(patterns.pattern_of(cx, found))
        other = patterns.unsuitable(pattern) or next(self._inner(pattern), None)
        if other is not None:
            cx.refuse("SD322", node, type=cx.describe(other))
            return None
        leaves = patterns.leaves(cx, pattern, found)
        if any(memory.check_stale(cx, node, val) for _, val in leaves):
            return None
        return pattern, [self.scope.use(cx.value(val)) for _, val in leaves]

    def _inner(self, pattern: Pattern) -> Iterator[Val]:
        """Functions that the function returns: they would live on without the memory of the region."""
        if isinstance(pattern.val, Closure) and pattern.val.frame.id >= self.first_frame:
            yield pattern.val
        for part in pattern.parts:
            yield from self._inner(part)

    def check(self, node: ast.AST, changes: Changes) -> None:
        """Refuse what the function wrote outside of its region, and what it wrote into memory held twice."""
        cx = self.cx
        for key in changes:
            name = ""
            if isinstance(key, Cell) and key.serial < self.first_cell:
                name = key.name or memory.A_KIND[key.kind]
            elif isinstance(key, tuple) and isinstance(key[0], int) and key[0] < self.first_frame:
                name = str(key[1])
            if name and (not isinstance(key, Cell) or key in cx.store.data):
                linked = next((cls for (cls, _), arena in cx.arenas.items() if arena.cell is key), None)
                reason = f"the function writes `{name}`, which is not its own"
                if linked is not None:
                    reason = f"it makes or changes objects of `{linked.__name__}` that are linked or compared by `is`"
                cx.refuse("SD411", node, function=cx.text(node), reason=reason)
                return
        for cell, value, arr in self.own:
            if changes.get(cell) is not value and self._held_twice(arr):
                reason = f"the function writes its argument `{cell.name}`, whose memory it also has otherwise"
                cx.refuse("SD411", node, function=cx.text(node), reason=reason)
                return

            if changes.get(cell) is not value:
                apart.changed_in_copy(cx, node, arr)
        for cell, content, val in self.containers:
            if changes.get(cell) is content:
                continue
            if self._read_otherwise(cell, val):
                name = naming.called(val.cell) if isinstance(val, Reference) else ""
                shown = f"`{name}`" if name else memory.A_KIND[cell.kind]
                reason = f"the function changes {shown}, an argument that it also has otherwise"
                cx.refuse("SD411", node, function=cx.text(node), reason=reason)
                return
            apart.changed_in_copy(cx, node, val)

    def _read_otherwise(self, cell: Cell, val: Val) -> bool:
        """Whether what an argument is a copy of is another argument's too, or is read by the function."""
        mine = apart.identities(self.cx, val)
        others = [apart.identities(self.cx, other) for c, _, other in self.containers if c is not cell]
        return not all(mine.isdisjoint(other) for other in (*others, self.reads))

    def _held_twice(self, arr: Arr) -> bool:
        """Whether the memory of an argument is another argument's too, or read by the function otherwise."""
        cells = {arr.cell, *arr.cell.may}
        if sum(bool(cells & {a.cell, *a.cell.may}) for _, _, a in self.own) > 1:
            return True
        if any(a is not arr and sameness.may_be_one(self.cx, arr.cell, a.cell) for _, _, a in self.own):
            return True
        if sameness.listed_in(self.cx, arr.cell, self.scope.captures):
            return True
        return any(self.cx.store.get(c) in self.scope.captures for c in cells)


def settled(cx: Context, node: ast.AST, found: Val) -> Val:
    """The results that are differentiated: TypeError, when it runs, where one is None."""
    if isinstance(found, Struct):
        return replace(found, items=tuple(settled(cx, node, item) for item in found.items))
    return alternatives.settled(cx, node, found)


def _staged(pattern: Pattern) -> Pattern:
    """The pattern of a result with known floats among the numbers."""
    obj = pattern.val.obj if pattern.kind == "known" and isinstance(pattern.val, Known) else None
    if isinstance(obj, np.ndarray) and obj.dtype.kind in "fc":
        return Pattern("array", type=types.array(types.code(obj.dtype), *obj.shape))
    if isinstance(obj, (float, complex, np.inexact)):
        return Pattern("scalar", type=types.type_of(obj))
    return replace(pattern, parts=tuple(map(_staged, pattern.parts)))


def without_known(pattern: Pattern) -> Pattern:
    """The pattern of a result's tangent: None in the place of what has none."""
    if pattern.kind == "known" or (pattern.type is not None and not pattern.type.inexact):
        return Pattern("known", token=(), val=NONE)
    return replace(pattern, parts=tuple(map(without_known, pattern.parts)))


def run(
    cx: Context,
    node: ast.AST,
    inside: Callable[[Region], Val],
    finish: Callable[[Region, Val], list[Value] | None],
    seeds: Iterable[Value] = (),
    **params: Any,
) -> list[Value] | None:
    """Lower a function into a region and emit its `derivative`; the results, or None after a problem.

    `inside` calls the function with the arguments it enters, `finish` says what it returns.
    """
    outer, problems = cx.scope, len(cx.problems)
    cx.at(node)
    region = Region(cx, outer)
    cx.scope = region.scope
    cx.watched.append(region.reads)
    cx.store.begin()
    cx.derivatives += 1
    outs: list[Value] | None = None
    try:
        with cx.reaching_bottom():
            found = inside(region)
            if found is not POISON and len(cx.problems) == problems:
                outs = finish(region, found)
    finally:
        changes = cx.store.end()
        cx.scope = outer
        cx.watched.pop()
        cx.derivatives -= 1
    if outs is None or len(cx.problems) > problems:
        return None
    region.check(node, changes)
    if len(cx.problems) > problems:
        return None
    outs = [region.scope.use(v) for v in outs]
    captured = close([region.scope])
    block = Block((*region.params, *captured_params(region.scope, captured)), tuple(region.scope.ops), tuple(outs))
    wrt = tuple(region.wrt)
    made = cx.at(node).emit("derivative", *seeds, *region.ins, *captured, regions=(block,), wrt=wrt, **params)
    cx.scope.effects += region.scope.effects
    return list(made)
