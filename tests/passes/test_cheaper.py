"""The rows of `cheaper`, one at a time: what each writes, and that values of the user's own keep their bits."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
import pytest

from symdiff.errors import Loc
from symdiff.ir.core import Program
from symdiff.passes.cheaper import ROWS, cheaper
from symdiff.passes.dce import dce
from symdiff.passes.report import Report
from tests.passes.helpers import DERIVED, I8, LOC, N8, array, close, find, names, outcome, program

V = array("f8", "n")
X, Y = np.array([2.0, -3.0, 5.0]), np.array([7.0, 11.0, -13.0])
S, T = np.float64(0.5), np.float64(-1.5)

# row: types of the parameters, the function, what is left of it, arguments
CASES: dict[str, tuple[Sequence[Any], Callable[..., Any], list[str], Sequence[Any]]] = {
    "mean as a sum": ([V], lambda b, x: b.op("mean", x), ["sum", "dim", "div"], (X,)),
    "common factor": ([N8, V, V], lambda b, s, x, y: s * x - s * y, ["sub", "mul"], (S, X, Y)),
    "nothing added": ([V], lambda b, x: b.op("add", x, 0.0), [], (X,)),
    "numbers first": ([N8, V], lambda b, s, x: 2.0 * (s * x), ["mul", "mul"], (S, X)),
    "scaled once": (
        [N8, V],
        lambda b, s, x: b.op("index_add", s * x, -s, spec=(("at", 1),)),
        ["index_add", "mul"],
        (S, X),
    ),
    "division by a size": ([V], lambda b, x: x * (1.0 / b.op("dim", size=V.shape[0])), ["dim", "div"], (X,)),
    "quotient": ([V, V], lambda b, x, y: x * (1.0 / y), ["div"], (X, Y)),
    "twice": ([N8, N8], lambda b, s, t: s + t + t, ["mul", "add"], (S, T)),
    "whole numbers as floats": ([V], lambda b, x: b.op("sub", 1, x), ["sub"], (X,)),
    "sum of products": ([V, V], lambda b, x, y: b.op("sum", x * y), ["vdot"], (X, Y)),
}


def rewritten(row: str, loc: Loc) -> tuple[Program, Program, Report]:
    types, make, _, _ = CASES[row]
    before, report = program(types, make, loc=loc), Report()
    return before, dce(cheaper(before, report)), report


@pytest.mark.parametrize(("dtype", "whole", "kind"), [("f8", 1, float), ("f4", 2**24 + 1, int), ("i8", 1, int)])
def test_a_whole_number_beside_an_array(dtype: str, whole: int, kind: type) -> None:
    before = program([array(dtype, "n")], lambda b, x: b.op("add", x, whole))
    (add,) = find(cheaper(before), "add")
    assert type(add.ins[1].const) is kind and add.ins[1].const == whole


def test_a_place_is_added_to_once() -> None:
    def make(b: Any, x: Any, i: Any, t: Any) -> Any:
        once = b.op("index_add", x, t, i, spec=(("at", None),))
        return b.op("index_add", once, t, i, spec=(("at", None),))

    before = program([V, I8, N8], make, loc=DERIVED)
    after = dce(cheaper(before))
    assert names(after) == ["mul", "index_add"]
    close(outcome(before, (X, 1, S)), outcome(after, (X, 1, S)))
    apart = program(
        [V, I8, I8, N8], lambda b, x, i, j, t: make(b, b.op("index_add", x, t, j, spec=(("at", None),)), i, t)
    )
    assert len(find(cheaper(apart), "index_add")) == 3


def test_every_row_has_a_case() -> None:
    assert [row.name for row in ROWS] == list(CASES)


@pytest.mark.parametrize("row", CASES)
def test_in_a_derivative(row: str) -> None:
    before, after, report = rewritten(row, DERIVED)
    assert {name for name, _ in report} == {row}
    assert names(after) == CASES[row][2]
    args = CASES[row][3]
    close(outcome(before, args), outcome(after, args), rtol=4e-16)


@pytest.mark.parametrize("row", [row for row in CASES if row != "mean as a sum"])
def test_in_the_users_value(row: str) -> None:
    before, after, _ = rewritten(row, LOC)
    assert names(after) == names(before)


@pytest.mark.parametrize(
    ("types", "make"),
    [
        ([array("f2", "n")], lambda b, x: b.op("mean", x)),  # NumPy sums these in float32
        ([N8, N8, V, V], lambda b, s, t, x, y: s * x - t * y),  # no common factor
        ([N8, V, V], lambda b, s, x, y: ((p := s * x) - s * y) * p),  # a product that is read twice
        ([array("i8", "n")], lambda b, x: b.op("add", x, 0)),  # integers are `fold`'s
        ([N8, V], lambda b, s, x: b.op("index_add", s * x, s, spec=(("at", 1),))),  # nothing subtracted
    ],
)
def test_what_stays(types: Sequence[Any], make: Callable[..., Any]) -> None:
    before = program(types, make, loc=DERIVED)
    assert names(dce(cheaper(before))) == names(before)
