"""The real and imaginary parts of arrays, written: what NumPy refuses is refused by name, and the bits stay NumPy's."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

import symdiff
from symdiff.errors import CompileError

X = np.array([1.0, 2.0, 3.0])


def shape(x):
    y = x * 2
    y.shape = (3, 1)
    return np.sum(y)


def number(x):
    z = x * 1j
    z[0].real = x[0]
    return np.sum(z.imag)


def zeros(x):
    y = x * 2
    y.imag[:] = 1.0
    return np.sum(y)


def complex_part(x):
    z = x * 1j
    z.real[:] = z
    return np.sum(z.real)


def stale(x):
    z = np.outer(x, x) * 1j
    r = z.real
    r.reshape(-1)[0] = 1.0
    return np.sum(np.abs(z))


WHY = """
  why: of arrays the elements are written, and their real and imaginary parts; of numbers nothing is
  rewrite: write the elements, `y[...] = v`, or make a new array, `y = y.reshape(n, m)`"""
REFUSED: list[tuple[Callable[..., Any], str]] = [
    (shape, "SD236 assignment to `y.shape` is not supported\n    y.shape = (3, 1)\n    ^^^^^^^" + WHY),
    (number, "SD236 assignment to `z[0].real` is not supported\n    z[0].real = x[0]\n    ^^^^^^^^^" + WHY),
    (zeros, "SD506 `y.imag[:]` is a read-only view (the imaginary part of real numbers)"),
    (complex_part, "SD318 `=` cannot store c16[n] in `z`, an array of f8"),
    (stale, "SD501 `z` may or may not share memory with an array without a name, which was written since"),
]


@pytest.mark.parametrize(("function", "message"), REFUSED, ids=lambda x: getattr(x, "__name__", ""))
def test_refused(function: Callable[..., Any], message: str) -> None:
    with pytest.raises(CompileError) as caught:
        symdiff.grad(function)(X)
    assert message in str(caught.value)


def kept(x):
    z = np.array([complex(-0.0, -0.0), complex(np.inf, np.nan), 1j])
    z.real[1:] = x[1:]
    z.imag[:2] += x[:2]
    z.real[0] = -x[0] * 0.0
    return z


def plain_real(x):
    y = x * 2
    y.real = x**2
    y.real[1] *= 3.0
    return np.sum(y * y)


def test_the_other_part_keeps_its_bits() -> None:
    found = symdiff.jvp(kept, (X,), (X,))[0]
    assert found.tobytes() == kept(X.copy()).tobytes()


def test_the_real_part_of_real_numbers_is_the_array() -> None:
    np.testing.assert_allclose(symdiff.grad(plain_real)(X), [4 * 1.0, 9 * 4 * 8.0, 4 * 27.0])
