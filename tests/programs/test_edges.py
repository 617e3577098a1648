"""Kinks, large arguments, and what is refused: numbers and messages given by hand."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

import symdiff

A = np.array


def cross_entropy(z):
    p = np.exp(z - np.max(z)) / np.sum(np.exp(z - np.max(z)))
    return -np.log(p[0])


def logistic(z):
    return np.sum(1 / (1 + np.exp(-z)))


AT_LEVELS: list[tuple[Callable[..., Any], Any, Any, Any]] = [
    (lambda x: np.sum(np.where(x > 0, np.sqrt(x), 0)), A([0.0, 4.0, -1.0]), A([0.0, 0.25, 0.0]), A([0, -0.03125, 0])),
    (lambda x: np.sum(np.where(x > 0, x * np.log(x), 0)), A([0.0, 1.0]), A([0.0, 1.0]), A([0.0, 1.0])),
    (lambda x: np.sum(np.maximum(x, 0) ** 2), A([0.0, 1.0, -1.0]), A([0.0, 2.0, 0.0]), A([0.0, 2.0, 0.0])),
    (lambda x: max(x) * x[2], A([2.0, 2.0, 1.0]), A([1.0, 0.0, 2.0]), A([1.0, 0.0, 1.0])),  # the first of those equal
    (lambda x: np.sum(np.abs(x) * x), A([0.0, 1.0, -1.0]), A([0.0, 2.0, 2.0]), A([0.0, 2.0, -2.0])),
    (
        lambda x: np.sum(np.clip(x, 0, 1) ** 2),
        A([0.0, 0.5, 1.0, 2.0]),
        A([0.0, 1.0, 0.0, 0.0]),
        A([0.0, 2.0, 0.0, 0.0]),
    ),
    (lambda x: np.max(x), A([1.0, 1.0, 0.0]), A([0.5, 0.5, 0.0]), A([0.0, 0.0, 0.0])),
    (cross_entropy, A([1e4, -1e4, 0.0]), A([0.0, 0.0, 0.0]), A([0.0, 0.0, 0.0])),
]
STABLE: list[tuple[Callable[..., Any], Any, Any, Any]] = [
    (lambda x: np.sum(np.log(1 + np.exp(x))), A([1e3, 0.0, -1e3]), A([1.0, 0.5, 0.0]), A([0.0, 0.25, 0.0])),
    (logistic, A([1e3, 0.0, -1e3]), A([0.0, 0.25, 0.0]), A([0.0, 0.0, 0.0])),
    (cross_entropy, A([0.0, 1e4, -1e4]), A([-1.0, 1.0, 0.0]), A([0.0, 0.0, 0.0])),
]
ROWS = [(*row, level) for row in AT_LEVELS for level in range(3)] + [(*row, 2) for row in STABLE]


@pytest.mark.parametrize(("f", "x", "first", "second"), [(f, x, g, (h, level)) for f, x, g, h, level in ROWS])
@pytest.mark.filterwarnings("ignore::RuntimeWarning")
def test_the_gradient_and_its_derivative_along_ones(f: Callable[..., Any], x: Any, first: Any, second: Any) -> None:
    hessian, level = second
    gradient = symdiff.grad(f, level=level)
    np.testing.assert_array_equal(gradient(x), first)
    np.testing.assert_array_equal(symdiff.vjp(gradient, x)[1](np.ones_like(x))[0], hessian)
    np.testing.assert_array_equal(symdiff.jvp(gradient, (x,), (np.ones_like(x),))[1], hessian)


@pytest.mark.parametrize("largest", [max, min])
def test_no_element_is_the_largest_of_none(largest: Callable[..., Any]) -> None:
    with pytest.raises(ValueError, match="arg is an empty sequence"):
        symdiff.grad(lambda x: largest(x) * 2.0)(A([]))


def test_stores_through_index_arrays() -> None:
    def f(x, i):
        y = np.zeros(4)
        y[i] = x**2
        return y @ np.arange(4.0)

    x = np.array([1.0, 2.0, 3.0])
    for level in range(3):
        gradient = symdiff.grad(f, level=level)
        np.testing.assert_array_equal(gradient(x, np.array([3, 0, 1])), [6.0, 0.0, 6.0])
        np.testing.assert_array_equal(gradient(x, np.array([3, 0, 3])), [0.0, 0.0, 18.0])  # the last value stays


def test_captured_data_is_read_at_each_call() -> None:
    kept = {"w": np.array([1.0, 2.0]), "k": 3.0}
    gradient = symdiff.grad(lambda x: np.sum(kept["w"] * x) * kept["k"])
    np.testing.assert_array_equal(gradient(np.ones(2)), [3.0, 6.0])
    kept["k"], kept["w"] = 1.0, np.array([5.0, 7.0])
    np.testing.assert_array_equal(gradient(np.ones(2)), [5.0, 7.0])


def test_a_pullback_keeps_the_dtypes_of_mixed_arguments() -> None:
    f = lambda x, y: np.sum(x * y)
    x, y = np.ones(2, np.float32), np.ones(2)
    for cotangent in (1.0, 2, np.float64(3.0)):
        assert [g.dtype for g in symdiff.vjp(f, x, y)[1](cotangent)] == [np.float32, np.float64]


def sorts_captured(x):
    WEIGHTS.sort()
    return np.sum(WEIGHTS * x)


def reads_stale(x):
    y = x * 2
    flat = y.reshape(-1)
    flat[0] = 1.0
    return y.sum()


WEIGHTS = np.array([3.0, 1.0])
REFUSED = [
    (sorts_captured, "SD503", "`WEIGHTS` existed before the call", "WEIGHTS.sort()"),
    (reads_stale, "SD501", "`y` may or may not share memory with `flat`", "return y.sum()"),
    (lambda x: np.cross(x, x).sum(), "SD401", "`np.cross` has no known derivative", "np.cross(x, x)"),
]


@pytest.mark.parametrize(("f", "code", "message", "line"), REFUSED)
def test_what_is_refused_is_shown(f: Callable[..., Any], code: str, message: str, line: str) -> None:
    with pytest.raises(symdiff.CompileError) as caught:
        symdiff.grad(f)(np.ones((2, 2)) if f is reads_stale else np.ones(2))
    text = str(caught.value)
    assert code in text and message in text and line in text and "^" in text and "``" not in text
    assert "test_edges.py" in text
    assert WEIGHTS.tolist() == [3.0, 1.0]
