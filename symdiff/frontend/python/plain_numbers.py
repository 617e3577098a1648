"""Numbers that are an int or a float of Python's, depending on the path: `max(p, 0)` of a float p.

Their type says that they may be NumPy's too, which would decide the dtype beside an np.float32; where they came from
says that they are not.  Beside floats of NumPy's an int and a float of Python's mean the same: `float(max(p, 0))` does.
Beside what may be an np.float32 or an int, a sum that began with 0, they stay what they are.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import NamedTuple

from symdiff.frontend.python.store import Scope
from symdiff.ir import loops, types
from symdiff.ir.core import REGISTRY, Family, Op, Value
from symdiff.ir.types import PYTHON_NAMES, AVal, Kind

_NUMBERS = frozenset(("b1", "i8", "f8"))


class _Place(NamedTuple):
    """The operations of a region, and what its parameters are outside of it."""

    ops: Sequence[Op]
    outside: Mapping[Value, tuple[Value, _Place]]
    around: _Place | None = None  # of a region that is being made, where values from outside may still be meant


def as_floats(scope: Scope, prim: str, ins: Sequence[Value]) -> list[Value] | None:
    """The operands of `prim` with such numbers as floats; None where there are none, or no NumPy float is beside them.

    Beside what is a float32 on some paths they are of its type, which an int and a float of Python's are, too.

    Arrays made of a float or a bool have the dtype of the one or of what is beside the other.
    """
    strong = [v.type for v in ins if isinstance(v.type, AVal) and v.type.kind in (Kind.NUMPY, Kind.ARRAY)]
    elementwise = REGISTRY[prim].family is Family.ELEMENTWISE
    if strong:
        wanted = types.python("f8") if all(t.inexact for t in strong) else None
    else:
        wanted = _loose(ins) if elementwise else None
    if wanted is None:
        return None
    place = _place(scope)
    allowed = _NUMBERS if elementwise else _NUMBERS - {"b1"}
    mixed = {v for v in ins if _is_mixed(v) and (_classes(v, place, set()) or {"none"}) <= allowed}
    if not mixed:
        return None
    return [scope.emit("convert", v, kind=wanted.kind, dtype=wanted.dtype)[0] if v in mixed else v for v in ins]


def _loose(ins: Sequence[Value]) -> AVal | None:
    """The type of what is an int, a float or a float32 by the path, if one of the operands may be a float32."""
    found = {v.type.dtype for v in ins if isinstance(v.type, AVal) and v.type.either} - PYTHON_NAMES.keys()
    dtype = found.pop() if len(found) == 1 else ""
    return AVal(Kind.MIXED, (), dtype) if dtype[:1] == "f" else None


def _is_mixed(v: Value) -> bool:
    return isinstance(v.type, AVal) and v.type.kind is Kind.MIXED and v.type.dtype == "f8"


def _place(scope: Scope) -> _Place:
    if scope.parent is None:
        return _Place(scope.ops, {})
    around = _place(scope.parent)
    return _Place(scope.ops, {inside: (v, around) for v, inside in scope.captures.items()}, around)


def _classes(v: Value, place: _Place, seen: set[Value]) -> frozenset[str] | None:
    """The dtypes of the Python numbers that a value may be; None where it may be another.

    What was `seen` on the way, the results of loops that carry each other, adds no other.
    """
    t = v.type
    if not isinstance(t, AVal) or not t.pythonic:
        return None
    if t.kind is Kind.PYTHON:
        return frozenset((t.dtype,))
    if v in place.outside:
        return _classes(*place.outside[v], seen)
    op = next((op for op in place.ops if v in op.outs), None)
    if op is None:
        return None if place.around is None else _classes(v, place.around, seen)
    if op.prim.name == "cond":
        k, caps = op.outs.index(v), op.ins[1:]
        sides = [
            (block.outs[k], _Place(block.ops, {p: (c, place) for p, c in zip(block.params, caps, strict=True)}))
            for block in op.regions
        ]
        return _all_of([_classes(*side, seen) for side in sides])
    if op.prim.name in ("for", "while"):
        return _carried(v, op, place, seen)
    if op.prim.name != "convert" and op.prim.family is not Family.ELEMENTWISE:
        return None
    return _all_of([_classes(x, place, seen) for x in (op.ins[1:] if op.prim.name == "select" else op.ins)])


def _carried(v: Value, op: Op, place: _Place, seen: set[Value]) -> frozenset[str] | None:
    """Those of the result of a loop: of what it begins with, and of what a turn makes of that."""
    parts = loops.loop(op)
    if v in seen:
        return frozenset()
    if v not in parts.carry_outs:
        return None
    seen.add(v)
    k = parts.carry_outs.index(v)
    inside = (*parts.carry_params, *parts.cap_params)
    outside = zip(inside, (*parts.carry_outs, *parts.caps), strict=True)
    body = _Place(parts.body.ops, {p: (x, place) for p, x in outside})
    return _all_of([_classes(parts.carry[k], place, seen), _classes(parts.carry_ends[k], body, seen)])


def _all_of(found: Sequence[frozenset[str] | None]) -> frozenset[str] | None:
    known = [f for f in found if f is not None]
    return frozenset().union(*known) if len(known) == len(found) else None
