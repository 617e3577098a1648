"""Functions of `math` that are others of it, or NumPy's, on Python's numbers."""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from symdiff.frontend.spelled.table import spelled


@spelled("math.log")
def log(x: Any, base: Any) -> Any:
    """Of two arguments; of one it is a primitive."""
    return math.log(x) / math.log(base)


@spelled("math.floor")
def floor(x: Any) -> Any:
    return int(np.floor(x))


@spelled("math.ceil")
def ceil(x: Any) -> Any:
    return int(np.ceil(x))


@spelled("math.trunc")
def trunc(x: Any) -> Any:
    return int(x)


@spelled("math.fmod")
def fmod(x: Any, y: Any) -> Any:
    if y == 0 or math.isinf(x):
        raise ValueError("math domain error")
    return float(np.fmod(x, y))


@spelled("math.pow")
def power(x: Any, y: Any) -> Any:
    base, exponent = float(x), float(y)
    if (base < 0 and exponent != np.floor(exponent)) or (base == 0 and exponent < 0):
        raise ValueError("math domain error")
    return base**exponent


@spelled("math.isclose")
def isclose(a: Any, b: Any, *, rel_tol: Any = 1e-09, abs_tol: Any = 0.0) -> Any:
    if a == b:
        return True
    if math.isinf(a) or math.isinf(b):
        return False
    gap = abs(b - a)
    return bool(gap <= abs(rel_tol * b) or gap <= abs(rel_tol * a) or gap <= abs_tol)


@spelled("math.prod")
def prod(iterable: Any, *, start: Any = 1) -> Any:
    total = start
    for x in iterable:
        total = total * x
    return total


@spelled("math.modf")
def modf(x: Any) -> Any:
    """The fraction and the whole, both with the sign of x."""
    if math.isinf(x):
        return math.copysign(0.0, x), float(x)
    whole = float(np.trunc(x))
    return math.copysign(x - whole, x), whole
