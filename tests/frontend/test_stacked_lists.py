"""A list that grew in a loop as one array: every argument counts, and an empty list is never an array of zero rows."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

import symdiff
from symdiff.errors import CompileError
from tests.frontend.running import check, compiled, run

M = np.arange(12.0).reshape(3, 4)
X = np.linspace(0.5, 2.0, 4)


def stacked_in_columns(x, m):
    rows = [r * x for r in m]
    return np.stack(rows, axis=1)[0] ** 2


def stacked_last(x, m):
    rows = []
    for r in m:
        rows.append(np.outer(r, x))
    return np.stack(rows, axis=-1), np.stack(rows, axis=1), np.stack(rows)


def of_numbers(x, m):
    return np.stack([t * 2.0 for t in x], axis=-1)


def with_dtype(x, m):
    rows = [r * x for r in m]
    return np.array(rows, dtype=np.float32), np.asarray(rows, dtype=np.float32)


@pytest.mark.parametrize("function", [stacked_in_columns, stacked_last, of_numbers, with_dtype])
def test_as_python(function: Callable[..., Any]) -> None:
    check(function, (X, M), (X, M[:2]))


def test_the_gradient_of_columns() -> None:
    """d/dx of (M[:, 0] x[0])², summed, by hand."""
    grad = symdiff.grad(lambda x, m: np.sum(stacked_in_columns(x, m)))(X, M)
    np.testing.assert_allclose(grad, [2 * np.sum(M[:, 0] ** 2) * X[0], 0.0, 0.0, 0.0])


def axis_too_far(x, m):
    return np.stack([r * x for r in m], axis=2) + np.stack([t * 2.0 for t in x], axis=1)


def test_an_axis_that_is_not_there_is_refused() -> None:
    with pytest.raises(CompileError) as caught:
        compiled(axis_too_far, X, M)
    assert [p.code for p in caught.value.problems] == ["SD403", "SD403"]
    assert "axis 2 is out of bounds for array of dimension 2" in str(caught.value)
    assert "axis 1 is out of bounds for array of dimension 1" in str(caught.value)


def positive_rows(v):
    rows = [v * t for t in v if t > 0]
    return np.sum(np.sum(np.array(rows), axis=0) + 1.0)


def positive_numbers(v):
    return np.stack([t * t for t in v if t > 0])


@pytest.mark.parametrize("function", [positive_rows, positive_numbers])
@pytest.mark.parametrize("v", [-X, np.zeros(0)], ids=["none is positive", "no elements"])
def test_an_empty_list_is_an_error_at_run_time(function: Callable[..., Any], v: Any) -> None:
    """NumPy makes an array of shape (0,) of it, or raises: not one of zero rows."""
    low = check(function, (X,))
    with pytest.raises(ValueError, match="need at least one array to stack: an empty list has no shape"):
        run(low, v)


def numbers(v):
    return np.array([t * t for t in v if t > 0])


def empty_rows(m):
    return np.array([r * 2.0 for r in m])


def test_size_0() -> None:
    check(numbers, (X,), (-X,), (np.zeros(0),))
    check(empty_rows, (M,), (np.zeros((3, 0)),))


def of_the_shape(x, v):
    rows = [np.array([t]) for t in v]
    return x * x * np.stack(rows).shape[1]


def of_nothing(x, v):
    np.concatenate([np.array([t]) for t in v])
    return x * x


@pytest.mark.parametrize("level", [0, 1, 2])
@pytest.mark.parametrize("f", [of_the_shape, of_nothing])
def test_stacks_of_nothing_raise_where_nobody_reads_them(f: Any, level: int) -> None:
    derivative = symdiff.value_and_grad(f, level=level)
    assert derivative(3.0, np.ones(2)) == (9.0, 6.0)
    for function in (f, derivative):
        with pytest.raises(ValueError, match="need at least one array"):
            function(3.0, np.zeros(0))
