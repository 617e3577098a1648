"""Which of several arrays a name is, carried by a loop as a number.

By hand: `t = a`, and `t = b` in some turns; each turn writes `t[i]`.  The header has a number for t, 0 at first: t is a
where it is 0, else b.  A write through t is one into a or into b, which are read under their own names as well.

A loop is lowered so if, carried as arrays, a name was read that may or may not share memory with what was written.
"""

from __future__ import annotations

from collections.abc import Hashable, Sequence
from typing import Any

from symdiff.errors import CompileError
from symdiff.frontend.python import choices, control, memory
from symdiff.frontend.python.context import Context
from symdiff.frontend.python.session import Session
from symdiff.frontend.python.store import MISSING
from symdiff.frontend.python.type_joins import join_types, widen_shapes
from symdiff.frontend.python.values import Arr, Cell, Choice, Known, Num
from symdiff.ir.core import Value
from symdiff.ir.types import AVal

_MOST = 8  # arrays that one name may be
_Found = list[Arr] | None


def try_again(cx: Context) -> bool:
    """Whether problems may be none where more loops carry numbers for arrays: then the next attempt does so."""
    session = cx.session
    new = cx.blamed - session.numbered if any(p.code == "SD501" for p in cx.problems) else set[Hashable]()
    if new and not session.numbered:
        session.unnumbered = list(cx.problems)
    session.numbered |= new
    return bool(new)


def told(session: Session, error: CompileError) -> CompileError:
    """What is reported: nothing that only numbers for arrays have brought about."""
    before = {p.code for p in session.unnumbered}
    return (
        error if not before or before.issuperset(p.code for p in error.problems) else CompileError(session.unnumbered)
    )


def options(cx: Context, given: Sequence[Any], before: Any, after: Any) -> tuple[Arr, ...] | None:
    """The arrays from before the loop that a name may be, in one order for all; None where others are among them."""
    if cx.numbering is None or not isinstance(before, Arr) or not isinstance(after, Arr):
        return None
    found, seen = [*given], dict[Any, _Found]()
    for val in (before, after):
        arrays = _among(cx, val, seen)
        if arrays is None:
            return None
        found += [arr for arr in arrays if _place(arr) not in map(_place, found)]
    if not 1 < len(found) <= _MOST:
        return None
    return tuple(sorted(found, key=lambda arr: cx.ranks.setdefault(_place(arr), len(cx.ranks))))


def _among(cx: Context, arr: Arr, seen: dict[Any, _Found]) -> _Found:
    """The arrays from before the loop that an array is one of, by conditions that can be told."""
    place = _place(arr)
    if place not in seen:
        seen[place] = _looked_up(cx, arr, seen)
    return seen[place]


def _looked_up(cx: Context, arr: Arr, seen: dict[Any, _Found]) -> _Found:
    assert cx.numbering is not None
    (since, around), cell, choice = cx.numbering, arr.cell, arr.cell.choice
    if memory.held(cx, cell) is not None or cx.store.get(("stale", cell)) is not MISSING:
        return None
    if cell.serial < since:
        return [arr] if all(around.sees(v) for step in arr.path for v in step.operands) else None
    if choice is None or not memory.chosen(cx, arr):
        return None
    found: list[Arr] = []
    for side in choice.options or (choice.then, choice.orelse):
        inner = _among(cx, _part_of(side, arr), seen)
        if inner is None or len(found) > _MOST:
            return None
        found += [x for x in inner if _place(x) not in map(_place, found)]
    return found


def _part_of(side: Arr, arr: Arr) -> Arr:
    """The part of one of two arrays that a part of the chosen one is, if it is that."""
    return Arr(side.cell, memory.extended(side.path, *arr.path))


def _place(arr: Arr) -> Any:
    return arr.cell, tuple((step.spec, step.operands, step.perm, step.operation) for step in arr.path)


def common_type(cx: Context, arrays: Sequence[Arr], key: Hashable) -> AVal | None:
    """What all of them are, sizes apart."""
    t: AVal | None = cx.aval(arrays[0])
    for arr in arrays[1:]:
        other = cx.aval(arr)
        t = t and (join_types(t, other) or widen_shapes(cx, t, other, ("header", key)))
    return t


def number(cx: Context, arr: Arr, arrays: Sequence[Any], seen: dict[Any, Value] | None = None) -> Value:
    """Which of these arrays an array is."""
    seen = {_place(other): cx.scope.const(k) for k, other in enumerate(arrays)} if seen is None else seen
    place, choice = _place(arr), arr.cell.choice
    if place not in seen:
        assert choice is not None
        if choice.number is not None and not arr.path and [*map(_place, choice.options)] == [*map(_place, arrays)]:
            seen[place] = cx.scope.use(choice.number)
        else:
            sides = (choice.then, choice.orelse)
            then, orelse = (Num(number(cx, _part_of(side, arr), arrays, seen)) for side in sides)
            seen[place] = cx.value(control.chosen(cx, cx.loops[-1].node, Num(choice.pred), then, orelse))
    return seen[place]


def cells(cx: Context, arrays: Sequence[Any], contiguous: bool, name: str) -> list[Cell]:
    """Memory for an array that is one of several: the last of these; each other one is one of the last few of them.

    What is chosen from comes first, as it does in branches: after a write it is chosen anew in that order.
    """
    return [Cell("array", cx.scope.loc, contiguous=contiguous, name=name) for _ in arrays[1:]]


def choose(cx: Context, own: Sequence[Cell], at: Value, arrays: Sequence[Any], whole: AVal) -> None:
    """Let an array be the one of several that a number says."""
    node, last = cx.loops[-1].node, arrays[-1]
    for k, cell in zip(reversed(range(len(own))), own, strict=True):
        pred = cx.value(cx.emit(node, "eq", Num(at), Known(k)))
        for other in (arrays[k], last):
            memory.may_alias(cell, other.cell)
        then, orelse = (Arr(x.cell, x.path) for x in (arrays[k], last))
        cell.choice = Choice(pred, then, orelse, options=() if k else tuple(arrays), number=None if k else at)
        choices.choose_again(cx, node, cell, whole)
        last = Arr(cell)
