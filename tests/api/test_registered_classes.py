"""Abstract classes of which others are made subclasses by `register`; comparisons of ranges."""

from __future__ import annotations

import abc

import pytest

from symdiff import differentiable, grad


class Shape(abc.ABC):  # noqa: B024  # classes are registered
    pass


class Square:
    def __init__(self, side):
        self.side = side


class Circle:
    def __init__(self, side):
        self.side = side


class Line:
    pass


Shape.register(Square)


def of_square(x):
    return x * x if isinstance(Square(x), Shape) else x


def of_circle(x):
    return x * x if isinstance(Circle(x), Shape) else x


def of_line(x):
    return x * x if issubclass(Line, Shape) else x


def matched(x):
    match Line():
        case Shape():
            return x * x
        case _:
            return x


def test_registration_is_asked_for_at_each_call() -> None:
    """The derivative of x² at 3 is 6, that of x is 1."""
    assert grad(of_square)(3.0) == 6.0
    made = [grad(f) for f in (of_circle, of_line, matched)]
    assert [f(3.0) for f in made] == [1.0, 1.0, 1.0]
    Shape.register(Circle)
    Shape.register(Line)
    assert [f(3.0) for f in made] == [6.0, 6.0, 6.0]


FIXED = range(0, 6, 2)
RANGES = {
    "length": lambda x, n: x * x if range(n) == range(3) else x,
    "not": lambda x, n: x if range(n) != range(0, n) else 3 * x,
    "step": lambda x, n: 2 * x if range(0, n, 2) == FIXED else 3 * x,
    "none": lambda x, n: 2 * x if range(n, n) == range(3, 3) else 3 * x,
    "one": lambda x, n: 2 * x if range(0, n) == range(0, n, 7) else 3 * x,
    "list": lambda x, n: 2 * x if range(n) == [0, 1] else 3 * x,
    "backwards": lambda x, n: 2 * x if range(n, 0, -1) == range(n, -n, -1) else 3 * x,
}


@pytest.mark.parametrize("name", RANGES)
def test_ranges_are_compared_by_their_numbers(name: str) -> None:
    f = RANGES[name]
    made = differentiable(f)
    assert [made(2.0, n) for n in range(-1, 9)] == [f(2.0, n) for n in range(-1, 9)]
