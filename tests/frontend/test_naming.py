"""Lists and objects that are numbers in generated code are called there as the user called them."""

from typing import Any

import numpy as np
import pytest

from symdiff import generate
from symdiff.codegen.load import Loaded
from tests.codegen.test_idiom import body


def of_lists(v: "f8[n]", x: float):  # noqa: F821
    held, given = [t * x for t in v], [x for t in v]
    up = sorted(held)
    again = up
    return sum(held[i] if v[i] > 0 else given[i] for i in range(len(v))) + again[0] * up[1]


def of_rows(v: "f8[n]", x: float):  # noqa: F821
    rows = [(t, t * x) for t in v]
    s = 0.0
    for p, q in rows:
        s += p * q * q
    return s


class Body:
    def __init__(self, x):
        self.x, self.near = x, None


def of_objects(v: "f8[n]", x: float):  # noqa: F821
    bodies, first = [], Body(x)
    for t in v:
        bodies.append(first if t > x else Body(t))
    for p in bodies:
        p.x *= x
        p.near = first
    return sum(q.x for q in bodies if q.near is not q)


LINES = {
    of_lists: ("    held = [", "    given = [", "    up = [", "d_held[", "d_given[", "d_up["),
    of_rows: ("rows_0.append(t)", "rows_1.append(", "d_rows_0[", "d_rows_1["),
    of_objects: ("    for p in bodies:", "body_x[p] = ", "    for p, ", "in zip(reversed(bodies), "),
}


@pytest.mark.parametrize("level", [0, 1, 2])
@pytest.mark.parametrize("function", LINES)
def test_names_are_the_users(function: Any, level: int) -> None:
    text = body(generate(function, wrt=["v", "x"], level=level), f"{function.__name__}_value_and_grad")
    assert [line for line in LINES[function] if line not in text] == []
    assert "again" not in text  # which is another name of what has one


@pytest.mark.parametrize("function", LINES)
def test_the_gradient_is_the_slope(function: Any) -> None:
    name, v, x = function.__name__, np.array([0.5, -2.0, 3.0]), 0.75
    d_v, d_x = Loaded(generate(function, wrt=["v", "x"]), name)[f"{name}_grad"](v, x)
    assert d_x == pytest.approx((function(v, x + 1e-6) - function(v, x - 1e-6)) / 2e-6, rel=1e-7)
    for k, step in enumerate(np.eye(3) * 1e-6):
        slope = (function(v + step, x) - function(v - step, x)) / 2e-6
        assert d_v[k] == pytest.approx(slope, rel=1e-7, abs=1e-8)
