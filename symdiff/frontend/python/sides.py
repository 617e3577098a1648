"""The two sides of a join: what each holds, and the value that it contributes.

A side is the end of one path.  Converting what it holds to the common type is emitted at its end: for
`y = 1 if c else x` the first side converts 1 to a float.
"""

from __future__ import annotations

import ast
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from typing import Any

from symdiff.errors import Loc
from symdiff.frontend.python import alternatives, exchanges, memory, nothing_added, together
from symdiff.frontend.python.context import Context
from symdiff.frontend.python.store import MISSING, Changes, Scope
from symdiff.frontend.python.type_joins import optional_as
from symdiff.frontend.python.values import (
    BOTTOM,
    POISON,
    UNBOUND,
    Arr,
    Bound,
    Cell,
    Choice,
    Closure,
    Conflict,
    Known,
    Letter,
    Maybe,
    Method,
    Node,
    Num,
    ObjRef,
    OneOf,
    Partial,
    Reference,
    Struct,
    Text,
    Unsummed,
    Val,
    Zero,
    same_known,
)
from symdiff.ir import types
from symdiff.ir.core import Value
from symdiff.ir.types import BOOL, AVal, Kind, Opt

_CHOICES = 8  # of arrays in each other, each of which is told behind its branch


@dataclass(eq=False)
class Side:
    """The end of one path: its region, what it changed, and whether it has left (its locals no longer matter)."""

    scope: Scope
    changes: Changes
    left: bool = False

    @contextmanager
    def active(self, cx: Context) -> Iterator[None]:
        """Emit into this side, in its state."""
        outer, cx.scope = cx.scope, self.scope
        cx.store.begin()
        cx.store.apply(self.changes)
        try:
            yield
        finally:
            cx.store.end()
            cx.scope = outer


class Sides:
    """Two sides, and the pairs of values that they contribute."""

    def __init__(self, cx: Context, then: Side, orelse: Side, node: ast.AST, pred: Value | None = None) -> None:
        self.cx = cx
        self.pred = pred  # what decided, where that is a value
        self.sides = (then, orelse)
        self.node = node
        self.outs: list[tuple[Value, Value]] = []
        self.cells: dict[Any, Val] = {}
        self.later: list[Callable[[Sequence[Value]], None]] = []
        self.elements: list[Cell] = []  # of one list, chosen by the condition: read anew behind it
        self.free: list[tuple[Cell, list[Cell | None]]] = []  # what is in no list that grows, unless it is `listed`
        self.listed: tuple[set[Cell | None], ...] = (set(), set())  # elements of lists that grow from here on
        self.told: together.Told = {}  # by what the sides hold: what says whether it is None behind them
        self.homes: dict[Cell, tuple[Cell | None, Cell | None]] = {}  # what new memory is on either side
        self.chosen: dict[Cell, Arr] = {}  # arrays that one side chose, told behind both; what they are on the other
        self.which: dict[Any, int] = {}  # by what says it on either side: which of two arrays is meant
        self.frames: set[int] = set()  # calls that are over, whose names a function made in one branch still reads

    def narrowed(self, k: int, x: Any) -> Any:
        """What a side holds, as far as the tests that led there say."""
        side = self.sides[k]
        if isinstance(x, Unsummed):
            with side.active(self.cx):
                return nothing_added.settled(self.cx, self.node, x)
        if not isinstance(x, Val) or not alternatives.involved(x):
            return x
        with side.active(self.cx):
            if isinstance(x, Maybe) and x.cell is not None and memory.stale(self.cx, Arr(x.cell)):
                return x  # an error where it is read
            found = alternatives.narrowed(self.cx, self.node, x)
            if isinstance(found, Arr) and found.cell not in side.changes:  # read here for the join
                side.changes[found.cell] = self.cx.store.get(found.cell)
            return found

    def taken(self, a: Any, b: Any) -> tuple[Any, Any]:
        """What both sides hold; nothing on one that was refused, in a round of a loop that is not the last.

        By hand, `memo[i] = x if i < 1 else memo[i - 1] * t`, where `memo` is known to be None everywhere in the first
        round: it may be x behind the branches, and the product is lowered again in the next round.
        """
        loop = next((loop for loop in reversed(self.cx.loops) if not loop.unrolled), None)
        if loop is None or not loop.lenient or loop.frame is not self.cx.frame or (a is POISON) == (b is POISON):
            return a, b
        if isinstance(a, Conflict) or isinstance(b, Conflict):
            return a, b
        loop.leant = True
        return (BOTTOM if a is POISON else a), (BOTTOM if b is POISON else b)

    def outside(self, arr: Arr) -> bool:
        """Whether an array was there before the branches, which then join what its cell holds."""
        return self.cx.store.get(arr.cell) is not MISSING and fixed(arr)

    def content_of(self, side: int, cell: Cell) -> Any:
        return self.sides[side].changes.get(cell, self.cx.store.get(cell))

    def content_now(self, side: int, val: Reference) -> Any:
        """What a list, dict or object holds on one side: an element of a list is read again where that was changed."""
        with self.sides[side].active(self.cx):
            memory.stale(self.cx, val)
            return self.cx.store.get(val.cell)

    def shown(self, x: Val) -> str:
        """As messages name it; what an array is may be known on one side alone."""
        if alternatives.choosable(x) and not self.choosable(x):
            return f"{self.cx.describe(x)} that holds what is computed there"
        return str(self.type_of(x)) if isinstance(x, Arr) else self.cx.describe(x)

    def choosable(self, x: Val) -> bool:
        """Whether a thing means the same behind the branches, or can be handed out with what it holds."""
        holders = (ObjRef, Closure, Partial, Bound, Method)
        return alternatives.choosable(x) and all(
            isinstance(o, holders) or self.stays(o) for o in alternatives.options_of(x)
        )

    def stays(self, x: Any) -> bool:
        """Whether everything that a thing holds was there before the branches."""
        if isinstance(x, Closure):
            frame: Any = x.frame
            while frame is not None:
                touched = any(isinstance(key, tuple) and key[0] == frame.id for s in self.sides for key in s.changes)
                if touched and not self.cx.running(frame.id):
                    self.frames.add(frame.id)
                frame = frame.outer
            return all(map(self.stays, (*x.defaults, *x.kwdefaults.values())))
        if isinstance(x, Partial):
            return all(map(self.stays, (x.function, *x.args, *x.kwargs.values())))
        if isinstance(x, Text):
            return all(isinstance(piece, str) or self.cx.scope.sees(piece.value) for piece in x.pieces)
        if isinstance(x, (Bound, Method)):
            return self.stays(x.receiver) and (isinstance(x, Method) or self.stays(x.function))
        if isinstance(x, Node):
            return self.stays(x.at)
        if isinstance(x, Num):
            return x.value is None or self.cx.scope.sees(x.value)
        if isinstance(x, Arr):
            return self.outside(x)
        if isinstance(x, Reference):
            return self.cx.store.get(x.cell) is not MISSING
        if isinstance(x, Letter):
            return self.stays(x.index)
        if isinstance(x, OneOf):
            return self.stays(x.tag) and all(map(self.stays, x.options))
        if x is UNBOUND:
            return True
        return isinstance(x, Known) or (isinstance(x, Struct) and all(map(self.stays, x.items)))

    def type_of(self, x: Val) -> AVal | None:
        """The type of a number or array, known or staged; None for everything else."""
        if isinstance(x, Maybe):
            assert isinstance(x.value.type, Opt) and isinstance(x.value.type.elem, AVal)
            return x.value.type.elem
        if isinstance(x, Num):
            return x.type
        if isinstance(x, Arr):
            return self._array_type(x)
        if isinstance(x, Known) and self.cx.is_numeric(x):
            return types.type_of(x.obj)
        return None

    def _array_type(self, x: Arr) -> AVal | None:
        for side in self.sides:
            version = side.changes.get(x.cell, self.cx.store.get(x.cell))
            if isinstance(version, Value):
                if not x.path:
                    assert isinstance(version.type, AVal)
                    return version.type
                if x.cache is not None:
                    assert isinstance(x.cache[1].type, AVal)
                    return x.cache[1].type
        return None

    def contributed(self, k: int, x: Val, t: AVal, maybe: bool) -> Value:
        """The value of one side, converted to the common type."""
        with self.sides[k].active(self.cx):
            scope = self.cx.scope
            if x is UNBOUND:
                return scope.emit("opt_none", elem=t)[0]
            if isinstance(x, Maybe):
                return optional_as(self.cx, x.value, t)
            if isinstance(x, Zero) and t.kind is Kind.ARRAY:
                return scope.emit("zeros", type=t, shape=t.shape)[0]
            value = scope.use(memory.handed_on(self.cx, x) if isinstance(x, Arr) else self.cx.value(x))
            assert isinstance(value.type, AVal)
            if t.kind is Kind.ARRAY and value.type.shape != t.shape:
                value = scope.emit("retype", value, shape=t.shape)[0]
            elif t.kind is not Kind.ARRAY and value.type != t:
                value = scope.emit("convert", value, kind=t.kind, dtype=t.dtype)[0]
            return scope.emit("opt_some", value)[0] if maybe else value

    def shares(self, cell: Cell, then: Cell | None, orelse: Cell | None) -> None:
        """Record what memory that is `then` on one side and `orelse` on the other may share: what it may there.

        So the two names of `if c: a, b = b, a` do not share any: they are two arrays on either side.
        """
        pair = (then, orelse)
        for home in pair:
            for other in () if home is None else (home, *home.may):
                if other is not cell and other not in self.homes:
                    memory.unite(cell, other)
        for other, homes in self.homes.items():
            if any(
                a is not None and b is not None and (a is b or b in a.may) for a, b in zip(pair, homes, strict=True)
            ):
                memory.unite(cell, other)
        self.homes[cell] = pair

    def hand_on_stale(self, cell: Cell, *both: Any) -> None:
        """What joins something stale in new memory is stale."""
        for side, x in zip(self.sides, both, strict=True):
            home = x.cell if isinstance(x, Arr | Maybe | Reference) else None
            if home is None:
                continue
            with side.active(self.cx):
                wrote = memory.stale(self.cx, Arr(home))
            if wrote is not None:
                self._mark_stale(cell, wrote)

    def hand_on_free(self, cell: Cell, *both: Any) -> None:
        """What joins things that are in no list that grows, each on its own path, is in none."""
        homes = [x.cell if isinstance(x, Arr | Maybe | Reference) else None for x in both]
        for side, home in zip(self.sides, homes, strict=True):
            with side.active(self.cx):
                if home is not None and memory.held(self.cx, home) is not None:
                    return
        self.free.append((cell, homes))

    def settle(self) -> None:
        """Note what is in no list that grows, now that it is known which lists do, and which arrays were exchanged."""
        exchanges.settle(self.cx, {cell: pair for cell, pair in self.homes.items() if cell not in self.chosen})
        for cell, homes in self.free:
            if cell.may and not any(home in listed for home, listed in zip(homes, self.listed, strict=True)):
                self.cx.store.set(("held", cell), memory.FREE)

    def _mark_stale(self, cell: Cell, wrote: tuple[str, Loc]) -> None:
        self.later.append(lambda outs: self.cx.store.set(("stale", cell), wrote))

    def pair(self, a: Value, b: Value) -> int:
        """Make the values of both sides one result of the operation: its number."""
        then, orelse = (side.scope.use(v) for side, v in zip(self.sides, (a, b), strict=True))
        self.outs.append((then, orelse))
        return len(self.outs) - 1

    # --- arrays that a condition chooses

    def sides_of_choice(self, a: Val, b: Val) -> Sequence[Arr]:
        """Two arrays of which the condition chooses one, as they can be told behind it; nothing if they are none."""
        if self.pred is None or not (isinstance(a, Arr) and isinstance(b, Arr)):
            return ()
        return self._reached(0, a) or a, self._reached(1, b) or b

    def told_of_two(self, a: Val, b: Val) -> tuple[int, Arr, Arr] | None:
        """Of arrays that are each one of two from before both sides: what says which, as a result, and the two.

        So names that one condition after another exchanges are told by one number each, and not by all conditions.
        """
        if not (isinstance(a, Arr) and isinstance(b, Arr)) or a.cell.choice is b.cell.choice is None:
            return None
        pairs = [self._options(k, x) for k, x in enumerate((a, b))]
        two: list[Arr] = []
        for arr in (arr for pair in pairs for arr in pair):
            if not any(same_place(arr, other) for other in two):
                two.append(arr)
        if len(two) != 2 or not all(map(self.outside, two)):
            return None
        told = tuple(self._is_first(k, x, pairs[k], two[0]) for k, x in enumerate((a, b)))
        if told not in self.which:
            self.which[told] = self.pair(*(self._truth(k, *way) for k, way in enumerate(told)))
        return self.which[told], two[0], two[1]

    def _options(self, k: int, x: Arr) -> tuple[Arr, ...]:
        choice = x.cell.choice
        with self.sides[k].active(self.cx):
            one = choice is None or x.path or not memory.chosen(self.cx, x)
        return (x,) if one or choice is None else (choice.then, choice.orelse)

    def _is_first(self, k: int, x: Arr, options: Sequence[Arr], first: Arr) -> tuple[Value | None, bool]:
        """Where an array is the first of the two, on one side: always or never, or where a value is so."""
        choice = x.cell.choice
        return choice.pred if choice is not None and len(options) > 1 else None, same_place(options[0], first)

    def _truth(self, k: int, told: Value | None, positive: bool) -> Value:
        with self.sides[k].active(self.cx):
            scope = self.cx.scope
            if told is None:
                return scope.const(positive)
            if positive:
                return told if told.type == BOOL else scope.emit("convert", told, kind=BOOL.kind, dtype=BOOL.dtype)[0]
            return scope.emit("not_", told)[0]

    def note_choice(self, cell: Cell, pred: Value, sides: Sequence[Arr], at: int, told: int | None = None) -> None:
        """Record which arrays a cell is chosen from; what it holds then is the result of that number.

        By the condition, or by what was `told`: the result of this number.
        """
        then, orelse = (Arr(x.cell, x.path, x.cache) for x in sides)
        cell.choice = made = Choice(pred, then, orelse)
        places = [self._places(k, x) for k, x in enumerate(sides)]
        found = told is not None or any(x.cell.choice is not None or x.cell in self.chosen for x in sides)

        def settle(outs: Sequence[Value]) -> None:
            by = pred if told is None else outs[told]
            alternatives.note_meant(self.cx, by)
            cell.choice = replace(made, pred=by, found=outs[at]) if found else made
            if any(places):
                there = [
                    _elsewhere(x, {v: outs[k] for v, k in of.items()}) for x, of in zip(sides, places, strict=True)
                ]
                cell.choice = replace(cell.choice, then=there[0], orelse=there[1])

        self.later.append(settle)

    def _places(self, k: int, x: Arr) -> dict[Value, int]:
        """The indices that one side computed on the way to a part of an array, as results."""
        known: dict[Value, int] = {}
        for v in (v for step in x.path for v in step.operands if not self.cx.scope.sees(v)):
            assert isinstance(v.type, AVal)
            pair = [v, v]
            with self.sides[1 - k].active(self.cx):
                scope = self.cx.scope
                pair[1 - k] = scope.emit("convert", scope.const(0), kind=v.type.kind, dtype=v.type.dtype)[0]
            known[v] = self.pair(*pair)
        return known

    def _reached(self, k: int, x: Arr, depth: int = _CHOICES) -> Arr | None:
        """An array that one side chose among arrays from before both, as one that can be told behind them as well.

        What chose it is a result of both, and so is the array: on the other side it is the last of them.
        """
        cx, choice = self.cx, x.cell.choice
        if cx.store.get(x.cell) is not MISSING:
            return x
        with self.sides[k].active(cx):
            if choice is None or x.path or not depth or not memory.chosen(cx, x):
                return None
            t = cx.aval(x)
        then, orelse = (self._reached(k, side, depth - 1) for side in (choice.then, choice.orelse))
        if then is None or orelse is None or not (fixed(then) and fixed(orelse)):
            return None
        preds, arrays = [choice.pred] * 2, [self.contributed(k, x, t, False)] * 2
        with self.sides[1 - k].active(cx):
            assert isinstance(choice.pred.type, AVal)
            kind, dtype = choice.pred.type.kind, choice.pred.type.dtype
            preds[1 - k] = cx.scope.emit("convert", cx.scope.const(False), kind=kind, dtype=dtype)[0]
        last = self.chosen.get(orelse.cell, orelse)
        arrays[1 - k] = self.contributed(1 - k, last, t, False)
        at, pred = self.pair(*arrays), self.pair(*preds)
        cell = Cell("array", cx.scope.loc, name=x.cell.name, contiguous=x.cell.contiguous)
        self.shares(cell, *((x.cell, last.cell) if k == 0 else (last.cell, x.cell)))
        self.hand_on_free(cell, *((x, last) if k == 0 else (last, x)))

        def settle(outs: Sequence[Value]) -> None:
            cx.store.set(cell, outs[at])
            alternatives.note_meant(cx, outs[pred])
            cell.choice = Choice(outs[pred], then, orelse, outs[at])

        self.later.append(settle)
        self.chosen[cell] = last
        return Arr(cell)


def _elsewhere(arr: Arr, places: Mapping[Value, Value]) -> Arr:
    """The part of an array at these places."""
    path = (replace(step, operands=tuple(places.get(v, v) for v in step.operands)) for step in arr.path)
    return Arr(arr.cell, tuple(path))


def fixed(arr: Arr) -> bool:
    """Whether the same part of its cell is meant wherever it is read."""
    return not any(step.operands for step in arr.path)


def same_place(a: Arr, b: Arr) -> bool:
    """Whether two arrays are the same part of the same cell."""
    paths = ([(step.spec, step.operands, step.perm, step.operation) for step in arr.path] for arr in (a, b))
    return a.cell is b.cell and next(paths) == next(paths)


def unchanged(before: Any, after: Any) -> bool:
    if before is after or same_known(before, after):
        return True
    if isinstance(before, Num) and isinstance(after, Num):
        return before.value is after.value and before.dim == after.dim
    if isinstance(before, OneOf) and isinstance(after, OneOf):
        alike = len(before.options) == len(after.options) and all(map(unchanged, before.options, after.options))
        return before.tag.value is after.tag.value and alike
    if isinstance(before, Node) and isinstance(after, Node):
        return before.cls is after.cls and unchanged(before.at, after.at)
    if isinstance(before, Arr) and isinstance(after, Arr):
        return same_place(before, after)
    return isinstance(before, Reference) and isinstance(after, Reference) and before.cell is after.cell
