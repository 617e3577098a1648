"""Which lists are found to have one length, and what is made of that: loops over both, no question which is shorter."""

from typing import Any

import numpy as np
import pytest

from symdiff import generate
from symdiff.codegen.load import Loaded
from tests.codegen.test_idiom import body


def rows(v: "f8[n]", x: float):  # noqa: F821
    both = [(t, t * x) for t in v]
    both.append((x, x))
    return sum(p * q for p, q in both)


def in_branches(v: "f8[n]", x: float):  # noqa: F821
    both = []
    for t in v:
        if t > 0:
            both.append((t, x))
        elif len(both) > 0:
            both.pop()
    return sum(p * q for p, q in both)


def nested(v: "f8[n]", x: float):  # noqa: F821
    both = []
    for t in v:
        for k in range(3):
            both.append((t * k, x))
    return sum(p * q for p, q in both)


def by_keys(v: "f8[n]", x: float):  # noqa: F821
    held = {}
    for t in v:
        k = int(t * 3 + 0.1)
        held[k] = held.get(k, x) * t
    return sum(k * t for k, t in held.items())


def of_a_list(v: "f8[n]", x: float):  # noqa: F821
    a = [t for t in v if t > 0]
    b = []
    for t in a:
        b.append(t * x)
    s = 0.0
    for p, q in zip(a, b, strict=False):
        s += p * q
    return s


def shorter(v: "f8[n]", x: float):  # noqa: F821
    a = [t for t in v if t > 0]
    b = [t * x for t in v]
    s = 0.0
    for p, q in zip(a, b, strict=False):
        s += p * q
    return s


def one_longer(v: "f8[n]", x: float):  # noqa: F821
    a, b = [x], []
    for t in v:
        a.append(t)
        b.append(t * x)
    s = 0.0
    for p, q in zip(a, b, strict=False):
        s += p * q
    return s


def now_and_then(v: "f8[n]", x: float):  # noqa: F821
    a, b = [], []
    for t in v:
        a.append(t)
        if t > 0:
            b.append(t * x)
    s = 0.0
    for p, q in zip(a, b, strict=False):
        s += p * q
    return s


def left_early(v: "f8[n]", x: float):  # noqa: F821
    a, b = [], []
    for t in v:
        a.append(t)
        if t < 0:
            break
        b.append(t * x)
    s = 0.0
    for p, q in zip(a, b, strict=False):
        s += p * q
    return s


EQUAL, OTHER = (rows, in_branches, nested, by_keys, of_a_list), (shorter, one_longer, now_and_then, left_early)
GIVEN = (np.array([0.5, -2.0, 3.0, 1.25]), np.array([2.0]), np.array([-1.0, -0.5]), np.zeros(0))


@pytest.mark.parametrize("function", EQUAL)
def test_lists_of_one_length_are_gone_through_together(function: Any) -> None:
    text = body(generate(function, wrt=["v", "x"]), f"{function.__name__}_value_and_grad")
    forward = text[: text.index("    d_")]
    assert ", strict=True):" in forward and "range(" not in forward.replace("range(3)", "") and " < len(" not in forward


@pytest.mark.parametrize("function", OTHER)
def test_lists_of_other_lengths_are_not(function: Any) -> None:
    """Were they taken to be, `zip(…, strict=True)` would raise, or a list be read behind its end."""
    text = body(generate(function, wrt=["v", "x"]), f"{function.__name__}_value_and_grad")
    forward = text[: text.index("    d_")]
    assert ", strict=True):" not in forward and "for i in range(" in forward


def unpacked(v: "f8[n]", x: float):  # noqa: F821
    a, b, c = sorted([v[0], x, v[1] * x])
    return a + 2.0 * b + 3.0 * c


@pytest.mark.parametrize("level", [1, 2])
def test_an_exception_of_another_length_is_gone(level: int) -> None:
    text = body(generate(unpacked, level=level), "unpacked_value_and_grad")
    assert "not enough values" not in text and "if False" not in text
    d_v = Loaded(generate(unpacked, level=level), "unpacked")["unpacked_grad"](np.array([3.0, -1.0]), 2.0)[0]
    assert d_v.tolist() == [3.0, 2.0]


@pytest.mark.parametrize("v", GIVEN, ids=len)
@pytest.mark.parametrize("level", [0, 1, 2])
@pytest.mark.parametrize("function", [*EQUAL, *OTHER])
def test_values_and_slopes(function: Any, level: int, v: Any) -> None:
    name, x = function.__name__, 0.75
    value, (d_v, d_x) = Loaded(generate(function, wrt=["v", "x"], level=level), name)[f"{name}_value_and_grad"](v, x)
    assert value == function(v, x)
    assert d_x == pytest.approx((function(v, x + 1e-6) - function(v, x - 1e-6)) / 2e-6, rel=1e-7, abs=1e-8)
    for k, step in enumerate(np.eye(len(v)) * 1e-6):
        slope = (function(v + step, x) - function(v - step, x)) / 2e-6
        assert d_v[k] == pytest.approx(slope, rel=1e-7, abs=1e-8)
