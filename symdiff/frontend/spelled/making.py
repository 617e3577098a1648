"""Arrays made of two ends, or by a function of their indices, and one taken apart."""

from __future__ import annotations

import itertools
from typing import Any

import numpy as np

from symdiff.frontend.spelled.table import misuse, spelled, unsupported


@spelled()
def logspace(start: Any, stop: Any, num: Any = 50, endpoint: Any = True, base: Any = 10.0) -> Any:
    return np.power(base, np.linspace(start, stop, num, endpoint=endpoint))


@spelled()
def geomspace(start: Any, stop: Any, num: Any = 50, endpoint: Any = True) -> Any:
    """Both ends are what was given, to the bit."""
    if start == 0 or stop == 0:
        raise ValueError("Geometric sequence cannot include zero")
    if np.asarray(start).dtype == np.float32:
        start = np.float64(start)
    if np.asarray(stop).dtype == np.float32:
        stop = np.float64(stop)
    sign = np.sign(start)
    first, last = start / sign, stop / sign
    found = logspace(np.log10(first), np.log10(last), num, endpoint)
    if num > 0:
        found[0] = first
    if num > 1 and endpoint:
        found[-1] = last
    return found * sign


@spelled()
def fromfunction(function: Any, shape: Any, *, dtype: Any = float) -> Any:
    return function(*np.indices(shape, dtype=dtype))


@spelled()
def fromiter(iter: Any, dtype: Any, count: Any = -1) -> Any:
    values = list(iter) if count == -1 else list(itertools.islice(iter, count))
    if count != -1 and len(values) < count:
        raise ValueError(f"iterator too short: Expected {count} but iterator had only {len(values)} items.")
    found = np.array(values, dtype=dtype)
    if found.ndim != 1:
        misuse("setting an array element with a sequence.")
    return found


@spelled()
def resize(a: Any, new_shape: Any) -> Any:
    """The elements again and again; zeros where there are none."""
    values = np.ravel(np.asarray(a))
    if values.size == 0:
        return np.zeros(new_shape, values.dtype)
    count = np.prod(new_shape, dtype=int) if np.ndim(new_shape) else new_shape
    return np.reshape(values[np.arange(count) % values.size], new_shape)


@spelled()
def cumulative_sum(x: Any, /, *, axis: Any = None, include_initial: Any = False) -> Any:
    return np.cumsum(x, _only_axis(x, axis, include_initial))


@spelled()
def cumulative_prod(x: Any, /, *, axis: Any = None, include_initial: Any = False) -> Any:
    return np.cumprod(x, _only_axis(x, axis, include_initial))


def _only_axis(x: Any, axis: Any, include_initial: Any) -> Any:
    if include_initial:
        unsupported("include_initial", ": put it in front")
    if axis is None and np.ndim(x) != 1:
        raise ValueError("For arrays which have more than one dimension ``axis`` argument is required.")
    return 0 if axis is None else axis


@spelled()
def unstack(x: Any, /, *, axis: Any = 0) -> Any:
    return tuple([part for part in np.moveaxis(x, axis, 0)])


@spelled()
def matvec(x1: Any, x2: Any, /) -> Any:
    return (x1 @ x2[..., None])[..., 0]


@spelled()
def vecmat(x1: Any, x2: Any, /) -> Any:
    return (np.conj(x1)[..., None, :] @ x2)[..., 0, :]
