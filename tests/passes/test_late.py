"""Which numbers of a turn are updated last, and which must stay where they are."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from symdiff.errors import Loc
from symdiff.ir.core import Program
from symdiff.ir.types import AVal
from symdiff.passes.late import late_updates
from tests.passes.helpers import DERIVED, F8, I8, LOC, N8, assert_same_bits, find, loop, program

X = np.float64(0.5)


def turns(make: Callable[..., Any], loc: Loc = DERIVED, t: AVal = N8) -> Program:
    """A loop with the carries d and s, whose turn is `make(b, d, s)`."""
    return program([I8, t, t], lambda b, n, d, s: loop(b, n, [d, s], [], [], lambda b, i, *c: make(b, *c)), loc=loc)


def order(p: Program) -> list[str]:
    (for_,) = find(p, "for")
    return [op.prim.name for op in for_.regions[0].ops]


def updated_first(b: Any, d: Any, s: Any) -> Any:
    new = b.op("sin", d)
    return new, s + b.op("cos", d)


def test_a_number_is_updated_when_the_turn_has_read_it() -> None:
    before = turns(updated_first)
    after = late_updates(before)
    assert order(before) == ["sin", "cos", "add"]
    assert order(after) == ["cos", "add", "sin"]
    assert_same_bits(before, after, (0, X, X), (3, X, X))


def test_an_update_goes_with_its_conversion() -> None:
    def converted(b: Any, d: Any, s: Any) -> Any:
        new = b.op("convert", b.op("sin", d), kind=F8.kind, dtype="f8")
        return new, s + b.op("convert", b.op("cos", d), kind=F8.kind, dtype="f8")

    after = late_updates(turns(converted, t=F8))
    assert order(after) == ["cos", "convert", "add", "sin", "convert"]


def read_twice(b: Any, d: Any, s: Any) -> Any:
    new = b.op("sin", d)
    return new, s + b.op("cos", d) * new


@pytest.mark.parametrize(
    "p",
    [turns(updated_first, LOC), turns(read_twice), turns(lambda b, d, s: (b.op("sin", d), s + 1.0))],
    ids=["the user's own order", "a new value that the turn reads", "nothing read behind it"],
)
def test_what_stays(p: Program) -> None:
    assert late_updates(p) is p
