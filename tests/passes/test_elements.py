"""Elements of views as elements of arrays: where the index is known to be inside, and nowhere else."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

import symdiff


def writes(v, x):
    y = v * x
    w = y[1:]
    for i in range(len(w)):
        w[i] = w[i] * y[i] + x
    return np.sum(y * y)


def every_second(v, x):
    y = v * x
    u = y[1:][::2]
    for i in range(len(u)):
        u[i] += u[i] * x
        u[i] *= 0.5
    return np.sum(y * y)


def column(v, x):
    A = np.outer(v, v)
    c = A[1:, 2]
    for i in range(len(c)):
        c[i] *= A[i, 0] * x
    return np.sum(A * A)


def up_to_a_bound(v, x):
    y = v * x
    w = y[1:-1]
    for i in range(len(w)):
        w[i] = y[i + 1] * y[i]
    return np.sum(y)


def two_views(v, x):
    y = v * x
    odd, even = y[1::2], y[::2]
    for i in range(len(odd)):
        odd[i] += even[i] * x
        even[i] = odd[i] * odd[i]
    return np.sum(y * y)


def last_first(v, x):
    y = v * x
    w = y[1:]
    w[-1] = w[0] * x
    return np.sum(y * y)


def gradient_by_differences(f: Callable[..., Any], v: np.ndarray, x: float) -> tuple[np.ndarray, float]:
    h, units = 1e-6, np.eye(len(v))
    along = [(f(v + h * e, x) - f(v - h * e, x)) / (2 * h) for e in units]
    return np.array(along), (f(v, x + h) - f(v, x - h)) / (2 * h)


@pytest.mark.parametrize("level", [0, 1, 2])
@pytest.mark.parametrize("f", [writes, every_second, column, up_to_a_bound, two_views, last_first])
def test_gradients_through_views(f: Callable[..., Any], level: int) -> None:
    made = symdiff.value_and_grad(f, argnums=(0, 1), level=level)
    for n in (4, 5, 3):
        v, x = np.linspace(0.4, 1.1, n), 0.7
        value, gradient = made(v, x)
        assert value == pytest.approx(f(v, x), rel=1e-14)
        for found, expected in zip(gradient, gradient_by_differences(f, v, x), strict=True):
            np.testing.assert_allclose(found, expected, rtol=1e-7, atol=1e-8)


@pytest.mark.parametrize(
    ("f", "place"),
    [
        (writes, "y[i + 1] = y8 * y[i] + x"),
        (every_second, "t = i * 2 + 1"),
        (column, "A[i + 1, 2] = "),
    ],
)
def test_a_view_is_not_taken_in_each_turn(f: Callable[..., Any], place: str) -> None:
    text = symdiff.generate(f, wrt=["v", "x"], types={"v": "f8[n]", "x": "float"}, level=1)
    lines = [line.strip() for line in text.splitlines() if line.startswith(" " * 8)]  # of the loops
    assert any(place in line for line in lines)
    assert not any(" = y[1:]" in line or " = A[1:, 2]" in line for line in lines)


def test_an_index_that_may_be_outside_stays_in_its_view() -> None:
    def f(v, k):
        w = v[1:]
        s = 0.0
        for i in range(k):
            s += w[i] * w[i]
        return s

    made = symdiff.value_and_grad(f)
    assert made(np.array([2.0, 3.0, 5.0]), 2)[1].tolist() == [0.0, 6.0, 10.0]
    with pytest.raises(IndexError):
        made(np.array([2.0, 3.0, 5.0]), 3)


def test_a_known_index_outside_is_the_users_error() -> None:
    made = symdiff.value_and_grad(last_first, argnums=(0, 1))
    with pytest.raises(IndexError):
        made(np.array([2.0]), 0.5)


@pytest.mark.parametrize("level", [0, 1, 2])
def test_a_part_of_a_part_with_an_end(level: int) -> None:
    """The index of the inner part is one that the pass made: of it nothing is known, so it stays one of the outer."""

    def f(v):
        s = 0.5
        for a in list(v[1:][0:3:2]):
            s = s * 0.9 + a * a
        return s

    v = np.array([0.5, 1.5, -0.7, 2.0])
    value, gradient = symdiff.value_and_grad(f, level=level)(v)
    assert value == pytest.approx(f(v), rel=1e-14)
    np.testing.assert_allclose(gradient, [0.0, 2 * 1.5 * 0.9, 0.0, 4.0], rtol=1e-14)
