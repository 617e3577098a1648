"""What NumPy refuses is refused, at the line or when it runs: nothing is computed from it."""

from __future__ import annotations

import linecache
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

import symdiff

X, M = np.array([1.5, 0.5, 1.1, 0.8]), np.arange(1.0, 13.0).reshape(3, 4)
MASK = "np.array([1, 0, 1, 0])"
RAISING = f"""
np.select([], [])
np.select([{MASK}], [x])
np.add(x, 1.0, where={MASK}, out=np.zeros(4))
np.add(x, 1.0, where=x, out=np.zeros(4))
np.sum(x, where={MASK})
np.max(x, where={MASK}, initial=0.0)
np.any(x, where={MASK}) * x
np.copyto(x, 1.0, where={MASK})
np.copyto(x, np.ones(3))
np.full((2, 3), x)
np.full((4,), m)
np.broadcast_to(m, (4,))
np.choose([0.0, 1.0, 0, 1], [x, x * 2])
np.multiply.at(x, [0, 1], np.ones(3))
np.multiply.at(x, [9], 2.0)
np.add.at(x, [0, 1], np.ones(3))
np.fill_diagonal(x, 1.0)
np.put(x, [0, -9], 1.0)
np.geomspace(0, x[0], 3)
np.average(x, weights=np.zeros(4))
np.gradient(x, axis=1)
np.gradient(x, np.ones(3))
np.gradient(x[:1])
np.gradient(x[:2], edge_order=2)
np.gradient(x, edge_order=3)
np.interp(0.5, np.arange(4.0), x, period=0)
np.convolve(x, x, 'foo')
np.correlate(x, x, 'foo')
np.vsplit(x, 2)
np.delete(x, 1, axis=1)
np.pad(x, 1.5)
np.pad(x[:0], 1, 'edge')
np.rot90(m, axes=(0, 0))
np.rot90(m, axes=(0, 2))
np.ldexp(x, 2.0)
np.unwrap(x, axis=1)
np.unravel_index(9, (2, 3))[0] * x
np.unravel_index(np.array([1, -1]), (2, 3))[0] * x[0]
np.ravel_multi_index((5, 0), (2, 3)) * x
np.apply_along_axis(np.sum, 1, x)
np.vander(m)
np.polyfit(x, x, -1)
np.linalg.norm(m, 5)
np.linalg.norm(m, 'foo')
np.linalg.matrix_power(m[:3, :3], 2.0)
np.sort(x, kind='foo')
np.linalg.outer(m, x)
x.fill(x[:1])
np.flip(x, axis=1)
np.expand_dims(x, 3)
np.repeat(x, -1)
np.diag(x, 1.0)
x.transpose(1)
np.zeros(-1) + x.sum()
np.take(x, [0, 9])
x[np.array([0.0, 1.0])]
x[np.array([True, False])]
np.std(x, ddof='a')
np.einsum('ij->ii', m)
np.tensordot(m, m, axes=([0, 1], [0]))
"""


def function_of(expression: str) -> Callable[..., Any]:
    text = f"def f(x, m):\n    x, m = x * 1, m * 1\n    return {expression}\n"
    file = f"<misuse {expression}>"
    linecache.cache[file] = (len(text), None, text.splitlines(True), file)
    space: dict[str, Any] = {"np": np}
    exec(compile(text, file, "exec"), space)
    found: Callable[..., Any] = space["f"]
    return found


def of_one(x: Any, m: Any) -> Any:
    y = x * 1
    y[0] = m[:1, 0]
    return y


def of_a_list(x: Any, m: Any) -> Any:
    y = x * 1
    y[:2] = [[1.0, m[0, 0]]]
    return y


@pytest.mark.parametrize("f", [of_one, of_a_list])
def test_a_store_of_more_axes_than_numpy_leaves_out(f: Callable[..., Any]) -> None:
    with pytest.raises(ValueError, match="setting an array element"):
        f(X, M)
    with pytest.raises(symdiff.CompileError, match="SD403"):
        symdiff.vjp(f, X, M)


@pytest.mark.parametrize("expression", RAISING.strip().splitlines())
def test_it_raises_as_numpy_does(expression: str) -> None:
    f = function_of(expression)
    with pytest.raises(Exception) as plain:
        f(X, M)
    with pytest.raises((symdiff.CompileError, type(plain.value))):
        symdiff.vjp(f, X, M)


def test_linspace_between_arrays_is_numpys_and_refused_with_what_to_write() -> None:
    def between(x):
        return np.sum(np.linspace(x, 2 * x, 3))

    with pytest.raises(symdiff.CompileError, match=r"SD402.*start \+ \(stop - start\) \* np\.linspace\(0\.0, 1\.0"):
        symdiff.grad(between)(X)
    written = symdiff.grad(lambda x: np.sum(x + (2 * x - x) * np.linspace(0.0, 1.0, 3)[:, None]))(X)
    np.testing.assert_allclose(written, np.full(4, 4.5), rtol=1e-12)
