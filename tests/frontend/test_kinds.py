"""Scalars that are Python's on one path and NumPy's on another, in float32, in derivatives and in arrays."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

import symdiff

SINGLE = np.array([0.1, 0.2, 0.3], np.float32)
ROWS = np.arange(6.0, dtype=np.float32).reshape(2, 3)


def soft_maximum_in_a_table(v, temperature):
    table = [[-1.0] * 3 for _ in range(3)]
    for i in range(1, 3):
        table[i][0] = v[i] + table[i - 1][0]
        a, b = table[i][0], table[i][1]
        m = max(a, b)
        table[i][1] = m + temperature * math.log(math.exp((a - m) / temperature) + math.exp((b - m) / temperature))
    return table[2][1]


def part_scaled(v, p):
    z = v * p
    w = z[1:]
    w *= max(v[-1], 0.7)
    return np.sum(z)


def means_added(v, p):
    t = 0.0
    for k in range(len(v)):
        t += np.mean((ROWS[k % 2] * v) ** 2) + np.var(v * p) + np.einsum("i,i->", v, v)
    return t


@pytest.mark.parametrize("level", range(3))
@pytest.mark.parametrize("f", [soft_maximum_in_a_table, part_scaled, means_added])
def test_float32_stays_and_the_derivative_is_right(f: Callable[..., Any], level: int) -> None:
    value, (dv, dp) = symdiff.value_and_grad(f, argnums=(0, 1), level=level)(SINGLE, 0.5)
    expected = f(SINGLE, 0.5)
    assert (type(value), dv.dtype, type(dp)) == (type(expected), np.float32, float)
    np.testing.assert_allclose(value, expected, rtol=1e-5)
    wide, h = SINGLE.astype(float), 1e-6
    ends = [f(wide + h * e, 0.5) - f(wide - h * e, 0.5) for e in np.eye(3)]
    np.testing.assert_allclose(dv, np.array(ends) / (2 * h), rtol=1e-4, atol=1e-5)
    np.testing.assert_allclose(dp, (f(wide, 0.5 + h) - f(wide, 0.5 - h)) / (2 * h), rtol=1e-4, atol=1e-5)
    _, tangent = symdiff.jvp(f, (SINGLE, 0.5), (np.ones_like(SINGLE), 1.0))
    np.testing.assert_allclose(tangent, np.sum(dv) + dp, rtol=1e-4, atol=1e-5)


def test_a_sum_that_begins_with_an_int_has_no_dtype_of_its_own() -> None:
    def f(v):
        s = 0
        for t in v:
            s += t
        return np.sum(np.array([s, s]))

    with pytest.raises(symdiff.CompileError, match=r"SD312 .* an int, a float or a NumPy scalar depending on the path"):
        symdiff.grad(f)(np.ones(2))


def test_an_unclear_kind_where_two_paths_meet_has_the_place_of_what_decides() -> None:
    def f(v, p):
        q = v[0] if p > 0.3 else p
        y = np.zeros(2)
        z = v * p + y[0]
        z = np.where(z > 0.1, z, max(y[1], q))
        return np.sum(z * z) + q

    with pytest.raises(symdiff.CompileError, match=r"test_kinds.py:\d+:34: SD312 the derivative where two paths meet"):
        symdiff.grad(f)(SINGLE, 0.37)


@pytest.mark.parametrize("level", range(3))
def test_a_sum_that_begins_with_a_float_is_one_in_arrays_also_without_turns(level: int) -> None:
    def f(v):
        s = 0.0
        for t in v:
            s += t * t
        made = np.array([s, 2 * s])
        return made @ np.stack([s, s]) + made.dtype.itemsize

    for n in (0, 1, 3):
        v = np.arange(1.0, n + 1)
        value, gradient = symdiff.value_and_grad(f, level=level)(v)
        s = v @ v
        assert value == f(v) == 3 * s * s + 8
        np.testing.assert_allclose(gradient, 12 * s * v)


@pytest.mark.parametrize(
    "f",
    [
        lambda x: np.cov(x, x * 2)[0, 1],
        lambda x: np.corrcoef(x, x * x)[0, 1],
        lambda x: np.dot(x, 3)[0] * np.dot(x[1], 100000001) * np.dot(2.5, x)[2],
        lambda x: np.polyval([1, 2.5, 0.1], x[0]) + np.sum(np.polyval([x[1], 2.0], x)),
        lambda x: np.nan_to_num(x[0], nan=1.0) * x[1],
    ],
)
def test_double_precision_where_numpy_takes_it_beside_float32(f: Callable[..., Any]) -> None:
    x = np.array([1.1, 2.3, 3.7], np.float32) + np.float32(30000.0)
    for level in range(3):
        value, gradient = symdiff.value_and_grad(f, level=level)(x)
        expected = f(x)
        assert type(value) is type(expected) and gradient.dtype == np.float32
        np.testing.assert_allclose(value, expected, rtol=1e-12 if expected.dtype == float else 1e-6)
