"""Lists of objects of several classes, sorted by what is computed: each place holds one of them from then on."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

import symdiff
from tests.frontend.cases import Cases


class Circle:
    def __init__(self, r: float) -> None:
        self.r = r

    def area(self) -> float:
        return 3.0 * self.r**2


class Rect:
    def __init__(self, a: float, b: float) -> None:
        self.a, self.b = a, b

    def area(self) -> float:
        return self.a * self.b


class Square(Rect):
    def __init__(self, a: float) -> None:
        self.a = self.b = a


class Size:
    def __init__(self, factor: float) -> None:
        self.factor = factor

    def __call__(self, shape: Any) -> float:
        return self.factor * shape.area()


ORDERS = (1.1, 2.0, 3.1), (3.0, 0.5, 1.0), (0.4, 2.5, 0.3), (0.4, 0.1, 0.7)  # different shapes are the smallest
case = Cases()


@case(*ORDERS)
def in_place(r, a, b):
    shapes = [Circle(r), Rect(a, b), Circle(a)]
    shapes.sort(key=lambda o: o.area())
    return sum((i + 1) * o.area() for i, o in enumerate(shapes))


@case(*ORDERS)
def turned_by_an_object(r, a, b):
    shapes = sorted([Circle(r), Rect(a, b), Square(b)], key=Size(r), reverse=True)
    return shapes[0].area() * r + shapes[1].area() * a + shapes[-1].area()


@case(*ORDERS)
def changed_under_both_names(r, a, b):
    c, q = Circle(r), Rect(a, b)
    shapes = [c, q, Square(r * b)]
    shapes.sort(key=lambda o: o.area(), reverse=True)
    first = shapes[0]
    if isinstance(first, Circle):
        first.r = first.r * 3
    else:
        first.a = 2 * first.a
    return c.area() * 2 + q.area() + shapes[1].area() * shapes[2].area()


@case(*ORDERS)
def one_of_them_twice(r, a, b):
    c = Circle(r)
    shapes = sorted([c, Rect(a, b), c], key=lambda o: o.area())
    if shapes[1] is c:
        shapes[1].r = a * r
    return sum((i + 2) * o.area() for i, o in enumerate(shapes)) + c.r


@case(*ORDERS)
def sorted_again_as_it_becomes_shorter(r, a, b):
    shapes, total = [Circle(r), Rect(a, b), Square(b)], 0.0
    for k in range(3):
        shapes.sort(key=lambda o: -o.area())
        total += shapes.pop().area() * (k + 1)
    return total


@case(*ORDERS)
def sorted_again_after_a_change(r, a, b):
    shapes, total = [Circle(r), Rect(a, b), Square(b)], 0.0
    for k in range(3):
        shapes.sort(key=lambda o: o.area())
        if isinstance(shapes[0], Circle):
            shapes[0].r = shapes[0].r * 2
        else:
            shapes[0].b = shapes[0].b * 3
        total += shapes[0].area() * (k + 1) + shapes[2].area()
    return total


@case(*ORDERS)
def on_one_path(r, a, b):
    shapes = [Circle(r), Rect(a, b), Square(b)]
    if r > 0.5:
        shapes.sort(key=lambda o: o.area())
    shapes[0], shapes[2] = shapes[2], shapes[0]
    return shapes[0].area() + 2 * shapes[1].area() + max(shapes, key=lambda o: o.area()).area()


@case(*ORDERS)
def beside_numbers(r, a, b):
    rows = [(Circle(r), r), (Rect(a, b), a), (Square(b), b)]
    rows.sort(key=lambda row: row[1])
    return rows[0][0].area() + 2 * rows[1][0].area() * rows[2][1]


@case(*ORDERS)
def chosen_texts_beside_numbers(r, a, b):
    rows = sorted([("x" if r > 1 else "y", r), ("b", a), ("c", b)], key=lambda row: row[1])
    return sum((2 if n == "x" else 3 if n == "y" else 4) * t * (i + 1) for i, (n, t) in enumerate(rows))


@pytest.mark.parametrize("level", [0, 1, 2])
@case.each(9)
def test_the_value_and_its_derivatives(function, calls, level):
    gradient = symdiff.value_and_grad(function, argnums=(0, 1, 2), level=level)
    for call in calls:
        value, slopes = gradient(*call)
        assert value == pytest.approx(function(*call), rel=1e-12)
        steps = [[t + h * (j == k) for j, t in enumerate(call)] for k in range(3) for h in (1e-6, -1e-6)]
        ups, downs = ([function(*step) for step in steps[first::2]] for first in (0, 1))
        np.testing.assert_allclose(slopes, (np.array(ups) - np.array(downs)) / 2e-6, rtol=1e-5, atol=1e-8)
        if level == 2:
            symdiff.check_grads(function, call, order=2)


def test_equal_keys_keep_their_order():
    def tied(x):
        shapes = [Rect(x, 2.0), Circle(x), Square(x)]
        shapes.sort(key=lambda o: 0.0 * o.area())
        return shapes[0].area() + 10 * shapes[1].area() + 100 * shapes[2].area()

    assert symdiff.value_and_grad(tied)(2.0) == (tied(2.0), 2.0 + 10 * 12.0 + 100 * 4.0)
