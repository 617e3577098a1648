"""`out=`: what NumPy overwrites while it reads, and what is refused."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

import symdiff
from symdiff.errors import CompileError

X = np.array([1.0, 2.0, 3.0, 4.0])


def grown(x):
    y, parts = x * 1.0, []
    for k in range(len(x)):
        parts.append(y[k : k + 1])
    np.concatenate(parts, out=y)
    return np.sum(y)


def rows(x):
    y = np.outer(x, x)
    np.concatenate(y[:2], out=y[2:].reshape(8))
    return np.sum(y)


@pytest.mark.parametrize("function", [grown, rows])
def test_refused_where_what_is_joined_may_be_overwritten(function: Callable[..., Any]) -> None:
    expected = (
        r"SD402 argument `out` of np\.concatenate is not supported: what is joined may share its memory, and NumPy "
        "overwrites it part by part"
    )
    with pytest.raises(CompileError, match=expected):
        symdiff.grad(function)(X)


def too_few(x):
    y = x * 1.0
    np.concatenate([y[2:], y[:1]], out=y)
    return np.sum(y)


def too_narrow(x):
    y = np.outer(x, x)
    np.concatenate([y[2:, :1], y[:2, :1]], out=y)
    return np.sum(y)


def of_another_rank(x):
    y = np.outer(x, x)
    np.concatenate([y[0], y[1]], out=y)
    return np.sum(y)


@pytest.mark.parametrize("function", [too_few, too_narrow, of_another_rank])
def test_an_output_of_another_shape_is_an_error_as_in_numpy(function: Callable[..., Any]) -> None:
    for call in (function, symdiff.grad(function)):
        with pytest.raises(ValueError, match="Output array "):
            call(X)


def through_a_mask(x):
    y = x * 1.0
    y[x > 1.5] = y[:3]
    return np.sum(y)


def through_flat(x):
    y = x * 1.0
    y.flat[:] = y[::-1]
    return np.sum(y)


@pytest.mark.parametrize("function", [through_a_mask, through_flat])
def test_a_view_stored_into_its_array_one_by_one_is_refused(function: Callable[..., Any]) -> None:
    with pytest.raises(CompileError) as caught:
        symdiff.grad(function)(X)
    lines = str(caught.value).splitlines()
    assert lines[0].endswith("SD299 a store of a view of `y` into it, through a mask or `flat`, is not supported")
    assert lines[3:] == [
        "  why: NumPy stores one element after the other, and may read what it has overwritten",
        "  rewrite: copy it first: `….copy()`",
    ]


def test_its_copy_and_rows_of_it_are_stored() -> None:
    """By hand: y = (1, 1, 2, 3); the rows become (x0, x1), three times."""

    def copied(x):
        y = x * 1.0
        y[x > 1.5] = y[:3].copy()
        return np.sum(y)

    def row(x):
        y = np.stack([x[:2], x[2:], x[2:]])
        y[y[:, 0] > 0] = y[:1]
        return np.sum(y)

    assert symdiff.grad(copied)(X).tolist() == [2.0, 1.0, 1.0, 0.0]
    assert symdiff.grad(row)(X).tolist() == [3.0, 3.0, 0.0, 0.0]
