"""What a program hides contributes exactly nothing to its derivatives, whatever is infinite or NaN there.

Functions of `hidden.HIDDEN`, others in each run, in each of its ways, in both modes and orders, at every level.  One
program has several functions in one way, each on a vector of its own: the gradient by a vector tells of one function.
The reference is the same program with ordinary numbers in the places of those that are hidden.
"""

from __future__ import annotations

import random
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
import pytest

from symdiff.api.transforms import Grad, Tangent
from symdiff.ir.core import REGISTRY, Family
from tests.ad.hidden import EXCLUDED, HIDDEN, MASK, WAYS

Vectors = list[np.ndarray]
DRAWN = 6  # functions, in each way at each level
WEIGHTS = np.array([0.9, 1.1, 0.7, 1.2])


def test_every_unbounded_function_is_among_them() -> None:
    unbounded = {p.name for p in REGISTRY.values() if p.unbounded and p.family is Family.ELEMENTWISE}
    assert unbounded - {"gamma"} <= HIDDEN.keys()  # that is of floats only, and raises


def program(way: str, names: Sequence[str]) -> Callable[[Vectors], Any]:
    functions, hide = [HIDDEN[name].function for name in names], WAYS[way]

    def total(xs: Vectors) -> Any:
        s = 0.0
        for f, x in zip(functions, xs, strict=True):
            s = s + hide(f, x, MASK)
        return s

    return total


def points(names: Sequence[str], hidden: bool) -> Vectors:
    return [np.array([*(HIDDEN[n].hidden if hidden else HIDDEN[n].shown), *HIDDEN[n].shown]) for n in names]


def derivatives(f: Callable[[Vectors], Any], level: int) -> dict[str, Callable[[Vectors], Vectors]]:
    """The gradient, the gradient of a sum of it, and a Hessian product, by the vectors.

    At -O1 gradients are those of -O0, bit for bit: there one mode tells of all.
    """
    gradient = Grad(f, level=level)
    if level == 1:
        return {"grad": gradient}

    def slope(xs: Vectors) -> Any:
        s = 0.0
        for d in gradient(xs):
            s = s + np.sum(d * WEIGHTS)
        return s

    product = Tangent(f, wrt=("xs",), kind="hvp", level=level)
    again = Grad(slope, level=level)
    return {"grad": gradient, "grad of grad": again, "hvp": lambda xs: product(xs, [WEIGHTS] * len(xs))}


def nothing(found: np.ndarray, expected: np.ndarray) -> bool:
    """Whether the derivatives at the hidden places are zeros, and those that are shown as they would be alone."""
    return not np.any(found[~MASK]) and np.allclose(found[MASK], expected[MASK], rtol=1e-9, atol=1e-12)


@pytest.mark.filterwarnings("ignore::RuntimeWarning")
@pytest.mark.parametrize("level", [0, 1, 2])
@pytest.mark.parametrize("way", WAYS)
def test_what_is_hidden_contributes_nothing(way: str, level: int, seed: int) -> None:
    names = random.Random(f"{seed} {way} {level}").sample(list(HIDDEN), DRAWN)
    f, x, ordinary = program(way, names), points(names, hidden=True), points(names, hidden=False)
    np.testing.assert_allclose(f(x), f(ordinary), rtol=1e-12)
    for mode, derivative in derivatives(f, level).items():
        pairs = zip(names, derivative(x), derivative(ordinary), strict=True)
        wrong = {name for name, found, expected in pairs if not nothing(found, expected)}
        assert wrong <= {name for name, (modes, _) in EXCLUDED.items() if mode in modes}, mode
    along = Tangent(f, wrt=("xs",), level=level)
    found, expected = (along(points(names, hidden), [WEIGHTS] * len(names))[1] for hidden in (True, False))
    np.testing.assert_allclose(found, expected)


@pytest.mark.filterwarnings("ignore::RuntimeWarning")
@pytest.mark.parametrize("name", EXCLUDED)
def test_what_is_excluded_is_no_number(name: str) -> None:
    """The table of exceptions is true: where one is mended, it goes."""
    f, (x,) = program("where", [name]), points([name], hidden=True)
    for mode, derivative in derivatives(f, 2).items():
        assert np.isnan(derivative([x])[0][~MASK]).any() == (mode in EXCLUDED[name][0]), mode
