"""NaN in lists and tuples: they ask first whether two elements are one object, and sorting leaves NaN somewhere."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
import pytest

import symdiff


@dataclass
class Held:
    value: float


def removed(x: Any, y: Any) -> Any:
    numbers = [1.0, y, x, 2.0]
    numbers.remove(x)
    return sum(numbers)


def weighed(numbers: Any) -> Any:
    return sum((k + 1) * (t if t == t else 0.125) for k, t in enumerate(numbers))


def in_place(v: Any) -> Any:
    numbers = [t * 2.0 for t in v]
    numbers.sort()
    return weighed(numbers)


ITSELF: list[Callable[[Any, Any], Any]] = [
    lambda x, y: 1.0 * (x in [1.0, y, x]),
    lambda x, y: 1.0 * (x * 1.0 in [1.0, y, x]),
    lambda x, y: 1.0 * [x, y, x, 1.0].count(x),
    lambda x, y: 1.0 * [1.0, y, x].index(x),
    lambda x, y: 1.0 * ([1.0, y, x] == [1.0, y, x]),
    lambda x, y: 1.0 * ((1.0, (y, x)) != (1.0, (y, x))),
    lambda x, y: 1.0 * ({"a": x, "b": y} == {"b": y, "a": x}),
    lambda x, y: 1.0 * ({"a": x} == {"b": x}),
    lambda x, y: 1.0 * ((x, 1) < (x, 2)) + 2.0 * ((x, 2) >= (x, 1)),
    lambda x, y: 1.0 * (Held(x) == Held(x)),
    lambda x, y: max([(x, 1.0), (x, y)])[1],
    removed,
]
SORTED: list[Callable[[Any], Any]] = [
    in_place,
    lambda v: weighed(sorted(v, reverse=True)),
    lambda v: weighed(sorted([t + 1.0 for t in v], key=lambda t: -t * t)),
    lambda v: weighed([t for t, _ in sorted([(t * 1.0, -t) for t in v])]),
    lambda v: weighed([t for _, (t, _) in sorted([(k // 2, (t, [2.0, t])) for k, t in enumerate(v)], reverse=True)]),
    lambda v: weighed(sorted([v[0], v[1], v[2], v[3] * 2.0])),
    lambda v: weighed([max(v), min(v), min([t * 2.0 for t in v])]),
]


@pytest.mark.parametrize("level", [0, 2])
@pytest.mark.parametrize("x", [math.nan, 2.0])
@pytest.mark.parametrize("f", ITSELF)
def test_what_is_itself_is_equal(f: Callable[..., Any], x: float, level: int) -> None:
    assert symdiff.value_and_grad(f, level=level)(x, 2.0)[0] == f(x, 2.0)


@pytest.mark.parametrize("level", [0, 2])
@pytest.mark.parametrize("f", SORTED)
def test_nan_is_where_python_sorts_it(f: Callable[..., Any], level: int) -> None:
    compiled = symdiff.value_and_grad(f, level=level)
    rng = np.random.default_rng(3)
    for _ in range(5):
        v = rng.uniform(-1.0, 1.0, 7)
        v[rng.integers(0, 7, 2)] = math.nan
        value, gradient = compiled(v)
        assert value == f(v)
        step = np.where(np.isnan(v), 0.0, 1e-6 * rng.standard_normal(7))
        assert np.nansum(gradient * step * 2) == pytest.approx(f(v + step) - f(v - step), abs=1e-11)
