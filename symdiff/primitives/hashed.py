"""What is looked up when it runs: keys of dicts (`keyed`) and elements of sets (`members`).

Each is one number, an operand, or a tuple of numbers, as many operands `*k`.  By hand: `p.get((k0, k1), -1)`.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from symdiff.ir.types import Type
from symdiff.primitives.declare import numeric


def check_numbers(ins: Sequence[Type], what: str, kinds: str = "biuf") -> None:
    """Raise TypeError unless each operand is a number of one of these kinds of dtypes."""
    for t in map(numeric, ins):
        if t.shape or t.dtype[0] not in kinds:
            raise TypeError(f"{t} is no {what}")


def filled(b: Any, empty: Any, enter: str, keys: Sequence[Any]) -> Any:
    """`empty` after the primitive `enter` of each of these, which are numbers or tuples of numbers."""
    found = empty
    for key in keys:
        found = b.op(enter, found, *(key if isinstance(key, tuple) else (key,)))
    return found


def on_two_floats(build: Any) -> Any:
    """The program on two NumPy scalars."""
    return lambda rng: [((*rng.uniform(0.5, 1.5, 2),), build)]
