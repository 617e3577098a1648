"""`enumerate`, `zip` and `reversed` of each other and of ranges with any start and step, over any size."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

import symdiff
from tests.frontend.running import check

V = np.array([1.0, 2.0, 3.0, 5.0])


def enumerate_reversed(v):
    s = 0.0
    for i, t in enumerate(reversed(v)):
        s = s * 0.5 + i * t * t
    return s


def zip_reversed(v):
    s = 0.0
    for t, i in zip(reversed(v), range(4)):
        s = s * 0.5 + i * t * t
    return s


def range_from_two(v, n):
    s = 0.0
    for k, (t, i) in enumerate(zip(v, range(2, n)), 1):
        s = s * 0.5 + i * t * t + k
    return s


def range_downwards(v, n):
    s = 0.0
    for t, i in zip(v[1:], range(n, 1, -1)):
        s = s * 0.5 + i * t * t
    return s


def ranges_reversed(v, n):
    s = 0.0
    for i in reversed(range(2, n)):
        s = s * 0.5 + i
    for i in reversed(range(n, 2, -1)):
        s = s * 0.5 + i
    for t, i in zip(reversed(v), reversed(range(1, n))):
        s = s * 0.3 + i * t
    for i in reversed(range(0, n, 2)):
        s = s * 0.3 + i
    for t, i in zip(v, range(n, 0, -3)):
        s = s * 0.3 + i * t
    return s


def zip_with_its_reverse(v):
    s = 0.0
    for t, u in zip(v, reversed(v)):
        s = s * 0.5 + u * t * t
    return s


def positions_reversed(v):
    s = 0.0
    for i in reversed(range(1, len(v))):
        s = s * 0.5 + v[i] * v[i - 1]
    for i, k in enumerate(range(len(v) - 1, -1, -1)):
        s = s * 0.5 + v[k] * i
    return s


@pytest.mark.parametrize(
    "function", [enumerate_reversed, zip_reversed, zip_with_its_reverse, positions_reversed], ids=lambda f: f.__name__
)
def test_vectors(function: Callable[..., Any]) -> None:
    check(function, (V,), (V[:2],), (np.zeros(0),), (np.arange(9.0),))


@pytest.mark.parametrize("function", [range_from_two, range_downwards, ranges_reversed], ids=lambda f: f.__name__)
def test_ranges(function: Callable[..., Any]) -> None:
    check(function, (V, 5), *((V, n) for n in (4, 3, 2, 1, 0, 12)), (V[:1], 1))


def test_the_gradient_backwards() -> None:
    """s = ((0 · ½ + 0 · 9) ½ + 1 · 4) ½ + 2 · 1 of v = (1, 2, 3): the last turn has i = 2 and v[0]."""
    found = symdiff.grad(enumerate_reversed)(V[:3])
    np.testing.assert_array_equal(found, [2 * 2 * 1.0, 0.5 * 2 * 2.0, 0.0])


def other_size(a, b):
    s = 0.0
    for c in a:
        s += c[0]
    for c in b:
        s += c[0]
    return s + c[1]


def other_kind(a, b):
    s = 0.0
    for c in a[0]:
        s += c
    for c in range(len(b)):
        s += c
    return s + c


def test_a_name_of_two_loops_may_be_an_array_of_either_size() -> None:
    wide, square = np.arange(12.0).reshape(3, 4), np.arange(9.0).reshape(3, 3)
    check(other_size, (wide, square), (square, wide), (wide, square[:0]), (wide[:0], square), (wide[:0], wide[:0]))
    d_a, d_b = symdiff.grad(other_size, argnums=(0, 1))(wide, square[:0])
    np.testing.assert_array_equal(d_a, [[1, 0, 0, 0], [1, 0, 0, 0], [1, 1, 0, 0]])
    np.testing.assert_array_equal(d_b, square[:0])


def test_a_name_of_two_loops_may_be_a_float_or_an_int() -> None:
    square = np.array([[1.0, 2.0], [3.0, 4.0]])
    check(other_kind, (square, square), (square, square[:0]), (square, square[:1]), (square[:, :0], square))


def test_a_name_of_two_loops_over_one_size() -> None:
    check(lambda a: other_size(a, a), (np.arange(12.0).reshape(3, 4),), (np.ones((2, 3)),))


def results_of_different_sizes(v, w):
    for t in v:
        if t > 1.0:
            return [v * t, (0.5, t)]
        if t > 0.5:
            return [np.cumsum(w), (0.5, w[0])]
    return [v, (0.5, 1.0)]


def test_results_of_different_sizes_in_one_loop() -> None:
    """The array that one path made is known on that path alone, and read nevertheless.

    The last is (w0² + (w0 + w1)²) w0 / 2 at (1, 2): the derivative by w0 is (10 + 2 + 6) / 2, by w1 it is 6 / 2.
    """

    def f(v, w):
        found, (a, b) = results_of_different_sizes(v, w)
        return np.sum(found * found) * a * b

    check(f, (V, V[:2]), (V * 0.1 + 0.5, V[:2]), (V * 0.0, V[:2]), (V[:0], V[:2]))
    np.testing.assert_array_equal(symdiff.grad(f, argnums=1)(np.full(3, 0.6), np.array([1.0, 2.0])), [9.0, 3.0])
