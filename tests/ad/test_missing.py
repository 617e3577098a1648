"""Data with gaps: a function that asks which numbers are NaN has the derivative of what it uses of them."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

import symdiff


def sum_of_squares(x, w):
    return np.nansum(x * x * w)


def likelihood(x, w):
    r = (x - w) / w
    return np.sum(np.where(np.isnan(x), 0.0, 0.5 * r * r + np.log(w)))


def overwritten(x, w):
    y = x * x * np.exp(x / w)
    y[~np.isfinite(y)] = 0.0
    return np.sum(y)


def picked(x, w):
    y = np.log(x * w) * x
    return np.sum(y[~np.isnan(y)] ** 2)


def left_out(x, w):
    total = 0.0
    for t in x:
        if math.isnan(t):
            continue
        total += t * t * w
    return total


def replaced(x, w):
    return np.sum(np.nan_to_num(x * x) * w)


def itself(x, w):
    return np.sum(np.where(x == x, x * x * w, 0.0))


def not_itself(x, w):
    total = 0.0
    for t in x:
        if t != t:
            continue
        total += t * t * np.exp(w * t)
    return total


def below_infinity(x, w):
    y = x * x * w
    return np.sum(y[np.abs(x) < np.inf] ** 2)


FUNCTIONS = [sum_of_squares, likelihood, overwritten, picked, left_out, replaced, itself, not_itself, below_infinity]
X, W, V = np.array([1.0, np.nan, 2.0, 0.5, np.nan]), 1.5, np.array([0.3, 0.2, -1.0, 0.7, 2.0])
THERE = ~np.isnan(X)


@pytest.mark.parametrize("level", [0, 1, 2])
@pytest.mark.parametrize("f", FUNCTIONS)
def test_a_gap_has_the_gradient_0_and_changes_no_other(f: Callable[..., Any], level: int) -> None:
    gradient = symdiff.grad(f, argnums=(0, 1), level=level)
    found, expected = gradient(X, W), gradient(X[THERE], W)
    np.testing.assert_allclose(found[0][THERE], expected[0], rtol=1e-13)
    np.testing.assert_array_equal(found[0][~THERE], 0.0)
    np.testing.assert_allclose(found[1], expected[1], rtol=1e-13)


@pytest.mark.parametrize("f", FUNCTIONS)
def test_so_in_forward_mode_and_in_second_order(f: Callable[..., Any]) -> None:
    gradient = symdiff.grad(f, argnums=(0, 1))
    d_x, d_w = gradient(X[THERE], W)
    tangent = symdiff.jvp(f, (X, W), (V, 0.5))[1]
    np.testing.assert_allclose(tangent, d_x @ V[THERE] + 0.5 * d_w, rtol=1e-13)
    second = symdiff.hvp(f, (X, W), (V, 0.5))
    h = 1e-6
    ahead, behind = (gradient(X[THERE] + e * V[THERE], W + 0.5 * e) for e in (h, -h))
    np.testing.assert_allclose(second[0][THERE], (ahead[0] - behind[0]) / (2 * h), rtol=1e-6, atol=1e-8)
    np.testing.assert_array_equal(second[0][~THERE], 0.0)
    np.testing.assert_allclose(second[1], (ahead[1] - behind[1]) / (2 * h), rtol=1e-6, atol=1e-8)


@pytest.mark.parametrize("level", [0, 1, 2])
def test_comparing_with_an_infinity_asks_for_it(level: int) -> None:
    """By hand: 2x of x², and 1 of what stands for it where x is infinite."""
    f = lambda x: np.sum(np.where(np.abs(x) < math.inf, x * x, np.sign(x) + x))
    x = np.array([np.inf, 1.5, np.inf])
    np.testing.assert_array_equal(symdiff.grad(f, level=level)(x), [1.0, 3.0, 1.0])
    np.testing.assert_array_equal(symdiff.jvp(f, (x,), (np.array([0.0, 1.0, 0.0]),))[1], 3.0)
