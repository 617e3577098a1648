"""A list of floats as an argument: of any length, with one variant, and like one that is taken apart."""

from __future__ import annotations

import copy
import math
from collections.abc import Callable
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

import numpy as np
import pytest

from symdiff import grad, hvp, jvp, value_and_grad, vjp
from symdiff.alike import SHORT
from symdiff.errors import CompileError, UsageError

KEPT = [float(k) for k in range(12)]


def smoothed(xs, a):
    s = 0.0
    for i in range(1, len(xs)):
        xs[i] += xs[i - 1] * a
        s += xs[i] ** 2
    return s


def weighed(xs, a):
    total = sum(x * x * (k + 1) for k, x in enumerate(xs)) * a
    for x, y in pairwise(xs):
        if x > y:
            total += math.exp(x - y)
    return total + max(xs) * xs[-1]


def stacked(xs, a):
    v = np.array(xs)
    return np.sum(np.sin(v[1:] * v[:-1])) * a


def emptied(xs, a):
    s = 0.0
    while xs:
        s = s * a + xs.pop()
    return s


def numbers(n: int) -> list[float]:
    return [0.3 + math.sin(1.7 * k) ** 2 for k in range(n)]


@pytest.mark.parametrize("level", [0, 1, 2])
@pytest.mark.parametrize("f", [smoothed, weighed, stacked, emptied])
def test_one_variant_serves_all_lengths(f: Callable[..., Any], level: int) -> None:
    g = value_and_grad(f, (0, 1), level=level)
    for n in (SHORT + 1, 20, 31):
        xs, a, step = numbers(n), 0.7, 1e-6
        value, (d_xs, d_a) = g(xs, a)
        assert xs == numbers(n) and type(value) is type(f(numbers(n), a))
        assert math.isclose(value, f(numbers(n), a), rel_tol=1e-12)
        assert type(d_xs) is list and [type(d) for d in d_xs] == [float] * n and type(d_a) is float
        for k in (0, n // 2, n - 1):
            ends = [f([x + sign * step * (j == k) for j, x in enumerate(numbers(n))], a) for sign in (1, -1)]
            assert math.isclose(d_xs[k], (ends[0] - ends[1]) / (2 * step), rel_tol=1e-5, abs_tol=1e-7)
    assert len(g._variants) == 1


def test_a_short_list_is_taken_apart() -> None:
    g = grad(weighed)
    for n in (1, 2, SHORT):
        assert len(g(numbers(n), 0.5)) == n
    assert len(g._variants) == 3


def test_forward_pullback_and_second_order() -> None:
    xs, vs = numbers(15), [math.cos(k) for k in range(15)]
    gradient, d_a = grad(smoothed, (0, 1))(xs, 0.5)
    value, tangent = jvp(smoothed, (xs, 0.5), (vs, 1.0))
    assert math.isclose(tangent, sum(map(float.__mul__, gradient, vs)) + d_a, rel_tol=1e-12)
    again, pullback = vjp(smoothed, xs, 0.5)
    assert again == value and pullback(2.0)[0] == [2 * d for d in gradient] and pullback(1.0)[1] == d_a
    second, _ = hvp(smoothed, (xs, 0.5), (vs, 0.0))
    ends = [grad(smoothed)([x + sign * 1e-6 * v for x, v in zip(xs, vs)], 0.5) for sign in (1, -1)]
    assert type(second) is list and np.allclose(second, (np.array(ends[0]) - np.array(ends[1])) / 2e-6, rtol=1e-6)


def test_elements_keep_their_kind() -> None:
    for kind in (np.float64, np.float32):
        value, gradient = value_and_grad(lambda xs: sum(x * x for x in xs))([kind(k) for k in range(10)])
        assert {type(d) for d in gradient} == {kind} and gradient[3] == 6 and type(value) is kind


def test_a_division_by_an_element_is_pythons() -> None:
    with pytest.raises(ZeroDivisionError):
        grad(lambda xs: 1 / xs[3])([0.0] * 10)
    with pytest.raises(IndexError):
        grad(lambda xs: xs[12])(numbers(10))


def test_aux_and_tuples_have_their_structure() -> None:
    def f(xs, a):
        return sum(xs) * a, (xs, len(xs))

    xs = numbers(10)
    assert grad(f, has_aux=True)(xs, 2.0) == ([2.0] * 10, (xs, 10))
    ((_, aux), gradients) = value_and_grad(f, (0, 1), has_aux=True)(xs, 2.0)
    assert aux == (xs, 10) and gradients[0] == [2.0] * 10
    assert grad(f, (0,), has_aux=True)(xs, 2.0)[0] == ([2.0] * 10,)
    assert grad(lambda xs: sum(xs), (0,))(xs) == ([1.0] * 10,)


def test_what_needs_the_elements_one_by_one_is_compiled_for_each_length() -> None:
    def ends(*v):
        return v[0] * v[-1] + len(v)

    g = grad(lambda xs: ends(*xs))
    for n in (10, 11, 10):
        xs = numbers(n)
        assert g(xs) == [xs[-1], *[0.0] * (n - 2), xs[0]]
    assert len(g._variants) == 2
    with pytest.raises(UsageError, match=r"SD704 .* returns a list of 10, "):
        grad(lambda xs: [x * x for x in xs])(numbers(10))


def doubled(xs, ys):
    for i in range(len(xs)):
        xs[i] *= 2
    return sum(x * y for x, y in zip(xs, ys))


def test_two_lists_may_be_changed_but_not_one_twice() -> None:
    g = grad(doubled)
    assert g(numbers(10), [1.0] * 10) == [2.0] * 10
    same = numbers(10)
    with pytest.raises(ValueError, match="xs and ys are one object, which is changed"):
        g(same, same)
    assert g(numbers(10), [3.0] * 10) == [6.0] * 10
    assert grad(lambda xs, ys: sum(x * y for x, y in zip(xs, ys)), (0, 1))(same, same) == (same, same)


@dataclass
class Weights:
    w: list[float]


def in_dict(xs, d):
    return doubled(xs, d["w"])


def in_dataclass(xs, p):
    return doubled(xs, p.w)


def copied(xs, d):
    a, b = copy.deepcopy((xs, d))
    a[0] = 7.0
    return a[0] * b["w"][0] * xs[1]


@pytest.mark.parametrize(
    ("f", "made"), [(in_dict, lambda v: {"w": v}), (in_dataclass, Weights), (copied, lambda v: {"w": v})]
)
def test_a_list_in_another_argument_may_be_the_one_that_is_changed(f: Any, made: Callable[[Any], Any]) -> None:
    xs = numbers(10)
    assert len(grad(f)(xs, made(numbers(10)))) == 10
    with pytest.raises(ValueError, match=r"xs and .*w'?\]? are one object"):
        grad(f)(xs, made(xs))


def with_kept(xs):
    return doubled(xs, KEPT)


def by_identity(xs):
    return sum(xs) * (2.0 if xs is KEPT else 3.0)


@pytest.mark.parametrize("f", [with_kept, by_identity])
def test_a_list_from_outside_may_be_the_one_that_is_changed(f: Any) -> None:
    assert len(grad(f)(numbers(12))) == 12
    with pytest.raises(CompileError, match="SD514 the argument `xs` is the object that is read from outside as `KEPT`"):
        grad(f)(KEPT)


def test_a_default_that_is_changed_is_refused() -> None:
    def f(xs=[1.0] * 12):
        xs[0] *= 2
        return sum(x * x for x in xs)

    assert grad(f)(numbers(12))[0] == 8 * numbers(12)[0]
    with pytest.raises(CompileError, match="SD513 the default value of `xs`"):
        grad(f)()
