"""Lists of as many times None as the run says: of any length in a module, and Python's errors where one is None."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from symdiff import generate, jvp, value_and_grad


def doubled(v):
    out = [None] * len(v)
    for i in range(len(v)):
        out[i] = v[i] * 2
    return sum(out)


def some_doubled(v):
    out = [None] * len(v)
    for i in range(0, len(v), 2):
        out[i] = v[i] * 2
    return sum(out)


def as_an_array(v):
    out = [None] * len(v)
    for i in range(0, len(v), 2):
        out[i] = v[i] * 2
    return np.sum(np.array(out, dtype=float))


def the_last(v):
    last = [None] * len(v)
    for t in v:
        if t > 0.5:
            last[-1] = t * t
    return 0.0 if last[len(v) - 1] is None else last[-1]


def module(function: Callable[..., Any]) -> dict[str, Any]:
    found: dict[str, Any] = {}
    exec(generate(function, wrt="v", types="v=f8[n]"), found)
    return found


@pytest.mark.parametrize("n", [0, 1, 3, 1100])
def test_one_module_is_for_every_length(n: int) -> None:
    v = np.arange(float(n))
    value, gradient = module(doubled)["doubled_value_and_grad"](v)
    assert value == float(n * (n - 1)) and np.array_equal(gradient, np.full(n, 2.0))


def test_a_derivative_compiles_a_loop() -> None:
    value, gradient = value_and_grad(doubled)(np.ones(1100))
    assert value == 2200.0 and np.array_equal(gradient, np.full(1100, 2.0))
    assert jvp(doubled, (np.ones(1200),), (np.ones(1200),))[1] == 2400.0


@pytest.mark.parametrize(("v", "expected"), [([0.75, 1.5], [0.0, 3.0]), ([0.75, 0.25], [1.5, 0.0]), ([0.5], [0.0])])
def test_both_paths(v: list[float], expected: list[float]) -> None:
    assert np.array_equal(module(the_last)["the_last_grad"](np.array(v)), expected)


@pytest.mark.parametrize("function", [some_doubled, as_an_array])
def test_a_number_that_is_none_raises(function: Callable[..., Any]) -> None:
    for run in (module(function)[f"{function.__name__}_value_and_grad"], value_and_grad(function)):
        assert run(np.array([1.5]))[0] == 3.0
        with pytest.raises(TypeError, match="None"):
            run(np.array([1.5, 2.5]))
