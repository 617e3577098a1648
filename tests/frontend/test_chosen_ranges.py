"""Ranges and slices that a branch or a turn chooses: what can be asked of them, and what is refused."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

import symdiff
from symdiff.errors import CompileError

V = np.array([0.3, 1.2, -0.7, 0.4])
SECTIONS = slice(1, 3)
PLACES = range(1, 4)


def chosen(x):
    return range(4) if x > 0 else range(3, 0, -1)


def attributes(x, v):
    r, s = chosen(x), slice(None, 2) if x > 0 else slice(1, None, 2)
    ends = (1 if s.start is None else 3 * s.start) + (5 if s.stop is None else 7 * s.stop)
    return x * (r.start + 10 * r.stop + 100 * r.step + 1000 * ends + 10000 * (s.step is None))


def questions(x, v):
    r = chosen(x)
    asked = len(r) + 10 * (3 in r) + 100 * (0 in r) + 1000 * r.index(2) + 10000 * (r == range(4))
    return x * (asked + r[-1] + max(r) + sum(r) + isinstance(r, range))


def slices_of_it(x, v):
    return sum(v[i] * x ** (k + 1) for k, i in enumerate(chosen(x)[1:])) + sum(v[i] * x for i in chosen(x)[::-2])


def combined(x, v):
    s = 0.0
    for (i, t), j in zip(enumerate(v), chosen(x)):
        s += i * t * v[j] * x
    for k, i in enumerate(reversed(chosen(x))):
        s = s * x + v[i] * k
    return s + np.sum(v[list(chosen(x))]) * x


def from_outside(x, v):
    part, places = (SECTIONS, PLACES) if x > 0 else (slice(0, 2), range(2))
    return np.sum(v[part]) * x + sum(v[i] * x * x for i in places)


def iterated_by_hand(x, v):
    it = iter(chosen(x))
    return v[next(it)] * x + v[next(it)] * x * x + sum(v[i] for i in it) * x


def changed_in_turns(x, v):
    part, s = slice(0, 2), x
    for i in range(3):
        s = s * x + np.sum(v[part])
        part = slice(i, None, 2) if i else slice(None, -1)
    return s


def in_lists(x, v):
    places = []
    for t in v:
        places.append(range(2) if t > x else range(3, 1, -1))
    return sum(v[i] * x for r in places for i in r)


def cut_and_put(x, v):
    k = None if x > 0 else 2
    row = [t * x for t in v]
    row[:k] = [x, x * x]
    del row[k:]
    return sum(row) + len(row)


def by_axis(x, v):
    a = np.outer(v, v)
    part = slice(1, None) if x > 0 else slice(None, 1)
    a[part, 1] *= x
    a[0, part] += x
    return np.sum(a[part][:, part])


def a_step_of_either_sign(x, v):
    part = slice(2, None, -1) if x > 0 else slice(None, 3, 2)
    return np.sum(v[part]) * x + np.sum(np.zeros(0)[part])


def whether_there_is_one(x, v):
    r = range(3) if x > 0 else range(0)
    s = x if r else 2.0 * x
    if not range(len(v) - 5):
        s *= 3.0
    return s * v[r[0]] if r and v[0] > 0 else s


CASES = [
    attributes, questions, slices_of_it, combined, from_outside, iterated_by_hand, changed_in_turns, in_lists,
    cut_and_put, by_axis, a_step_of_either_sign, whether_there_is_one,
]  # fmt: skip


@pytest.mark.parametrize("level", [0, 1, 2])
@pytest.mark.parametrize("f", CASES, ids=lambda f: f.__name__)
def test_as_in_python(f: Callable[..., Any], level: int) -> None:
    compiled = symdiff.value_and_grad(f, level=level)
    for x in (0.8, -0.6):
        value, slope = compiled(x, V)
        assert value == pytest.approx(f(x, V), rel=1e-13)
        h = 1e-6
        assert slope == pytest.approx((f(x + h, V) - f(x - h, V)) / (2 * h), rel=1e-7, abs=1e-8)
        tangent = symdiff.jvp(lambda x: f(x, V), (x,), (1.0,))[1]
        assert tangent == pytest.approx(slope, rel=1e-12)


def test_the_bounds_have_their_names_in_the_code() -> None:
    def f(x, v):
        s = x
        for i in chosen(x):
            s = s * x + v[i]
        return s

    text = symdiff.generate(f, types={"x": "float", "v": "f8[n]"})
    assert "for i in range(start, stop, step):" in text
    assert "step = -1" in text


# --- refused


def directions(x, v):
    s = x
    for t in v if x > 0 else reversed(v):
        s = s * x + t
    return s


def counted_from(x, v):
    s = x
    for i, t in enumerate(v) if x > 0 else enumerate(v, 1):
        s = s * x + t * i
    return s


def same_object(x, v):
    first = range(3)
    second = first if x > 0 else range(4)
    return x * (second is first)


@pytest.mark.parametrize(
    ("f", "message"),
    [
        (directions, r"SD310 .* is f8\[n\] on one path and an iterator on the other"),
        (counted_from, r"SD310 .* is an iterator on one path and another on the other"),
        (same_object, "SD223 `is` on a staged value"),
    ],
)
def test_refused(f: Callable[..., Any], message: str) -> None:
    with pytest.raises(CompileError, match=message) as raised:
        symdiff.grad(f)(0.8, V)
    if f is not same_object:
        assert "make a list of each: `list(v) if c else list(reversed(v))`" in str(raised.value)


def test_the_rewrite_of_what_is_refused() -> None:
    def f(x, v):
        s = x
        for i, t in list(enumerate(v)) if x > 0 else list(enumerate(reversed(v), 1)):
            s = s * x + t * i
        return s

    for x in (0.8, -0.6):
        h = 1e-6
        assert symdiff.grad(f)(x, V) == pytest.approx((f(x + h, V) - f(x - h, V)) / (2 * h), rel=1e-7)
