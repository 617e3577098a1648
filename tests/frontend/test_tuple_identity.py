"""`is` of tuples: what a branch, a loop, a list or a call handed on is never taken for another object in silence."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, NamedTuple

import pytest

from symdiff import CompileError, value_and_grad


class Body(NamedTuple):
    place: Any
    mass: float


def others(x, n):
    """Elements of a list of known structure are the objects that were put in."""
    bodies = [(x * k, 1.0 + k) for k in range(3)]
    return sum(a[0] * b[1] for a in bodies for b in bodies if a is not b)


def named(x, n):
    one, two = Body(x, 1.0), Body(2 * x, 1.0)
    seen = {"one": one, "two": two}
    return sum(b.place * (3.0 if b is one else 1.0) for b in seen.values()) + x * (seen["two"] is two)


def passed(x, n):
    def weight(p, q):
        return 1.0 if p is q else 5.0

    t = (x, 1.0)
    return x * weight(t, t) + x * weight(t, (x, 1.0))


def texts_differ(x, n):
    one, two = (x, "one"), (2 * x, "two")
    best = one if n > 3 else (x, "one")
    return x if best is two else 3 * x


@pytest.mark.parametrize("f", [others, named, passed, texts_differ])
def test_what_is_certain_is_answered(f: Callable[..., Any]) -> None:
    value, gradient = value_and_grad(f)(1.5, 4)
    assert value == f(1.5, 4)
    step = (f(1.5 + 1e-6, 4) - f(1.5 - 1e-6, 4)) / 2e-6
    assert abs(gradient - step) < 1e-6


def of_a_branch(x, n):
    p, q = (x, 1.0), (2 * x, 1.0)
    t = p if n > 3 else q
    return x if t is p else 3 * x


def kept_by_a_loop(x, n):
    p = (x, 1.0)
    t = p
    for k in range(n):
        if k > 100:
            t = (2 * x, 1.0)
    return x if t is p else 3 * x


def of_a_list(x, n):
    p, ps = (x, 1.0), []
    for _ in range(n):
        ps.append(p)
    return x if ps[1] is p else 3 * x


def given_to_a_recursion(x, n):
    def go(p, q, k):
        return (x if p is q else 3 * x) if k == 0 else go(p, q, k - 1)

    p = (x, 1.0)
    return go(p, p, n)


def of_the_least(x, n):
    ps = [(x * k, 1.0) for k in range(3)]
    return x if min(ps) is ps[0] else 3 * x


def itself_as_a_tuple(x, n):
    p = (x, 1.0)
    return x if tuple(p) is p else 3 * x


def one_constant(x, n):
    p = (1.0, 2.0)
    q = (1.0, 2.0)
    return x if p is q else 3 * x


def or_none(x, n):
    p, t = (x, 1.0), None
    if n > 3:
        t = p
    return x if t is p else 3 * x


REFUSED = (of_a_branch, kept_by_a_loop, of_a_list, given_to_a_recursion, of_the_least, itself_as_a_tuple, one_constant)


@pytest.mark.parametrize("f", [*REFUSED, or_none])
def test_what_is_not_known_is_refused(f: Callable[..., Any]) -> None:
    assert f(2.0, 4) == 2.0  # one object, in Python
    with pytest.raises(CompileError, match="SD223 `is` on a staged value"):
        value_and_grad(f)(2.0, 4)
