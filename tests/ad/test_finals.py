"""Reads from finished arrays: taken where no later turn writes, and only there; each gradient against differences."""

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from symdiff import generate
from symdiff.codegen.load import Loaded

STEP = 1e-6


def behind(x: "f8[n]", a: float):  # noqa: F821
    y = x * a
    for i in range(1, len(x)):
        y[i] = y[i] * y[i - 1] * a
    return y[-1]


def ahead(x: "f8[n]", a: float):  # noqa: F821
    y = x * a
    for i in range(len(x) - 1):
        y[i] = y[i + 1] * y[i + 1] * a
    return np.sum(y * y)


def downwards(x: "f8[n]", a: float):  # noqa: F821
    y = x * a
    for i in range(len(x) - 2, -1, -1):
        y[i] = y[i + 1] * y[i + 1] * a
    return np.sum(y * y)


def against_the_loop(x: "f8[n]", a: float):  # noqa: F821
    y = x * a
    for i in range(len(x) - 1, 0, -1):
        y[i] = y[i - 1] * y[i - 1] * a
    return np.sum(y * y)


def from_the_end(x: "f8[n]", a: float):  # noqa: F821
    y = x * a
    for i in range(len(x)):
        y[i] = y[i - 1] * y[i - 1] * a  # the first turn reads y[-1], which the last one writes
    return np.sum(y * y)


def twice_in_a_turn(x: "f8[n]", a: float):  # noqa: F821
    y = x * a
    for i in range(1, len(x)):
        t = y[i] * y[i]
        y[i] = t * a
        s = y[i] * y[i]
        y[i] = s + y[i - 1] * y[i - 1]
    return np.sum(y * y)


def steps_of_two(x: "f8[n]", a: float):  # noqa: F821
    y = x * a
    for i in range(2, len(x), 2):
        y[i] = y[i - 1] * y[i - 2] * a
        y[i - 1] = y[i] * y[i - 1]
    return np.sum(y * y)


def written_later(x: "f8[n]", a: float):  # noqa: F821
    y = x * a
    for i in range(1, len(x)):
        y[i] = y[i - 1] * y[i - 1] * a
    y *= y
    return np.sum(y)


def left_early(x: "f8[n]", a: float):  # noqa: F821
    y = x * a
    for i in range(1, len(x)):
        y[i] = y[i - 1] * y[i - 1] * a
        if y[i] < 1e-6:
            break
    return np.sum(y * y)


def stored(x: "f8[n]", a: float):  # noqa: F821
    y = np.zeros(len(x))
    for i in range(len(x)):
        y[i] = np.exp(a * x[i])
    return np.sum(y)


KEPT = [behind, downwards, written_later, left_early, stored]
SAVED = [ahead, against_the_loop, from_the_end, twice_in_a_turn]
EVERY = [*KEPT, *SAVED, steps_of_two]


@pytest.mark.parametrize("level", [0, 1, 2])
@pytest.mark.parametrize("f", EVERY)
def test_the_gradient_is_that_of_differences(f: Callable[..., Any], level: int) -> None:
    module = Loaded(generate(f, level=level), f.__name__)
    x, a = np.random.default_rng(3).uniform(0.5, 1.5, 6), 0.9
    towards = np.random.default_rng(4).standard_normal(6)
    expected = (f(x + STEP * towards, a + STEP) - f(x - STEP * towards, a - STEP)) / (2 * STEP)
    value, (d_x, d_a) = module[f"{f.__name__}_value_and_grad"](x, a)
    assert value == f(x, a) if level < 2 else np.isclose(value, f(x, a), rtol=1e-12)
    assert np.isclose(d_x @ towards + d_a, expected, rtol=1e-7, atol=1e-8)
    _, saved = module[f"{f.__name__}_forward"](x, a)
    d_x, d_a = module[f"{f.__name__}_backward"](saved)
    assert np.isclose(d_x @ towards + d_a, expected, rtol=1e-7, atol=1e-8)


def lists(f: Callable[..., Any]) -> int:
    """How many lists the forward pass fills."""
    return generate(f, level=1, functions=["forward"]).split("def _accept")[0].count("s.append(")


@pytest.mark.parametrize("f", [downwards, written_later, stored])
def test_what_the_finished_array_has_is_in_no_list(f: Callable[..., Any]) -> None:
    assert lists(f) == 0


@pytest.mark.parametrize("f", SAVED)
def test_what_is_overwritten_is_in_a_list(f: Callable[..., Any]) -> None:
    assert lists(f) > 0
