"""Where a Python float does for an np.float64 in cotangents, and where it would not."""

import re
from typing import Any

import numpy as np
import pytest

from symdiff import generate
from symdiff.codegen.load import Loaded
from symdiff.passes.plain import plain_numbers
from tests.codegen.test_idiom import body
from tests.passes.helpers import DERIVED, F8, LOC, N8, assert_same_bits, find, program


def popped(v: "f8[n]", x: float):  # noqa: F821
    held = [t * x for t in v]
    s = x
    while len(held) > 0:
        s = s * 0.5 + held.pop() * s
    return s


def stored(v: "f8[n]", x: float):  # noqa: F821
    a = [t * x for t in v]
    for i in range(1, len(a)):
        a[i] = a[i] * a[i - 1]
    return sum(a)


def divided(v: "f8[n]", x: float):  # noqa: F821
    held = [t / x for t in v]
    return sum(held) / len(held)


@pytest.mark.parametrize("level", [0, 1, 2])
@pytest.mark.parametrize("function", [popped, stored])
def test_lists_of_cotangents_hold_what_is_put_into_them(function: Any, level: int) -> None:
    text = body(generate(function, level=level), f"{function.__name__}_backward")
    assert "np.float64(" not in text
    assert re.search(r"\[0\.0\] \* (len\(|n_)", text)


@pytest.mark.parametrize("level", [0, 1, 2])
@pytest.mark.parametrize("function", [popped, stored, divided])
def test_gradients_are_slopes_of_the_kinds_of_the_arguments(function: Any, level: int) -> None:
    made, v, x = Loaded(generate(function, level=level), function.__name__), np.array([0.5, -1.5, 2.0]), 0.75
    d_v, d_x = made[f"{function.__name__}_backward"](made[f"{function.__name__}_forward"](v, x)[1])
    assert (type(d_v), d_v.dtype, type(d_x)) == (np.ndarray, np.float64, float)
    assert d_x == pytest.approx((function(v, x + 1e-6) - function(v, x - 1e-6)) / 2e-6, rel=1e-8)
    for k, step in enumerate(np.eye(3) * 1e-6):
        assert d_v[k] == pytest.approx((function(v + step, x) - function(v - step, x)) / 2e-6, rel=1e-7)


def of_two_lists(v: "f8[n]", x: float):  # noqa: F821
    held, given = [t * x for t in v], [x for t in v]
    return sum(held[i] if v[i] > 0 else given[i] for i in range(len(v)))


def test_a_known_number_of_either_kind_is_a_number() -> None:
    """One list holds numbers of NumPy's, the other Python floats: 1.0 is added to either."""
    text = body(generate(of_two_lists), "of_two_lists_value_and_grad")
    assert len(re.findall(r"d_\w+\[i\] \+= 1\.0\n", text)) == 2
    d_v, d_x = Loaded(generate(of_two_lists), "of_two_lists")["of_two_lists_grad"](np.array([0.5, -1.5, 2.0]), 0.75)
    assert d_v.tolist() == [0.75, 0.0, 0.75] and d_x == 3.5


def numbers(make: Any, loc: Any = DERIVED) -> Any:
    """A function of a float and an np.float64, which is given the float as an np.float64."""
    return program([F8, N8], lambda b, x, s: make(b, b.op("convert", x, kind=N8.kind, dtype="f8"), s), loc=loc)


def test_a_number_that_is_multiplied_stays_what_it_is() -> None:
    def as_float(b: Any, t: Any, s: Any) -> Any:
        return b.op("convert", t * s, kind=F8.kind, dtype="f8")

    before = numbers(as_float)
    after = plain_numbers(before)
    assert [op.params.get("loose", False) for op in find(after, "convert")] == [True, False]
    assert_same_bits(before, after, (0.5, np.float64(3.0)), (-0.0, np.float64(np.inf)))


@pytest.mark.parametrize(
    "p",
    [
        numbers(lambda b, t, s: b.op("convert", t / s, kind=F8.kind, dtype="f8")),
        numbers(lambda b, t, s: t),
        numbers(lambda b, t, s: b.op("convert", t * s, kind=F8.kind, dtype="f8"), LOC),
    ],
    ids=["divided", "returned as it is", "the user's own"],
)
def test_a_conversion_that_can_be_told_stays(p: Any) -> None:
    assert plain_numbers(p) is p
