"""`(a if c else b).append(x)`: the method of what a condition chooses is called in a branch for each."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

import symdiff
from tests.frontend.running import check

V = np.array([1.0, -2.0, 0.15, 0.4])


def survivors(v, n):
    """Particles that are parted anew in each turn."""
    particles = list(v)
    for _ in range(n):
        living, dead = [], []
        for t in particles:
            (living if t > 0 else dead).append(t * t - 0.1)
        particles = living
    return sum(particles) * 1.0


def three_ways(v, n):
    low, middle, high = [0.0], [], deque()
    for t in v:
        (low if t < 0 else high if t > 0.3 else middle).append(n * t)
    return sum(low) + 2 * sum(t * t for t in middle) + 3 * sum(t * t for t in high)


def several_at_once(v, n):
    a, b = [], [v[0]]
    for t in v:
        (a if t > 0 else b).extend([t * s for s in v if s < t])
    (a if n > 2 else b).insert(0, v[1])
    (b if n > 2 else a).clear()
    return sum(a) * a[0] + sum(b)


class Bag:
    def __init__(self):
        self.total = 0.0

    def add(self, x):
        self.total = self.total + x * x


def of_a_class(v, n):
    left, right = Bag(), Bag()
    for t in v:
        (left if t > 0 else right).add(n * t)
    return left.total - 2 * right.total


def the_argument_binds_a_name(v, n):
    a, b = [], []
    total = 0.0
    for t in v:
        (a if t > 0 else b).append(last := t * n)
        total += last * len(a)
    return total


FUNCTIONS = (survivors, three_ways, several_at_once, of_a_class, the_argument_binds_a_name)


@pytest.mark.parametrize("f", FUNCTIONS)
def test_as_python(f: Callable[..., Any]) -> None:
    check(f, (V, 3), (V, 0), (-V, 2), (V.astype(np.float32), 3), rtol=1e-6)


@pytest.mark.parametrize("level", [0, 1, 2])
@pytest.mark.parametrize("f", FUNCTIONS)
def test_both_modes_by_differences(f: Callable[..., Any], level: int) -> None:
    value, found = symdiff.value_and_grad(f, level=level)(V, 3)
    expected = [(f(V + h, 3) - f(V - h, 3)) / 2e-6 for h in 1e-6 * np.eye(len(V))]
    np.testing.assert_allclose(value, f(V, 3), rtol=1e-13)
    np.testing.assert_allclose(found, expected, rtol=1e-7, atol=1e-7)
    np.testing.assert_allclose(symdiff.jvp(lambda v: f(v, 3), (V,), (V,))[1], found @ V, rtol=1e-12)


def test_second_order() -> None:
    symdiff.check_grads(lambda v: survivors(v, 3), (V,))
    symdiff.check_grads(lambda v: three_ways(v, 3), (V,))


def test_the_condition_is_asked_before_the_argument_is_computed() -> None:
    def f(v, n):
        a, b = [], []
        (a if 1.0 / n > 0 else b).append(v[10])
        return sum(a)

    with pytest.raises(ZeroDivisionError):
        f(V, 0)
    with pytest.raises(ZeroDivisionError):
        symdiff.grad(f)(V, 0)


def test_the_generated_code_is_that_of_the_branch() -> None:
    text = symdiff.generate(survivors, example={"v": V, "n": 3}, functions=("primal",))
    assert "living = [t * t - 0.1 for t in particles if t > 0]" in text  # nobody reads the others
