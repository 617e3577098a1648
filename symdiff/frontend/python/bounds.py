"""Ranges and slices by their start, stop and step, of which a branch or a turn of a loop may choose each.

By hand: `r = range(n) if c else range(n - 1, -1, -1)` is `start, stop, step = (0, n, 1) if c else (n - 1, -1, -1)` and
`r = range(start, stop, step)`.  Of a slice they may be None as well, which is a number where something is sliced.
"""

from __future__ import annotations

import ast
from collections.abc import Callable, Sequence

from symdiff.frontend.python import alternatives, operators
from symdiff.frontend.python.context import Context
from symdiff.frontend.python.values import Known, Maybe, Num, Sequence_, SliceVal, Val

NAMES = ("start", "stop", "step")


def parts(val: object) -> tuple[Val, ...] | None:
    """Start, stop and step of a range or a slice, also of one from outside; None of anything else."""
    if isinstance(val, SliceVal):
        return val.lo, val.hi, val.step
    if isinstance(val, Known) and isinstance(val.obj, (range, slice)):
        return tuple(Known(getattr(val.obj, name)) for name in NAMES)
    return val.parts if isinstance(val, Sequence_) and val.kind == "range" else None


def alike(a: object, b: object) -> bool:
    """Whether both are ranges, or both are slices."""
    return parts(a) is not None and parts(b) is not None and _is_slice(a) == _is_slice(b)


def _is_slice(val: object) -> bool:
    return isinstance(val, SliceVal) or (isinstance(val, Known) and isinstance(val.obj, slice))


def put_together(like: Val, found: Sequence[Val]) -> Val:
    """A range or slice, as `like` is, of these three."""
    for part, name in zip(found, NAMES, strict=True):
        if isinstance(part, (Num, Maybe)) and part.value is not None:
            part.value.hint = part.value.hint or name
    return SliceVal(*found) if _is_slice(like) else Sequence_("range", tuple(found))


def numbers(cx: Context, node: ast.AST, where: Val, length: Callable[[], Val]) -> Val:
    """A slice with numbers for what is None on some paths, of something of this `length`; any other index as it is."""
    from symdiff.frontend.python import control

    if not isinstance(where, SliceVal):
        return where
    step = _settled(cx, node, where.step, Known(1))
    if not (_may_be_none(where.lo) or _may_be_none(where.hi)):
        return SliceVal(where.lo, where.hi, step)
    n = length()
    counts = isinstance(step, Num) or (isinstance(step, Known) and isinstance(step.obj, int))
    down = operators.compare(cx, node, ast.Lt(), step, Known(0)) if counts else Known(False)
    last, before = (operators.binary(cx, node, ast.Sub(), *pair) for pair in ((n, Known(1)), (Known(-1), n)))
    lo = _settled(cx, node, where.lo, control.chosen(cx, node, down, last, Known(0)))
    hi = _settled(cx, node, where.hi, control.chosen(cx, node, down, before, n))
    return SliceVal(lo, hi, step)


def _may_be_none(val: Val) -> bool:
    return isinstance(val, Maybe) and val.none


def _settled(cx: Context, node: ast.AST, val: Val, otherwise: Val) -> Val:
    from symdiff.frontend.python import control

    absent = alternatives.is_none(cx, node, val) if _may_be_none(val) else None
    if absent is None:
        return alternatives.narrowed(cx, node, val) if _may_be_none(val) else val
    return control.choose(cx, node, absent, lambda: otherwise, lambda: alternatives.narrowed(cx, node, val))
