"""Numbers that are an int or a float of Python's, depending on the path: `max(p, 0)` of a float p.

Their type says that they may be NumPy's too, which would decide the dtype beside an np.float32; where they came from
says that they are not.  Beside floats of NumPy's an int and a float of Python's mean the same: `float(max(p, 0))` does.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import NamedTuple

from symdiff.frontend.python.store import Scope
from symdiff.ir.core import REGISTRY, Family, Op, Value
from symdiff.ir.types import AVal, Kind

_NUMBERS = frozenset(("b1", "i8", "f8"))


class _Place(NamedTuple):
    """The operations of a region, and what its parameters are outside of it."""

    ops: Sequence[Op]
    outside: Mapping[Value, tuple[Value, _Place]]
    around: _Place | None = None  # of a region that is being made, where values from outside may still be meant


def as_floats(scope: Scope, prim: str, ins: Sequence[Value]) -> list[Value] | None:
    """The operands of `prim` with such numbers as floats; None where there are none, or no NumPy float is beside them.

    Arrays made of a float or a bool have the dtype of the one or of what is beside the other.
    """
    strong = [v.type for v in ins if isinstance(v.type, AVal) and v.type.kind in (Kind.NUMPY, Kind.ARRAY)]
    if not strong or not all(t.inexact for t in strong):
        return None
    place = _place(scope)
    allowed = _NUMBERS if REGISTRY[prim].family is Family.ELEMENTWISE else _NUMBERS - {"b1"}
    mixed = {v for v in ins if _is_mixed(v) and (_classes(v, place) or {"none"}) <= allowed}
    if not mixed:
        return None
    return [scope.emit("convert", v, kind=Kind.PYTHON, dtype="f8")[0] if v in mixed else v for v in ins]


def _is_mixed(v: Value) -> bool:
    return isinstance(v.type, AVal) and v.type.kind is Kind.MIXED and v.type.dtype == "f8"


def _place(scope: Scope) -> _Place:
    if scope.parent is None:
        return _Place(scope.ops, {})
    around = _place(scope.parent)
    return _Place(scope.ops, {inside: (v, around) for v, inside in scope.captures.items()}, around)


def _classes(v: Value, place: _Place) -> frozenset[str] | None:
    """The dtypes of the Python numbers that a value may be; None where it may be another."""
    t = v.type
    if not isinstance(t, AVal) or not t.pythonic:
        return None
    if t.kind is Kind.PYTHON:
        return frozenset((t.dtype,))
    if v in place.outside:
        return _classes(*place.outside[v])
    op = next((op for op in place.ops if v in op.outs), None)
    if op is None:
        return None if place.around is None else _classes(v, place.around)
    if op.prim.name == "cond":
        k, caps = op.outs.index(v), op.ins[1:]
        sides = [
            (block.outs[k], _Place(block.ops, {p: (c, place) for p, c in zip(block.params, caps, strict=True)}))
            for block in op.regions
        ]
        return _all_of([_classes(*side) for side in sides])
    if op.prim.name != "convert" and op.prim.family is not Family.ELEMENTWISE:
        return None
    return _all_of([_classes(x, place) for x in (op.ins[1:] if op.prim.name == "select" else op.ins)])


def _all_of(found: Sequence[frozenset[str] | None]) -> frozenset[str] | None:
    known = [f for f in found if f is not None]
    return frozenset().union(*known) if len(known) == len(found) else None
