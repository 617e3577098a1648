"""The order in which Python evaluates, seen by exceptions and by what functions change."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from tests.frontend.cases import Cases
from tests.frontend.running import check

A = np.array
case = Cases()


def _fails(x):
    if x is not None:
        raise ValueError("no value")
    return None


@case((A([]), 0.5), (A([1.0, 2.0]), 0.5), (A([]), 0.0), (A([1.0, 2.0]), 0.0))
def read_before_the_value_is_computed(y, a):
    """An augmented assignment reads the element first: of nothing that is an IndexError, whatever the value raises."""
    y[0] += 1 / a
    y[:1][0] *= y.max()
    return y


@case((A([]),), (A([3.0, 1.0]),))
def read_before_a_call_that_raises(y):
    y[0] -= np.argmax(y) + _fails(y)
    return y


@case((A([1.0, 2.0]),), (A([1.0]),))
def an_index_that_the_value_changes(y):
    """The element is read at the old index, and written at the new one."""
    at = np.array([0, 0])

    def move():
        at[0] = -1
        return 1.0

    y[at] += move()
    return y


@case((1.0, A([1.0, -2.0, 3.0])), (-1.0, A([0.5])), (-1.0, A([])))
def elements_are_made_as_long_as_they_are_asked_for(a, x):
    """`any` and `all` of a generator or a `map` stop early; of a list they come when it is made."""
    seen = []
    turns = 0

    def large(t):
        seen.append(t)
        return 1 / t > 0.5

    def positive(t):
        nonlocal turns
        turns += 1
        return t > 0

    b, c, d = any(large(t) for t in (a, 2.0, -1.0)), all(map(large, (1.5, a))), any([large(t) for t in (a, 4.0)])
    if a > 0 and not (any(large(t) for t in (a, a - a)) and all(large(t) and _fails(t) for t in (-a, a))):
        turns = 100
    if any([positive(u) for u in x]) or all(positive(u) for u in x):
        turns = turns * 10
    return b * 1.0, c * 1.0, d * 1.0, len(seen), sum(seen), turns


@case.each(least=4)
def test_as_python(function: Callable[..., Any], calls: tuple[tuple[Any, ...], ...]) -> None:
    check(function, *calls)
