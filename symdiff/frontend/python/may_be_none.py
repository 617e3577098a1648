"""What may be None in what a call passes or returns, as a pattern.

By hand: `def find(i): if i >= n: return None; return x[i] if x[i] > c else find(i + 1)` returns None on one path, on
another a number: its pattern is `optional` with the number's as its part, its result one value, None or a number.  A
tuple, list, dict or object that may be None is `nullable`: a bool that says whether it is there, and what it is then,
which nobody reads where it is not.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from symdiff.frontend.python import absences, alternatives
from symdiff.frontend.python.context import Context
from symdiff.frontend.python.instances import Pattern
from symdiff.frontend.python.type_joins import optional_as
from symdiff.frontend.python.values import BOTTOM, Arr, Cell, Maybe, OneOf, Val, static_size
from symdiff.ir import types
from symdiff.ir.core import Value
from symdiff.ir.types import AVal, Opt, Type

OPTIONAL, NULLABLE = absences.KIND, "nullable"
_THERE = Pattern("scalar", type=types.BOOL)


class Differ(Exception):
    """Two patterns that no pattern covers."""

    def __init__(self, first: Pattern, second: Pattern) -> None:
        super().__init__()
        self.patterns = first, second


# --- taking apart


def pattern_of(val: Maybe | OneOf, inner: Callable[[Val], Pattern], number: Callable[[Arr], None]) -> Pattern:
    """The pattern of what is None on some paths; `inner` is that of what it may hold, `number` is told of its array."""
    if isinstance(val, OneOf) and alternatives.nullable(val) and alternatives.optional(val.options[0]):
        return Pattern(NULLABLE, (_THERE, inner(val.options[1])))
    if isinstance(val, Maybe) and val.none:
        assert isinstance(val.value.type, Opt) and isinstance(val.value.type.elem, AVal)
        if val.cell is not None:
            number(Arr(val.cell))
        return Pattern(OPTIONAL, (Pattern("scalar" if val.cell is None else "array", type=val.value.type.elem),))
    return Pattern("other", token=("object", id(val)), val=val)


def found_in(pattern: Pattern, kinds: tuple[str, ...] = ("scalar", "array", NULLABLE)) -> bool:
    """Whether something in a value may be None, and something of these kinds on other paths."""
    kind = pattern.parts[0].kind if pattern.kind == OPTIONAL else pattern.kind
    here = pattern.kind in (OPTIONAL, NULLABLE) and kind in kinds
    return here or any(found_in(p, kinds) for p in pattern.parts)


def halves(val: Any) -> tuple[Any, Any]:
    """Whether a container is there, and which, of a value of a nullable pattern."""
    found = alternatives.halves(val)
    assert found is not None
    return found


def memory(val: Any) -> Arr | None:
    """The array of a value of an optional pattern."""
    if isinstance(val, Maybe):
        return None if val.cell is None else Arr(val.cell)
    return val if isinstance(val, Arr) else None


def converted(cx: Context, pattern: Pattern, val: Any, inner: Callable[[Pattern, Val], Value]) -> Value:
    """A value of an optional pattern in its type; `inner` converts what is certainly there."""
    t = pattern.parts[0].type
    assert t is not None
    if val is BOTTOM or (alternatives.optional(val) and not isinstance(val, Maybe)):
        return cx.scope.emit("opt_none", elem=t)[0]
    if not isinstance(val, Maybe):
        return cx.scope.emit("opt_some", inner(pattern.parts[0], val))[0]
    return optional_as(cx, val.value, t)


def nothing(cx: Context, t: Type) -> Value:
    """What stands for a number or array where there is none: nobody reads it."""
    assert isinstance(t, AVal)
    shape = tuple(d if static_size(d) else 0 for d in t.shape)
    made = cx.scope.emit("zeros", type=AVal(t.kind, shape, t.dtype), shape=shape)[0]
    return made if shape == t.shape else cx.scope.emit("retype", made, shape=t.shape)[0]


# --- putting together


def wrapped(cx: Context, value: Value, name: str = "") -> Maybe:
    """What a call passes or gives back: None, a number, or an array with memory of its own."""
    assert isinstance(value.type, Opt) and isinstance(value.type.elem, AVal)
    if not value.type.elem.rank:
        return Maybe(value, none=True)
    cell = Cell("array", cx.scope.loc, name=name)
    cx.store.set(cell, value)
    return Maybe(value, cell, none=True)


# --- covering two


def at_all(a: Pattern, b: Pattern) -> bool:
    """Whether one of two patterns, which differ, is None on some paths."""
    return any(p.kind in (OPTIONAL, NULLABLE) or absences.is_none(p) for p in (a, b))


def joined(a: Pattern, b: Pattern, join: Callable[[Pattern, Pattern], Pattern]) -> Pattern:
    """The least pattern that covers both.  Raises Differ: also where the second has no memory that the first has."""
    insides = [_inside(p) for p in (a, b)]
    found = [_staged(p) for p in insides if p is not None]
    unfit = any(p.kind in ("known", "other", "again", "whole") for p in found)
    if unfit or (insides[1] is None and _remembers(found[0])):
        raise Differ(a, b)
    inner = found[0] if len(found) == 1 else join(found[0], found[1])
    if inner.kind in ("scalar", "array"):
        return Pattern(OPTIONAL, (inner,))
    return Pattern(NULLABLE, (_THERE, inner))


def _inside(p: Pattern) -> Pattern | None:
    """What it is where it is not None; None of None, and of the elements of a list that has only None so far."""
    if absences.is_none(p) or p == absences.EMPTY:
        return None
    return p.parts[-1] if p.kind in (OPTIONAL, NULLABLE) else p


def _staged(p: Pattern) -> Pattern:
    """A known number as a staged one: whether it is there is not known."""
    return p if p.number is None else Pattern("scalar", type=p.number)


def _remembers(p: Pattern) -> bool:
    return p.kind in ("array", "list", "dict", "object", "grown", "again") or any(map(_remembers, p.parts))
