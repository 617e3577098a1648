"""Second derivatives of loops that overflow where a condition hides it: those of what was taken."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

import symdiff


def squares(x, c):
    """At 1.3 the turns 1.3 and 2.99 are taken: c · (2x + x²)."""
    z, out = np.zeros_like(x), np.zeros_like(x)
    for _ in range(30):
        z = z * z + x
        out = np.where(np.abs(z) < 10, out + z * c, out)
    return np.sum(out)


def squares_of_a_number(x, c):
    z, out = 0.0, 0.0
    for _ in range(14):
        z = z * z + x
        if z < 10:
            out = out + z * c
    return out


def exponentials(x):
    """At 1.3 the turns 1.3 and 4.8 are taken: x + x·eˣ."""
    z, out = np.zeros_like(x), np.zeros_like(x)
    for _ in range(14):
        z = np.exp(z) * x
        out = np.where(z < 10, out + z, out)
    return np.sum(out)


def scaled_twice(x, c):
    """c² · (2x + x²), the hidden product of three."""
    z, out = np.zeros_like(x), np.zeros_like(x)
    for _ in range(30):
        z = z * z + x
        out = np.where(np.abs(z) < 10, out + c * (z * c), out)
    return np.sum(out)


GRADIENT, BOTH = symdiff.grad(squares), symdiff.grad(scaled_twice, argnums=(0, 1))


def first(x, c):
    return np.sum(GRADIENT(x, c))


def first_of_a_number(x, c):
    return symdiff.grad(squares_of_a_number)(x, c)


def slope(x):
    return symdiff.jvp(exponentials, (x,), (x,))[1]


def slope_of_squares(x, c):
    return symdiff.jvp(squares, (x, c), (x, c))[1]


def both(x, c):
    d_x, d_c = BOTH(x, c)
    return np.sum(d_x * d_x) + d_c


X, C, E = 1.3, 0.7, np.exp(1.3)
CASES: list[tuple[Callable[..., Any], tuple[Any, ...], tuple[float, ...]]] = [
    (first, (np.array([X]), C), (2 * C, 2 + 2 * X)),
    (first_of_a_number, (X, C), (2 * C, 2 + 2 * X)),
    (slope, (np.array([X]),), (1 + E * (1 + 3 * X + X * X),)),
    # along (x, c): x·c·(2 + 2x) + c·(2x + x²) = c·(4x + 3x²)
    (slope_of_squares, (np.array([X]), C), (C * (4 + 6 * X), 4 * X + 3 * X * X)),
    # (c²·(2 + 2x))² + 2c·(2x + x²)
    (both, (np.array([X]), C), (8 * C**4 * (1 + X) + 4 * C * (1 + X), 16 * C**3 * (1 + X) ** 2 + 4 * X + 2 * X * X)),
]


@pytest.mark.parametrize("level", [0, 1, 2])
@pytest.mark.parametrize("case", CASES, ids=lambda case: case[0].__name__)
def test_what_is_hidden_from_a_first_derivative_is_hidden_from_the_second(case: Any, level: int) -> None:
    function, args, expected = case
    wrt = tuple(range(len(args)))
    with np.errstate(all="ignore"):
        found = symdiff.grad(function, argnums=wrt, level=level)(*args)
        again = symdiff.vjp(function, *args)[1](1.0)
        along = [symdiff.jvp(function, args, tuple(a * 0 + (k == j) for j, a in enumerate(args)))[1] for k in wrt]
    for k in wrt:
        np.testing.assert_allclose(np.sum(found[k]), expected[k], rtol=1e-11)
        np.testing.assert_allclose(np.sum(again[k]), expected[k], rtol=1e-11)
        np.testing.assert_allclose(along[k], expected[k], rtol=1e-11)


def test_code_of_a_first_derivative_has_no_more_guards() -> None:
    def relu(h, w, u, x):
        for k in range(3):
            h = h * w + np.where(x[k] > 0, x[k], 0.0) * u
        return np.sum(h)

    assert "_masked_mul" not in symdiff.generate(relu, types="h=f8[n], w=float, u=float, x=f8[3,n]")
