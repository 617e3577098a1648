"""Small turns of phrase: what is written again where it is read, subscripts that are known, subtractions."""

import ast
from typing import Any

import numpy as np
import pytest

from symdiff import generate
from symdiff.codegen.assignments import statement_text
from symdiff.codegen.expressions import one_step
from symdiff.codegen.load import Loaded
from tests.codegen.test_idiom import body


def neighbours(x: "f8[n]", a: float):  # noqa: F821
    y = x * a
    for i in range(1, len(x)):
        y[i] = y[i] * y[i - 1] + x[i - 1]
    return np.sum(y)


def table(a: "f8[n]"):  # noqa: F821
    rows = [[t, t] for t in a]
    for i in range(1, len(rows)):
        rows[i][0] += rows[i - 1][0] * rows[i - 1][1]
    return rows[-1][0]


def swapped(A: "f8[n, n]"):  # noqa: F821
    B = A.copy()
    B[[0, 1]] = A[[1, 0]]
    return np.sum(B[0] * B[1] * B[1])


def counted_down(x: float, n: int):
    y = x
    while n > 0:
        y = y * x + (n - 1) * y
        n = n - 1
    return y


@pytest.mark.parametrize("level", [1, 2])
def test_a_step_from_the_number_of_a_turn_is_written_where_it_is_read(level: int) -> None:
    text = generate(neighbours, level=level)
    assert "d_y[i - 1] +=" in body(text, "neighbours_backward")
    assert " = i - 1" not in text
    assert "rows_0[i - 1] * " in body(generate(table, level=level), "table")


@pytest.mark.parametrize("level", [1, 2])
def test_known_places_are_a_list(level: int) -> None:
    text = generate(swapped, level=level)
    assert "B[[0, 1]] = A[[1, 0]]" in text
    assert "d_B[[1, 0]] += " in text  # no place twice: nothing to add up
    assert "np.array(" not in body(text, "swapped_backward")


@pytest.mark.parametrize(
    ("function", "args"),
    [
        (neighbours, (np.array([0.5, -1.5, 2.0]), 0.75)),
        (table, (np.array([0.5, -1.5, 2.0]),)),
        (swapped, (np.array([[0.5, -1.5], [0.25, 3.0]]),)),
        (counted_down, (0.75, 4)),
    ],
)
@pytest.mark.parametrize("level", [0, 1, 2])
def test_the_gradient_is_the_slope(function: Any, args: tuple[Any, ...], level: int) -> None:
    made = Loaded(generate(function, level=level), function.__name__)
    x = np.asarray(args[0], float)
    found = made[f"{function.__name__}_backward"](made[f"{function.__name__}_forward"](*args)[1])
    gradient = np.asarray(found[0] if isinstance(found, tuple) else found)
    for k in np.ndindex(x.shape):
        step = np.zeros(x.shape)
        step[k] = 1e-6
        ends = [function(x + s if x.ndim else float(x + s), *args[1:]) for s in (step, -step)]
        assert gradient[k] == pytest.approx((ends[0] - ends[1]) / 2e-6, rel=1e-7, abs=1e-8)


@pytest.mark.parametrize(
    ("given", "written"),
    [
        ("s += -x", "s -= x"),
        ("s += x * -0.5", "s -= x * 0.5"),
        ("s += -x * y", "s -= x * y"),
        ("s += -x / y", "s -= x / y"),
        ("s += x * y", "s += x * y"),
        ("s += -1", "s += -1"),  # of whole numbers: an unsigned array has no -1
        ("s += x * -2", "s += x * -2"),
        ("s += x * -y", "s += x * -y"),
        ("s += -x + y", "s += -x + y"),
    ],
)
def test_what_is_added_with_a_minus_is_subtracted(given: str, written: str) -> None:
    (statement,) = ast.parse(given).body
    assert statement_text(statement) == written


def inner(y: "f8[n]", x: float):  # noqa: F821
    w = y[1:]
    for i in range(len(w)):
        w[i] = w[i] * x * w[i]
    return np.sum(w)


def rate(x: float, a: float):
    y = x * a
    for _ in range(3):
        y = np.sin(y) + x * y
    return y * y


def pair(x: float, y: float):
    return rate(x, y) + rate(y, x) * rate(x * y, 2.0)


@pytest.mark.parametrize("level", [1, 2])
def test_a_range_of_at_least_none_says_how_many(level: int) -> None:
    text = generate(inner, level=level)
    assert "for i in range(n - 1):" in text
    assert "range(n - 2, -1, -1)" in text
    assert "max(" not in body(text, "inner_forward")
    assert Loaded(text, "inner")["inner_grad"](np.zeros(0), 0.5)[0].shape == (0,)


@pytest.mark.parametrize("level", [1, 2])
def test_a_second_derivative_of_a_helper_says_what_by(level: int) -> None:
    text = generate(pair, level=level)
    assert "def _rate_backward(" in text
    assert "def _rate_by_x_backward(" in text
    gradient = Loaded(text, "pair")["pair_grad"](0.5, 0.75)
    steps = [(1e-6, 0.0), (0.0, 1e-6)]
    slopes = [(pair(0.5 + a, 0.75 + b) - pair(0.5 - a, 0.75 - b)) / 2e-6 for a, b in steps]
    assert np.allclose(gradient, slopes, rtol=1e-8)


@pytest.mark.parametrize(
    ("given", "written"),
    [
        ("n - 1 - 1", "n - 2"),
        ("n + 1 - 1", "n"),
        ("n - 1 + 3", "n + 2"),
        ("n - 1 - k", "n - 1 - k"),
        ("n * 2 - 1", "n * 2 - 1"),
    ],
)
def test_steps_of_a_whole_number_are_one(given: str, written: str) -> None:
    assert ast.unparse(one_step(ast.parse(given, mode="eval").body)) == written
