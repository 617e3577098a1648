"""What a function computes again rather than save it: what is one cheap step from numbers that it saves."""

import re
from typing import Any

import numpy as np
import pytest

from symdiff import generate
from symdiff.codegen.load import Loaded


def complement(p: float, y: float):
    return p * np.log(y) + (1 - p) * np.log(1 - y)


def within(x: float, low: float, high: float):
    if low < x < high:
        return x * low * high
    return x * x


def near(r: float, delta: float):
    if abs(r) <= delta:
        return r * r
    return delta * r


def chosen(x: float, k: int):
    if k == 2:
        return x * x
    return x if k == 3 else -x


def products(x: float, y: float, z: float):
    p = x * y
    return p * p * z


def masked(x: "f8[n]"):  # noqa: F821
    return np.sum(np.where(x > 0, x * x, -x))


def descent(x: float, n: int):
    if n == 0:
        return x
    return np.sin(descent(x * x, n - 1))


CASES: list[tuple[Any, tuple[Any, ...], str]] = [
    (complement, (0.25, 0.75), "p, y, y3, y5"),
    (within, (0.5, 0.25, 0.75), "x, low, high"),
    (within, (0.5, 0.75, 0.875), "x, low, high"),
    (near, (0.5, 0.75), "r, delta"),
    (chosen, (0.5, 2), "x, k"),
    (chosen, (0.5, 3), "x, k"),
    (products, (0.5, 0.25, 2.0), "x, y, z, p, y1"),  # a product of two that are saved has a name, and is saved
    (masked, (np.array([0.5, -0.25]),), "x, y2"),  # an array costs more to make than to save
]


@pytest.mark.parametrize("level", [1, 2])
@pytest.mark.parametrize(("function", "args", "saved"), CASES)
def test_what_is_saved(function: Any, args: tuple[Any, ...], saved: str, level: int) -> None:
    text = generate(function, level=level)
    assert re.search(r"^saves +([^(]*) \(", text, re.MULTILINE)[1] == saved  # type: ignore[index]


@pytest.mark.parametrize("level", [0, 1, 2])
@pytest.mark.parametrize(("function", "args", "saved"), CASES)
def test_the_gradient_is_the_slope(function: Any, args: tuple[Any, ...], saved: str, level: int) -> None:
    made = Loaded(generate(function, level=level, wrt=["x"] if function in (chosen, masked) else None), "made")
    name = function.__name__
    gradient = made[f"{name}_backward"](made[f"{name}_forward"](*args)[1])
    first = gradient[0] if isinstance(gradient, tuple) else gradient
    if isinstance(args[0], np.ndarray):
        assert np.array_equal(first, np.array([1.0, -1.0]))
        return
    step = 1e-6
    slope = (function(args[0] + step, *args[1:]) - function(args[0] - step, *args[1:])) / (2 * step)
    assert first == pytest.approx(slope, rel=1e-8)


@pytest.mark.parametrize("level", [1, 2])
def test_a_record_of_a_call_holds_no_test_of_its_own_arguments(level: int) -> None:
    text = generate(descent, level=level)
    assert "n == 0" in text.partition("_backward(saved")[2]
    assert Loaded(text, "descent")["descent_grad"](0.5, 0) == 1.0


def test_at_the_lowest_level_what_is_read_is_saved() -> None:
    assert re.search(r"^saves .*\by4\b", generate(complement, level=0), re.MULTILINE)
