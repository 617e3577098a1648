"""Objects looked for in lists: by which one they are, and by what their class says is equal."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from tests.frontend.cases import Cases
from tests.frontend.running import check

A = np.array
case = Cases()


class AtMost:
    """Equal to whatever is not below: what is asked matters, the element or what is looked for."""

    def __init__(self, x):
        self.x = x

    def __eq__(self, other):
        return self.x <= other.x


CALLS = [(0.5, A([0.3, 0.2, 0.7])), (0.5, A([0.7])), (0.5, A([0.7, 0.7, 0.7, 0.1])), (2.0, A([0.2, 0.9]))]


@case(*CALLS)
def the_element_is_asked_of_a_known_list(x, v):
    """`element == item`, not the other way round."""
    some = [AtMost(x), AtMost(v[0]), AtMost(3.0)]
    found = AtMost(0.6)
    inside = 1.0 if found in some[:2] else 2.0
    return inside, (3.0 if found in tuple(some) else 4.0)


class Interval:
    def __init__(self, low, high):
        self.low, self.high = low, high

    def __contains__(self, t):
        return np.logical_and(self.low <= t, t < self.high)


@case(*CALLS)
def what_a_class_says_to_in_is_a_bool(x, v):
    """Two of NumPy's are added to one of NumPy's, two of Python's to 2."""
    box = Interval(v[0] - x, v[0] + x)
    inside, outside = v[0] in box, v[0] + 3.0 not in box
    return inside + outside, (inside if v[0] + x in box else 2.0 * inside)


@case.each(2)
def test_as_python_does(function: Callable[..., Any], calls: tuple[tuple[Any, ...], ...]) -> None:
    check(function, *calls)
