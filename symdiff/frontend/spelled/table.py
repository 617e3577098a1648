"""The table of NumPy functions that are written out in terms of others, as plain Python.

By hand: `np.ptp(m, axis=0)` is compiled as if its body, `np.max(m, axis=0) - np.min(m, axis=0)`, stood in its place.
What is known when compiling (ranks, axes, options) decides the `if`s of a body; positions and messages are those of
the call.  The functions run as they are, too: the tests compare each with NumPy's own, to the bit.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeVar

import numpy as np

Function = TypeVar("Function", bound=Callable[..., Any])

SPELLED: dict[str, Callable[..., Any]] = {}


def spelled(name: str = "") -> Callable[[Function], Function]:
    """Enter a function under NumPy's name for it, without `np.`: its own name where none is given."""

    def register(function: Function) -> Function:
        SPELLED[name or function.__name__] = function
        return function

    return register


def unsupported(argument: str, detail: str = "") -> Any:
    """What a body calls for an argument that is not compiled: an error at the user's line."""
    raise NotImplementedError(f"{argument}{detail}")


def misuse(message: str) -> Any:
    """What a body calls where NumPy raises, whatever the numbers are: an error at the user's line."""
    raise ValueError(message)


def one_axis(axis: Any, ndim: Any) -> Any:
    """The axis, counted from the first."""
    if isinstance(axis, int) and -ndim <= axis < ndim:
        return axis % ndim
    return misuse(f"axis {axis} is out of bounds for array of dimension {ndim}")


def of_dtype(x: Any, like: Any) -> Any:
    """What NumPy divides in double precision, or by counts, and then puts in the dtype of floats `like`."""
    if like.dtype.kind in "iub" or x.dtype == like.dtype:
        return x
    return like.dtype.type(x) if isinstance(x, np.generic) else x.astype(like.dtype)


def is_weak(x: Any) -> Any:
    """Whether a number leaves the dtype to what it meets: a Python number."""
    return isinstance(x, (int, float, complex)) and not isinstance(x, (bool, np.generic))


def common_dtype(parts: Any) -> Any:
    """The dtype of `np.result_type(*parts)`: arrays decide it, and Python numbers by their type alone."""
    found: Any = 0 if is_weak(parts[0]) else np.zeros(0, bool)
    for x in parts:
        weak = 0 if isinstance(x, int) else 0.0 if isinstance(x, float) else 0j
        found = found + (weak if is_weak(x) else np.zeros(0, np.asarray(x).dtype))
    return np.asarray(found).dtype


def root(variance: Any) -> Any:
    """A standard deviation; where it is 0 its derivative is 0, as that of `np.std`."""
    return np.where(variance == 0, 0, np.sqrt(np.where(variance == 0, 1, variance)))[()]


def at(axis: int, entry: Any) -> tuple[Any, ...]:
    """The index `[:, …, entry]` that puts `entry` on an axis."""
    return (slice(None),) * axis + (entry,)
