"""Sums of a reverse loop are converted once, behind it; what a turn reads otherwise is converted where it was."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from symdiff.errors import Loc
from symdiff.ir.core import Program
from symdiff.ir.types import AVal, Kind
from symdiff.passes.running_sums import running_sums
from tests.passes.helpers import DERIVED, F8, I8, LOC, N8, assert_same_bits, find, loop, program

LOOSE = AVal(Kind.MIXED, (), "f8")


def as_float(b: Any, v: Any) -> Any:
    return b.op("convert", v, kind=F8.kind, dtype="f8")


def summed(turn: Callable[..., Any], loc: Loc = DERIVED) -> Program:
    """`for …: d = turn(d, y)`, of a float d and an np.float64 y."""
    return program(
        [I8, F8, N8],
        lambda b, n, d, y: loop(b, n, [d], [], [y], lambda b, i, d, y: turn(b, d, y))[0],
        loc=loc,
    )


def added(b: Any, d: Any, y: Any) -> Any:
    return as_float(b, d + y)


def test_a_sum_is_converted_behind_the_loop() -> None:
    before = summed(added)
    after = running_sums(before)
    (for_,) = find(after, "for")
    # what carries an object as it is prints nothing
    assert [(op.prim.name, op.out.type) for op in for_.regions[0].ops] == [("add", N8), ("convert", LOOSE)]
    assert for_.outs[0].type == LOOSE and [v.type for v in after.main.body.outs] == [F8]
    y = np.float64(0.1)
    assert_same_bits(before, after, (0, 2.0, y), (3, 2.0, y), (1, -0.0, np.float64(-0.0)))


def test_what_is_multiplied_is_converted_behind_the_loop() -> None:
    before = summed(lambda b, d, y: as_float(b, d + d * y))
    after = running_sums(before)
    (for_,) = find(after, "for")
    assert for_.outs[0].type == LOOSE and [v.type for v in after.main.body.outs] == [F8]
    assert_same_bits(before, after, (0, 2.0, np.float64(0.1)), (3, 2.0, np.float64(0.1)))


@pytest.mark.parametrize(
    "p",
    [
        summed(added, LOC),
        summed(lambda b, d, y: as_float(b, d / y)),
        summed(lambda b, d, y: as_float(b, d + d / y)),
        summed(lambda b, d, y: d + 1.0),
    ],
    ids=["the user's conversion", "a quotient", "a sum that a quotient reads", "nothing to convert"],
)
def test_what_is_no_running_sum(p: Program) -> None:
    assert running_sums(p) is p


def test_what_goes_into_a_loop_comes_out_of_one_without_turns() -> None:
    """`d = float(np.cos(x)); for …: d = 0.0; return e + d`: of no turn, d is what it was."""
    before = program(
        [I8, F8, N8],
        lambda b, n, e, y: e + loop(b, n, [as_float(b, y)], [], [], lambda b, i, d: b.const(0.0))[0],
        loc=DERIVED,
    )
    after = running_sums(before)
    assert [v.type for v in after.main.body.outs] == [F8]
    assert_same_bits(before, after, (0, 2.0, np.float64(0.1)), (3, 2.0, np.float64(0.1)))
