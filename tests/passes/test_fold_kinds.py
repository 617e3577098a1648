"""What folding leaves is of the class, dtype and sign that plain Python and NumPy give, at every level.

One function holds every expression that a row of `identities`, or a conversion of `fold`, looks at; it is run on each
sort of number there is, and on the pairs that two branches can bind one name to.
"""

from __future__ import annotations

import itertools
import warnings
from typing import Any

import numpy as np
import pytest

import symdiff

INFINITE = (np.inf, np.nan, -np.inf)


def minus(x):
    return -x


def real(x, y):
    return (
        (x * 1, 1 * x, x * 1.0, 1.0 * x, x / 1, x / 1.0, x * True, x**1, x**1.0),
        (x + 0, 0 + x, x + 0.0, x + -0.0, -0.0 + x, x - 0, x - 0.0, x - -0.0, x + False, x - False),
        (x + x, x * 2, (x + x) * 1.0, (x * 1.0) + (x * 1.0), -1 * x, x * -1, -1.0 * x, x * -1.0, x / -1),
        (y + -x, -x + y, y - -x, -x - -y, -x * -y, -x / -y, -x * y, y * -x),
        (-x * 2, 2 * -x, -x * 2.0, 2.0 * -x, -x / 2.0, 2.0 / -y, -(x * 2), -(x * 2.0), -(2.0 * x), -(x / 2.0)),
        (minus(-x), minus(minus(-x)), +x, minus(-x) * 1.0, (x * 1) * 1.0, (x * 1.0) * 1, x - 0 - 0.0, (x**1) * 1.0),
        (x * 0, 0 * x, x * 0.0, 0 - x, x // 1, x % 1, abs(x), 1 - x, x - x, x > 1, x == x),
    )


def complex_(x, y):
    return (
        (x * 1, 1 * x, x * 1.0, 1.0 * x, x / 1, x / 1.0, x * (1 + 0j), x + 0, x + 0.0, x + -0.0, x - 0, x - 0.0),
        (
            x + x,
            -1 * x,
            x * -1.0,
            y + -x,
            -x + y,
            y - -x,
            -x * -y,
            -x / -(y + 3),
            -x * 2,
            2.0 * -x,
            -(x * 2.0),
            minus(-x),
            +x,
        ),
    )


def truths(x, y):
    return (
        x * 1,
        1 * x,
        x * 1.0,
        x + 0,
        x - 0,
        x + x,
        x * y,
        x + y,
        x * True,
        x**1,
        x / 1,
        -x,
        minus(-x),
        -1 * x,
        -x * -y,
    )


def flags(x, y):
    return x * 1, x * 1.0, x + 0, x + 0.0, x - 0, x + x, x * y, x + y, x * True, x / 1, -1 * x, 2 * x


def converted(x, y):
    return (
        (float(x), float(1.0 * x), float(x * 1), np.float64(x), np.float32(x), float(np.float32(x)), int(x), bool(x)),
        (np.float64(np.float32(x)), np.float32(np.float64(x)), float(np.float64(x)), int(float(x)), complex(x)),
    )


def chosen(x, y, c):
    """Each name is bound to what was converted, or to the number as it was."""
    a, b, d, e = x, x, x, y
    if c:
        a, b, d, e = np.float64(x), np.float64(np.float32(x)), float(np.float64(x)), float(e)
    return a, b, d, e, a * 1.0, b * 1.0, d * 1.0, e * 1.0


def described(result: Any) -> Any:
    """Class, dtype and bits: -0.0 is not 0.0."""
    if isinstance(result, tuple):
        return tuple(map(described, result))
    parts = np.array([result.real, result.imag]) if isinstance(result, (complex, np.complexfloating)) else result
    return type(result).__name__, str(np.asarray(result).dtype), np.asarray(parts).tolist().__repr__()


def same_at_every_level(function: Any, args: tuple[Any, ...]) -> None:
    def loss(t, args):
        return t * t, function(*args)

    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        expected = described(function(*args))
        for level in range(3):
            found = symdiff.value_and_grad(loss, has_aux=True, level=level)(0.5, args)[0][1]
            assert described(found) == expected


def either(x, y, u, v, c):
    """Two numbers that are one of two, as it is decided when the function runs."""
    if c > 0.0:
        a, b = x, y
    else:
        a, b = u, v
    return real(a, b)


NUMBERS = {
    "int": (3, -2),
    "zero": (0, 7),
    "float": (-0.0, 2.5),
    "infinite": (np.inf, -1.5),
    "np.float64": (np.float64(-0.0), np.float64(0.1)),
    "np.float32": (np.float32(0.1), np.float32(-0.0)),
    "np.int64": (np.int64(3), np.int64(-4)),
    "float64s": (np.array([0.0, -0.0, 1.5, *INFINITE]), np.array([-0.0, 2.0, 0.1, 1.0, -0.0, 0.0])),
    "float32s": (np.array([0.0, -0.0, 0.1], np.float32), np.array([-0.0, 0.1, 3.0], np.float32)),
    "int64s": (np.array([0, 3, -4]), np.array([5, 0, 7])),
    "int8s": (np.array([0, 3, -4], np.int8), np.array([5, 1, 7], np.int8)),
    "0-d": (np.array(-0.0), np.array(2.5)),
    "empty": (np.zeros(0), np.zeros(0)),
}


@pytest.mark.parametrize("name", NUMBERS)
def test_of_one_sort(name: str) -> None:
    same_at_every_level(real, NUMBERS[name])


COMPLEX = (complex(0.0, -0.0), complex(-0.0, -0.0), complex(np.inf, 1.0), complex(-0.0, 0.5), complex(-2.0, 0.0))


@pytest.mark.parametrize("of", [complex, np.complex128, np.complex64, np.array], ids=str)
@pytest.mark.parametrize("pair", list(itertools.pairwise(COMPLEX)), ids=str)
def test_complex_ones(of: Any, pair: Any) -> None:
    """A product with 1 is one with 1 + 0j: inf becomes nan, and a zero may change its sign, hence `sqrt` its branch."""
    same_at_every_level(complex_, tuple(map(of, pair)))
    same_at_every_level(complex_, (of(pair[0]), 2.5))
    same_at_every_level(complex_, (of(pair[0]), -0.0))
    same_at_every_level(complex_, (-0.0, of(pair[1])))


@pytest.mark.parametrize("pair", [(True, False), (False, True)])
def test_truth_values(pair: Any) -> None:
    same_at_every_level(truths, pair)
    same_at_every_level(flags, tuple(map(np.array, pair)))
    same_at_every_level(flags, tuple(np.array([v, True]) for v in pair))


@pytest.mark.parametrize("c", [1.0, -1.0])
@pytest.mark.parametrize(
    "sides",
    [
        (1, 2, -0.0, 2.5),
        (0, 3, -0.0, 1.5),
        (False, True, 2, 3),
        (False, True, 2.5, 0.5),
        (0, 1, np.float64(-0.0), np.float64(2.0)),
        (-0.0, 1.5, np.float64(-0.0), np.float64(0.1)),
        (0, 2, np.int64(3), np.int64(5)),
        (False, True, np.float64(2.0), np.float64(3.0)),
    ],
    ids=str,
)
def test_of_either(sides: Any, c: float) -> None:
    """`b = 1 if c else 2.5` gives an int or a float: `b * 1.0` is a float in both cases, and `-1.0 * 0` is -0.0."""
    same_at_every_level(either, (*sides, c))


@pytest.mark.parametrize("x", [0, 3, True, 0.1, -0.0, 2.5], ids=repr)
@pytest.mark.parametrize("c", [True, False])
def test_conversions(x: Any, c: bool) -> None:
    same_at_every_level(converted, (x, x))
    same_at_every_level(chosen, (x, x, c))
    same_at_every_level(chosen, (x, 3, c))
