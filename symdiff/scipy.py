"""A function as `scipy.optimize.minimize(fun, x0, jac=True)` wants it: of one flat vector.

SciPy itself is not imported here.
"""

from __future__ import annotations

import itertools
import math
from collections.abc import Callable
from typing import Any

import numpy as np

from symdiff.api.parameters import name_of
from symdiff.api.transforms import ValueAndGrad
from symdiff.errors import CheckError
from symdiff.frontend.derivative import FIRST
from symdiff.trees import Tree, flatten, path_text, paths, unflatten

Vector = np.ndarray[Any, np.dtype[np.float64]]


class Objective:
    """A function of one flat float64 vector: `fun_and_jac`, the start `x0`, and `unravel` for the way back."""

    def __init__(self, f: Callable[..., Any], example: Any, wrt: str | None = None, level: int = 2) -> None:
        self._call = ValueAndGrad(f, 0 if wrt is None else FIRST, wrt=wrt, level=level)
        self._position = [p.name for p in self._call.parameters].index(self._call.chosen.names[0])
        self._leaves, self._tree = _floats(example, name_of(f))
        self._shapes = [np.shape(leaf) for leaf in self._leaves]
        ends = itertools.accumulate(map(math.prod, self._shapes))
        self._spans = [slice(end - math.prod(shape), end) for end, shape in zip(ends, self._shapes, strict=True)]
        self.x0: Vector = self.ravel(example)

    def ravel(self, value: Any) -> Vector:
        """The numbers of a value with the structure of the example, as a new float64 vector of shape (n,)."""
        return np.concatenate([np.ravel(leaf).astype(np.float64) for leaf in flatten(value)[0]])

    def unravel(self, x: Vector) -> Any:
        """The value like the example, in structure, shapes, dtypes and kinds, whose numbers are `x`, of shape (n,)."""
        x = np.asarray(x, np.float64)
        if x.shape != (self._spans[-1].stop,):
            raise CheckError.of("SD719", what="the vector", name="x", found=x.shape, expected=(self._spans[-1].stop,))
        parts = zip(self._leaves, self._spans, self._shapes, strict=True)
        return unflatten(self._tree, [_like(leaf, x[span].reshape(shape)) for leaf, span, shape in parts])

    def fun_and_jac(self, x: Vector, *args: Any) -> tuple[float, Vector]:
        """Value and gradient at the flat vector `x` of shape (n,); `args` are the other arguments, in order."""
        arguments = [*args[: self._position], self.unravel(x), *args[self._position :]]
        value, gradient = self._call(*arguments)
        return float(value), self.ravel(gradient)


def objective(f: Callable[..., Any], example: Any, wrt: str | None = None, *, level: int = 2) -> Objective:
    """`f` as a function of the numbers in one argument, its first or the one that `wrt` names.

    `example` is a value of that argument: its structure, shapes and dtypes are kept, and it is the start `x0`.

    >>> made = objective(lambda p, k: k * (p["a"] - 1) ** 2 + p["b"] ** 2, {"a": 3.0, "b": 1.0})
    >>> made.x0, made.fun_and_jac(made.x0, 2.0)
    (array([3., 1.]), (9.0, array([8., 2.])))
    >>> made.unravel(np.array([5.0, 6.0]))
    {'a': 5.0, 'b': 6.0}

    Raises CheckError for an example that holds anything but real floats.
    """
    return Objective(f, example, wrt, level)


def _floats(example: Any, function: str) -> tuple[list[Any], Tree]:
    leaves, tree = flatten(example)
    for leaf, path in zip(leaves, paths(tree), strict=True):
        if not isinstance(leaf, float | np.ndarray | np.floating) or np.asarray(leaf).dtype.kind != "f":
            name = f"the example{path_text(path)}"
            raise CheckError.of("SD705", name=name, function=function, type=type(leaf).__name__)
    if not leaves:
        raise CheckError.of("SD705", name="the example", function=function, type="empty")
    return leaves, tree


def _like(leaf: Any, part: Any) -> Any:
    if isinstance(leaf, np.ndarray):
        return part.astype(leaf.dtype)
    return leaf.dtype.type(part) if isinstance(leaf, np.generic) else float(part)
