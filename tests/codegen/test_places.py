"""Writes into parts of arrays, as one would write them: `B[i] -= v`, and nothing is cleared to be put back."""

import re
from typing import Any

import numpy as np
import pytest

import symdiff
from tests.codegen.test_readable import part


def less(B: "f8[n, m]", w: "f8[m]"):  # noqa: F821
    B = B.copy()
    for i in range(1, len(B)):
        row = B[i]
        row -= w
        B[i, 1:] -= w[1:] * B[i - 1, :-1]
        B[i, 0] -= 9.81
    return np.sum(B)


def squared(v: "f8[n]", w: "f8[n]"):  # noqa: F821
    y = v.copy()
    for i in range(len(y)):
        y[i] = y[i] * w[i]
        y[i] = y[i] * y[i]
    return np.sum(y)


def code(f: Any, function: str, level: int) -> list[str]:
    lines = part(symdiff.generate(f, level=level), f"{f.__name__}{function}").splitlines()
    return [line.split("#")[0].strip() for line in lines]


@pytest.mark.parametrize("level", [1, 2])
def test_what_is_subtracted_from_a_part_is_subtracted_there(level: int) -> None:
    lines = code(less, "", level)
    assert lines[lines.index("for i in range(1, n):") + 1 :][:3] == [
        "B[i] -= w",
        "B[i, 1:] -= w[1:] * B[i - 1, :-1]",
        "B[i, 0] -= 9.81",
    ]
    assert not any("= 0.0" in line for line in code(less, "_backward", level))


@pytest.mark.parametrize("level", [1, 2])
def test_no_place_is_cleared_to_be_added_to(level: int) -> None:
    lines = code(squared, "_backward", level)
    assert not any("= 0.0" in line or line.startswith("d_y[i] +=") for line in lines)
    assert sum(line.startswith("d_y[i] = ") for line in lines) == 1


@pytest.mark.parametrize("f", [less, squared])
def test_the_numbers_are_those_of_differences(f: Any) -> None:
    rng = np.random.default_rng(5)
    w = rng.uniform(0.2, 0.9, 4)
    x = rng.uniform(0.2, 0.9, (3, 4)) if f is less else rng.uniform(0.2, 0.9, 4)
    vx, vw, h = rng.standard_normal(x.shape), rng.standard_normal(4), 1e-6
    expected = (f(x + h * vx, w + h * vw) - f(x - h * vx, w - h * vw)) / (2 * h)
    for level in (0, 1, 2):
        value, (d_x, d_w) = symdiff.value_and_grad(f, argnums=(0, 1), level=level)(x, w)
        assert value == f(x, w)
        assert np.isclose(np.sum(d_x * vx) + d_w @ vw, expected, rtol=1e-8)


def decay(a: float, x: "f8[n]"):  # noqa: F821
    y = x.copy()
    for i in range(1, len(x)):
        y[i] = a * y[i - 1] + x[i] * x[i]
    return np.sum(y)


def test_what_is_read_again_stands_where_it_is_used() -> None:
    assert any(re.fullmatch(r"d_a \+= d_y\d \* y\[i - 1\]", line) for line in code(decay, "_backward", 1))
