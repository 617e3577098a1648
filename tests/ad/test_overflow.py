"""What overflows or is infinite, and is hidden: the derivatives are those of what was taken, at every level.

Each case: a function of one number, where, and by hand its derivative and second derivative there.
"""

from __future__ import annotations

from collections.abc import Callable
from math import inf
from typing import Any

import numpy as np
import pytest

import symdiff
from symdiff.api.transforms import Grad, Tangent

CAP = np.inf


class Limits:
    cap = float("inf")


LIMITS = Limits()


def branch(x):
    if x < 1e100:
        return x * x * x * x
    return 2 * x


def rebound(x):
    y = x * x * x
    if x > 1e100:
        y = x
    return y * y


def in_turns(x):
    total = 0.0
    for k in range(3):
        total += np.where(x < 1e100, x * x * x * k, x)
    return total


def cubed(x):
    return x * x * x


def through_helper(x):
    return np.where(x < 1e100, cubed(x) * cubed(x + 1) * cubed(x + 2), x)


BIG = 1e150
HIDDEN: dict[str, tuple[Callable[..., Any], float, float, float]] = {
    "step": (lambda x: 1 / (1 + np.exp(np.inf * x)), 0.7, 0.0, 0.0),
    "step down": (lambda x: 1 / (1 + np.exp(-np.inf * x)) + x * x, -0.7, -1.4, 2.0),
    "two exponentials": (lambda x: np.exp(-np.exp(np.inf * x)) + x * x, 0.7, 1.4, 2.0),
    "exp2": (lambda x: 1 / np.exp2(np.inf * x) + x, 0.7, 1.0, 0.0),
    "expm1": (lambda x: 1 / np.expm1(np.inf * x) + x, 0.7, 1.0, 0.0),
    "cosh": (lambda x: 1 / np.cosh(np.inf * x) + x, 0.7, 1.0, 0.0),
    "hypot": (lambda x: 1 / np.hypot(np.inf * x, 1.0) + x, 0.7, 1.0, 0.0),
    "imported": (lambda x: np.minimum(x * inf, x * x), 3.0, 6.0, 2.0),
    "captured": (lambda x: np.minimum(x * CAP, x * x), 3.0, 6.0, 2.0),
    "attribute": (lambda x: np.exp(-x * LIMITS.cap) + x * x, 3.0, 6.0, 2.0),
    "where": (lambda x: np.where(x < 1e100, x * x * x * x, x), BIG, 1.0, 0.0),
    "minimum": (lambda x: np.minimum(x * x * x * x, x), BIG, 1.0, 0.0),
    "min": (lambda x: min(x * x * x, x), BIG, 1.0, 0.0),
    "clip": (lambda x: np.clip(x * x * x * x, 0.0, 3.0), BIG, 0.0, 0.0),
    "squares": (lambda x: np.where(x < 1e100, np.square(np.square(x * x)), x), BIG, 1.0, 0.0),
    "sine": (lambda x: np.where(x < 1e100, np.cos(x * x * x) * x, x), BIG, 1.0, 0.0),
    "absolute": (lambda x: np.where(x < 1e100, np.abs(x * x * x) * x, x), BIG, 1.0, 0.0),
    "logarithm": (lambda x: np.where(x < 1e100, np.log1p(x * x * x) * x, x), BIG, 1.0, 0.0),
    "quotient": (lambda x: np.where(x < 1e100, x / (x * x * x), x), BIG, 1.0, 0.0),
    "branch": (branch, BIG, 2.0, 0.0),
    "rebound": (rebound, BIG, 2e150, 2.0),
    "turns": (in_turns, BIG, 3.0, 0.0),
    "helper": (through_helper, BIG, 1.0, 0.0),
}


@pytest.mark.filterwarnings("ignore::RuntimeWarning")
@pytest.mark.parametrize("level", [0, 1, 2])
@pytest.mark.parametrize("name", HIDDEN)
def test_a_hidden_infinity_contributes_nothing(name: str, level: int) -> None:
    f, x, first, second = HIDDEN[name]
    assert Grad(f, level=level)(x) == pytest.approx(first)
    assert Tangent(f, wrt=("x",), level=level)(x, 1.0)[1] == pytest.approx(first)
    assert Grad(Grad(f, level=level), level=level)(x) == pytest.approx(second)
    assert Tangent(f, wrt=("x",), kind="hvp", level=level)(x, 1.0) == pytest.approx(second)


def cube(v):
    return np.where(v < 1e12, v * v * v, v).sum()


@pytest.mark.filterwarnings("ignore::RuntimeWarning")
@pytest.mark.parametrize("level", [0, 1, 2])
@pytest.mark.parametrize("n", [0, 1, 3])
def test_arrays_of_single_precision(n: int, level: int) -> None:
    """(10²⁰)² is infinite in float32 and not taken; by hand 3·v² = 12 at 2, with the second derivative 6·v = 12."""
    v = np.array([1e20, 2.0, 1e30], np.float32)[:n]
    slopes = np.array([1.0, 12.0, 1.0], np.float32)[:n]
    np.testing.assert_allclose(Grad(cube, level=level)(v), slopes)
    np.testing.assert_allclose(Tangent(cube, wrt=("v",), level=level)(v, v)[1], slopes @ v, rtol=1e-6)
    np.testing.assert_allclose(symdiff.jacobian(Grad(cube, level=level))(v), np.diag([0.0, 12.0, 0.0])[:n, :n])
    np.testing.assert_allclose(Tangent(cube, wrt=("v",), kind="hvp", level=level)(v, v), [0.0, 24.0, 0.0][:n])


@pytest.mark.parametrize("level", [0, 1, 2])
def test_masked_softmax_stays_plain(level: int) -> None:
    """Of minus infinity the exponential is 0: nothing there is infinite, and nothing is guarded."""

    def attention(scores, allowed, values):
        z = np.where(allowed, scores, -np.inf)
        weights = np.exp(z - np.max(z))
        return weights / weights.sum() @ values

    made = symdiff.differentiable(attention, argnums=(0, 2), level=level)
    made.grad(np.ones(3), np.array([True, False, True]), np.arange(3.0))
    assert "= _masked_mul(d_weights" not in made.source and "np.isinf" not in made.source


def test_an_infinity_that_changes_is_fetched() -> None:
    limits = Limits()
    f = symdiff.grad(lambda x: np.minimum(x * limits.cap, x * x))
    assert f(3.0) == 6.0
    limits.cap = 0.5
    assert f(3.0) == 0.5
    limits.cap = inf
    assert f(3.0) == 6.0
