"""Loops that need their count when compiling: it is asked for among the integers and sizes of the arguments."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

import symdiff
from symdiff.errors import CompileError
from symdiff.frontend.python import lower
from symdiff.frontend.source import load
from tests.frontend.running import check, signature

V = np.array([0.5, -1.5, 2.0])
ROWS = [(1.0, "sin"), (2.0, "cos"), (3.0, "sin")]


def beside_rows_of_different_kinds(v):
    s = 0.0
    for t, (scale, name) in zip(v, ROWS):
        s += scale * (np.sin(t) if name == "sin" else np.cos(t))
    return s


def turns_into_an_array(x, n):
    y = x
    for _ in range(n):
        y = np.array([x, 2.0]) * y
    return y


def turns_into_an_array_in_a_while(x, n):
    y = x
    while n > 0:
        y = np.array([x, 2.0]) * y
        n -= 1
    return y


def inside_a_rolled_loop(v, k):
    s = v[0]
    for i in range(k):
        y = s
        for t in v[:2]:
            y = np.array([t, 1.0]) * y
        s = s + y[0] * i
    return s


def behind_a_star(v):
    return (lambda a, b, *rest: a * b + sum(rest))(*v)


def in_a_display(v):
    return [*v, 2.0][-2] * v[0]


def starred_target(v):
    first, *rest = v
    return first * rest[-1]


def as_keys(v):
    return {k: t * t for k, t in enumerate(v)}[1]


FUNCTIONS: list[tuple[Callable[..., Any], list[tuple[Any, ...]]]] = [
    (beside_rows_of_different_kinds, [(V,), (V[:2],), (np.arange(5.0),)]),
    (turns_into_an_array, [(1.5, 3), (1.5, 1)]),
    (turns_into_an_array_in_a_while, [(1.5, 3), (1.5, 1)]),
    (inside_a_rolled_loop, [(V, 3), (V, 0)]),
    (behind_a_star, [(V,), (V[:2],)]),
    (in_a_display, [(V,), (V[:2],)]),
    (starred_target, [(V,), (V[:2],)]),
    (as_keys, [(V,)]),
]


@pytest.mark.parametrize(("function", "calls"), FUNCTIONS, ids=lambda f: getattr(f, "__name__", ""))
def test_the_count_is_asked_for(function: Callable[..., Any], calls: list[tuple[Any, ...]]) -> None:
    for args in calls:
        check(function, args)


def test_a_gradient_for_each_count() -> None:
    """x · x … n times and 2ⁿ⁻¹ x: derivatives (n + 1) xⁿ and 2ⁿ."""
    pull = symdiff.jacobian(turns_into_an_array)
    for n in (1, 2, 3):
        np.testing.assert_allclose(pull(1.5, n), [(n + 1) * 1.5**n, 2.0**n])


def test_with_sizes_of_any_number_it_is_refused() -> None:
    source = load(beside_rows_of_different_kinds)
    with pytest.raises(CompileError) as caught:
        lower(source, signature(source, (V,)))
    assert [p.code for p in caught.value.problems] == ["SD606"]


def generators_that_are_spent(v):
    a, b = (t * t for t in v[:2])
    c = [*(t + a for t in (1.0, b))]
    return (lambda p, q, r: p * q + r)(*(k * b for k in (1.0, a, 3.0))) * c[1]


def lists_that_are_unpacked(v):
    a, b = [t * t for t in v if t > 0]
    c, d = (t + a for t in v[:2])
    return a * b * c + d


def first_iterable_that_unrolls(v):
    a = [2.0, 0.3]
    s = 0.0
    for i, t in enumerate(v):
        s += {q: t * u for q, u in zip("pq", (a[i], 0.5))}["p"]
    return s


def test_a_comprehension_that_unrolls_the_loop_around_it() -> None:
    """What it goes over is found to need the index: the function's names are as they were."""
    check(first_iterable_that_unrolls, (V[:1],), (V[:2],))


def test_generators_that_are_spent_at_once() -> None:
    check(generators_that_are_spent, (V,))


def test_lists_of_a_length_found_out_at_run_time_are_unpacked() -> None:
    check(lists_that_are_unpacked, (V,), (np.array([1.0, -2.0, 3.0, -4.0]),), (V[:2],), (np.arange(1.0, 4.0),))


def _pair(v):
    x, y = v
    return x * y


def _only(v):
    (x,) = v
    return 3.0 * x


def _pairs(m):
    return sum(x * y for x, y in m)


def _nested(m):
    (a, b), c = m
    return a * b * c[0]


def _in_a_branch(v):
    if v[0] > 0:
        x, y = v
        return x * y
    return v[0]


def _times_two_numbers(v):
    return np.sum(v * np.array([3.0, 5.0]))


@pytest.mark.parametrize(
    ("function", "fits", "gradient"),
    [
        (_pair, np.array([2.0, 3.0]), [3.0, 2.0]), (_only, np.array([2.0]), [3.0]),
        (_pairs, np.array([[2.0, 3.0], [4.0, 5.0]]), [[3.0, 2.0], [5.0, 4.0]]),
        (_nested, np.array([[2.0, 3.0], [4.0, 5.0]]), [[12.0, 8.0], [6.0, 0.0]]),
        (_in_a_branch, np.array([2.0, 3.0]), [3.0, 2.0]), (_times_two_numbers, np.array([2.0, 3.0]), [3.0, 5.0]),
    ],
)  # fmt: skip
def test_an_array_has_as_many_elements_as_are_unpacked(function, fits, gradient) -> None:
    """Also where the compiled function is called again, with more of them or fewer."""
    found = symdiff.grad(function)
    for wrong in (np.arange(1.0, 5.0), np.arange(1.0, 4.0)):
        given = wrong if fits.ndim == 1 else np.ones((2, 1)) * wrong
        with pytest.raises(ValueError, match=r"too many values|not broadcast|broadcast together"):
            function(given)
        for _ in range(2):
            with pytest.raises(ValueError, match=r"shape|unpacked"):
                found(given)
        np.testing.assert_array_equal(found(fits), gradient)
