"""Which products of the backward pass are guarded: those whose partial may be infinite or NaN, no others."""

from __future__ import annotations

import re

import numpy as np
import pytest

import symdiff
from symdiff.api.transforms import Grad, Tangent


def last_of_a_recurrence(v, w):
    y = np.zeros(4)
    for i in range(4):
        w = np.exp(v[i] / 10) * w
        y[i] = w * v[i]
    return y[-1]


@pytest.mark.parametrize("level", [0, 1, 2])
def test_a_tame_partial_is_not_guarded(level: int) -> None:
    """Dividing by 10 has the partial 1/10, and w·v[i] the partial v[i] by w, whatever w is; exp has its own value."""
    text = symdiff.differentiable(last_of_a_recurrence, level=level)
    text.grad(np.ones(4), 1.0)
    factors = re.findall(r"= _masked_mul\(.+, (.+)\)", text.source) + re.findall(r"\* (.+) if .+ != 0\.0", text.source)
    assert factors and not any("0.1" in f or "v[i]" in f or "10" in f for f in factors), factors


@pytest.mark.filterwarnings("ignore:overflow")
def test_what_is_not_taken_stays_out() -> None:
    """e^(10⁵) is infinite and not taken: its cotangent 0 stays 0; the derivative of e^(v/10) at 0 is 1/10."""
    f = lambda v: np.where(v < 700, np.exp(v / 10), 1.0).sum()
    np.testing.assert_array_equal(symdiff.grad(f)(np.array([1e6, 0.0])), [0.0, 0.1])


def logistic_growth(y0, rate):
    y = np.zeros(10)
    y[0] = y0
    for i in range(1, 10):
        y[i] = y[i - 1] + 0.1 * rate * y[i - 1] * (1 - y[i - 1])
    return y[-1]


@pytest.mark.parametrize("level", [0, 1, 2])
def test_the_last_of_a_recurrence_is_not_guarded(level: int) -> None:
    """y[-1] masks what was before it, but nothing there is infinite unless y[-1] is."""
    made = symdiff.differentiable(logistic_growth, level=level)
    made.grad(0.3, 2.0)
    assert "_masked_mul" not in made.source and "!= 0.0" not in made.source


UNTAKEN = {  # of np.sqrt(x) at x = [0, 4]: its derivative at 0 is infinite, and not taken
    "max": (lambda r: np.max(r), 0.25),
    "max of columns": (lambda r: np.sum(np.max(np.stack([r, r + 1]), axis=1)), 0.5),
    "min": (lambda r: np.min(-r), -0.25),
    "median": (lambda r: np.median(np.concatenate([r, r[1:]])), 0.25),
    "quantile": (lambda r: np.quantile(r, 1.0), 0.25),
    "maximum.accumulate": (lambda r: np.sum(np.maximum.accumulate(r[::-1])), 0.5),
    "trace": (lambda r: np.trace(np.sqrt(np.stack([r[::-1], r]) ** 2)), 0.5),
    "nanmax": (lambda r: np.nanmax(r), 0.25),
}


@pytest.mark.filterwarnings("ignore:divide by zero")
@pytest.mark.parametrize("level", [0, 2])
@pytest.mark.parametrize("name", UNTAKEN)
def test_reductions_choose_in_both_modes(name: str, level: int) -> None:
    """By hand: the gradient is that of as many roots of 4 as are taken, 1/4 each."""
    reduce, expected = UNTAKEN[name]
    f = lambda x: reduce(np.sqrt(x))
    x = np.array([0.0, 4.0])
    np.testing.assert_allclose(symdiff.grad(f, level=level)(x), [0.0, expected])
    for tangent in ([1.0, 0.0], [0.0, 1.0], [1.0, 1.0]):
        along = symdiff.jvp(f, (x,), (np.array(tangent),))[1]
        np.testing.assert_allclose(along, expected * tangent[1])


def written_over(x):
    y = np.sqrt(x)
    y *= x > 0
    return np.sum(y)


MASKED = {  # by hand at 0 and 4; the root of 0 has an infinite derivative
    "in front": (lambda x: np.sum((x > 0) * np.sqrt(x)), 0.25, -1 / 32),
    "behind": (lambda x: np.sum(np.sqrt(x) * (x > 0) * x), 3.0, 0.375),
    "two": (lambda x: np.sum(np.logical_and(x > 0, x < 9) * np.sqrt(x)), 0.25, -1 / 32),
    "in place": (written_over, 0.25, -1 / 32),
    "turns": (lambda x: sum((t > 0) * np.sqrt(t) for t in x), 0.25, -1 / 32),
}


@pytest.mark.filterwarnings("ignore:divide by zero")
@pytest.mark.parametrize("level", [0, 1, 2])
@pytest.mark.parametrize("name", MASKED)
def test_truth_values_choose_as_factors(name: str, level: int) -> None:
    f, first, second = MASKED[name]
    x = np.array([0.0, 4.0])
    np.testing.assert_allclose(Grad(f, level=level)(x), [0.0, first])
    np.testing.assert_allclose(Tangent(f, wrt=("x",), level=level)(x, np.ones(2))[1], first)
    np.testing.assert_allclose(symdiff.jacobian(Grad(f, level=level))(x), np.diag([0.0, second]))
    np.testing.assert_allclose(Tangent(f, wrt=("x",), kind="hvp", level=level)(x, np.ones(2)), [0.0, second])


def test_a_finite_product_with_truth_values_stays_plain() -> None:
    made = symdiff.differentiable(lambda x: np.sum((x > 0) * x * 2))
    made.grad(np.ones(2))
    assert "_masked_mul" not in made.source


class Body:
    def __init__(self, x, v):
        self.x, self.v, self.near = x, v, None


def first_or_other(v, x):
    a, b = [], Body(x, 0.5 * x)
    for t in v:
        a.append(b if t > 1.0 else Body(t, x))
    for p in a:
        p.x *= x
        p.near = b
    return sum(p.x if p.near is not p else p.v for p in a[:1])


@pytest.mark.parametrize("level", [0, 1, 2])
def test_a_product_of_turns_that_is_not_taken_may_overflow(level: int) -> None:
    """By hand: b.x is 10 to the 401, infinite and not read; b.v = x / 2 is."""
    v, x = np.full(400, 2.0), 10.0
    assert first_or_other(v, x) == 5.0
    d_v, d_x = symdiff.grad(first_or_other, argnums=(0, 1), level=level)(v, x)
    np.testing.assert_array_equal(d_v, np.zeros(400))
    assert d_x == 0.5
