"""A way out of a loop within a branch takes what is bound there, though what stands behind the branch binds it anew."""

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

import symdiff


def number(x, y):
    s = 1
    for _ in range(2):
        if y > 0:
            s = x
            if x > 0:
                break
        s = 3
    return x * s


def element(x, y):
    s = 0.0
    for t in np.array([1.0, 3.0]) * y:
        if t > 0:
            s = t
            if t > x:
                break
        s = 3.0
    return x * s


def none(x, y):
    best = None
    for _ in range(2):
        if y > 0:
            best = x * 5
            if x > 0:
                break
        best = None
    return x if best is None else best * y


def going_on(x, y):
    values = [y, y]
    for _ in range(2):
        if y > 0:
            values = [x * 5]
            if x > 0:
                continue
        values = [y, x, x]
    return sum(values) + len(values) * 10


def in_a_while_loop(x, y):
    s, k = y, 0
    while k < 3:
        k += 1
        if k > 1:
            s = x * y
            if y > 0:
                break
        s = x
    return s * s


def of_the_outer_loop(x, y):
    s = y
    for i in range(3):
        for j in range(2):
            if x * j > 5:
                break
        else:
            s = x * (i + 1)
            if y > 0:
                break
        s = y
    return s * x


def out_of_the_function(x, y):
    s = y

    def total():
        return s * s

    for _ in range(2):
        if y > 0:
            s = x * y
            if x > 0:
                return total()
        s = x
    return total()


def by_a_case(x, y):
    s = y
    for k in range(3):
        match k:
            case 1:
                s = x * 2
                if y > 0:
                    break
            case _:
                s = y
        s = 7.0
    return s * x


@pytest.mark.parametrize(
    "f", [number, element, none, going_on, in_a_while_loop, of_the_outer_loop, out_of_the_function, by_a_case]
)
@pytest.mark.parametrize("at", [(2.0, 3.0), (2.0, -3.0)])
def test_the_value_of_the_way_out(f: Callable[..., Any], at: tuple[float, float]) -> None:
    x, y = at
    value, gradient = symdiff.value_and_grad(f, (0, 1))(x, y)
    assert value == f(x, y)
    h = 1e-6
    differences = ((f(x + h, y) - f(x - h, y)) / (2 * h), (f(x, y + h) - f(x, y - h)) / (2 * h))
    np.testing.assert_allclose(gradient, differences, rtol=1e-8, atol=1e-8)
