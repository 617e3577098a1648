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
