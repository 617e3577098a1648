"""Integers and bools joined with floats, or stored among them: constants in both modes, whatever their value."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

import symdiff

V = np.array([0.3, -1.2, 2.1, 0.7])
WHOLE = np.array([1, 2, 3, 4])


def one(x):
    y = x * np.ones(4)
    y[1] = 2
    y[3] = True
    return np.sum(y**3)


def part(x):
    y = x * np.ones(4)
    y[2:] = WHOLE[1:3]
    y[:2] = [1, 2]
    return np.sum(y**3 * x)


def picked(x):
    y = x * np.ones(4)
    y[[0, 1]] = [x, 3]
    return np.sum(y**3)


def filled(x):
    y = np.empty((2, 2))
    y[0, 0], y[0, 1], y[1, 0], y[1, 1] = x, 1, x * x, 2
    return np.sum((y @ y) ** 2)


def turn_by_turn(x):
    s = 0.0
    for i in range(4):
        s = s + np.sum(np.array([i, x]) ** 3)
    return s


def complex_numbers(x):
    y = x * (1 + 1j) * np.ones(4)
    y[2] = 1
    return np.sum(np.abs(y) ** 3)


def nested(x):
    b = np.array([[x, 1], [V[1], x * x]])
    return np.sum(b @ b)


FUNCTIONS: list[Callable[..., Any]] = [
    one, part, picked, filled, turn_by_turn, complex_numbers, nested,
    lambda x: np.sum(np.array([x, 2]) ** 3),
    lambda x: np.sum(np.array([x, True]) ** 3),
    lambda x: np.sum(np.stack([x * V, WHOLE]) ** 3),
    lambda x: np.sum(np.concatenate([x * V, WHOLE]) ** 3),
    lambda x: np.sum(np.array([x * V, [1, 2, 3, 4]]) ** 3),
    lambda x: np.linalg.inv(np.array([[x, 1], [1, 2]]))[0, 0],
    lambda x: np.sum(np.arctan2(np.array([True, False]), x * V[:2])),
    lambda x: np.sum(np.sqrt(np.array([x, 0]))),
    lambda x: np.copysign(True, x) * np.copysign(x, True),
    lambda x: np.interp(x, [0.0, 1.0, 2.0], np.array([True, False, True])) * x,
]  # fmt: skip


@pytest.mark.filterwarnings("ignore:divide by zero")  # the square root of the stored 0
@pytest.mark.parametrize("f", FUNCTIONS)
def test_gradient_tangent_and_second_derivatives_are_those_of_differences(f: Callable[..., Any]) -> None:
    x, h = 1.5, 1e-4
    first = (8 * (f(x + h) - f(x - h)) - (f(x + 2 * h) - f(x - 2 * h))) / (12 * h)
    gradient = symdiff.grad(f)
    second = (gradient(x + h) - gradient(x - h)) / (2 * h)
    assert gradient(x) == pytest.approx(first, rel=1e-8, abs=1e-9)
    assert symdiff.jvp(f, (x,), (0.3,))[1] == pytest.approx(0.3 * first, rel=1e-8, abs=1e-9)
    assert symdiff.hessian(f)(x) == pytest.approx(second, rel=1e-6, abs=1e-7)
    assert symdiff.grad(gradient)(x) == pytest.approx(second, rel=1e-6, abs=1e-7)


def test_by_hand() -> None:
    np.testing.assert_array_equal(symdiff.jacfwd(lambda x: np.array([x, 1]))(3.0), [1.0, 0.0])
    # the inverse's corner is 2 / (2x - 1); its second derivative 16 / (2x - 1)³
    corner = lambda x: np.linalg.inv(np.array([[x, 1], [1, 2]]))[0, 0]
    assert symdiff.hessian(corner)(3.0) == pytest.approx(16 / 5**3)
    narrow = symdiff.jacfwd(lambda x: np.stack([x, np.array([True, False])]))(np.ones(2, np.float32))
    assert narrow.dtype == np.float32
