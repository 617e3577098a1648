"""Where primitives are not smooth: the vocabulary of `places=` in their declarations.

By hand: maximum(x, y) has its kink where x = y, so `Place("{x} = {y}", …)`; run on x = [1, 0, -1] and y = 0 it was
there for one of three elements.  An axis counts as one: sort(x) is at a kink where any two elements are equal.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from symdiff.ir.core import Op

Axes = int | tuple[int, ...] | None


@dataclass(frozen=True, slots=True)
class Place:
    """One way to be at a kink: `text` in the operands' names or numbers and `{out}`, and `at(out, *operands)`."""

    text: str
    at: Callable[..., Any]


def of(op: Op) -> tuple[Place, ...] | None:
    """The kinks of one operation: () where it is smooth, None where none are declared.

    Of complex numbers none are known.
    """
    found = op.prim.info.get("places")
    if found is None or any(getattr(v.type, "complex", False) for v in op.ins):
        return None
    return tuple(found(op) if callable(found) else found)


EQUAL = (Place("{x} = {y}", lambda out, x, y: x == y),)
AT_0 = (Place("{x} = 0", lambda out, x, *_: x == 0),)
RESULT_0 = (Place("{out} = 0", lambda out, *_: out == 0),)
ROUNDED = (Place("{x} = {out}", lambda out, x: x == out),)
TRUNCATED = (Place("{x} = {out} ≠ 0", lambda out, x: (x == out) & (out != 0)),)


def either_0(op: Op) -> Sequence[Place]:
    """One of two operands is 0, where it is no constant."""
    both = (AT_0[0], Place("{y} = 0", lambda out, x, y: y == 0))
    return tuple(place for place, v in zip(both, op.ins, strict=True) if v.const is None)


def axis_of(op: Op) -> Axes:
    axis: Axes = op.params.get("axis")
    return axis


def ties(x: Any, value: Any, axis: Axes) -> Any:
    """Along the axis, whether several elements have a value, which keeps the axis."""
    return np.count_nonzero(x == value, axis=axis) > 1


def equal_elements(op: Op) -> Sequence[Place]:
    """Of sorting: two elements are equal."""
    axis: int = op.params.get("axis", -1)

    def at(out: Any, x: Any) -> Any:
        return np.any(np.diff(np.sort(x, axis=axis), axis=axis) == 0, axis=axis)

    return (Place("{x}[i] = {x}[j]", at),)


def largest(of_all: Callable[..., Any], out: str = "{out}") -> Callable[[Op], Sequence[Place]]:
    """Of max, min (`of_all`), and of the position of it: two elements are it."""

    def places(op: Op) -> Sequence[Place]:
        axis = axis_of(op)
        text = f"{{x}}[i] = {{x}}[j] = {out}"
        return (Place(text, lambda out, x: ties(x, of_all(x, axis=axis, keepdims=True), axis)),)

    return places
