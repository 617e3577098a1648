"""Exceptions with causes and of the user's classes, and what caches and context managers may not do."""

from __future__ import annotations

import contextlib
import functools
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

import symdiff
from symdiff.errors import CompileError


class Diverged(ValueError):
    """With an `__init__` of its own."""

    def __init__(self, value, step=0):
        super().__init__(f"diverged at {value}", step)
        self.value = value


def from_none(x):
    if x < 0:
        raise ValueError("negative") from None
    return x * x


def from_another(x):
    if x < 0:
        raise ValueError(f"x is {x:.1f}") from KeyError("x", 1)
    return x * x


def from_a_class(x):
    if x < 0:
        raise ValueError from KeyError
    return x * x


def of_a_class(x):
    if x < 0:
        raise Diverged(x, 3)
    return x * x


def of_a_class_in_a_loop(x):
    for k in range(5):
        x = x * 1.5 - 0.1
        if x < -2.0:
            raise Diverged(x, k) from None
    return x * x


def different_lengths(x):
    rows = [x, 2.0, x] if x < 0 else [x, 2.0]
    return sum(a * b for a, b in zip([x, x], rows, strict=True))


FUNCTIONS = [from_none, from_another, from_a_class, of_a_class, of_a_class_in_a_loop, different_lengths]


def raised(call: Callable[[], Any]) -> tuple[Any, ...]:
    with pytest.raises(Exception) as caught:  # which one is compared
        call()
    error = caught.value
    assert not isinstance(error, CompileError)
    return type(error), error.args, repr(error.__cause__), error.__suppress_context__


@pytest.mark.parametrize("level", range(3))
@pytest.mark.parametrize("function", FUNCTIONS, ids=lambda f: f.__name__)
def test_exceptions_are_pythons(function: Callable[..., Any], level: int) -> None:
    expected = raised(lambda: function(-0.75))
    assert raised(lambda: symdiff.value_and_grad(function, level=level)(-0.75)) == expected
    assert raised(lambda: symdiff.jvp(function, (-0.75,), (1.0,))) == expected
    value, gradient = symdiff.value_and_grad(function, level=level)(0.5)
    assert value == pytest.approx(function(0.5))
    assert gradient == pytest.approx((function(0.5 + 1e-6) - function(0.5 - 1e-6)) / 2e-6)


def test_the_class_of_an_exception_is_fetched_at_each_call() -> None:
    compiled = symdiff.differentiable(of_a_class)
    assert compiled(0.5) == 0.25
    text = compiled.source
    assert "def of_a_class(x: float, *, Diverged: object)" in text
    assert "raise Diverged(x, 3)" in text


# --- refused


class Swallowing:
    def __enter__(self):
        return self

    def __exit__(self, kind, value, traceback):
        return kind is ValueError


class Showing(Swallowing):
    def __exit__(self, *exc):
        print("left")


def swallowing(x):
    with Swallowing():
        return x * x


def showing(x):
    with Showing():
        return x * x


@contextlib.contextmanager
def generated(x):
    yield x * x


def generating(x):
    with generated(x) as y:
        return y


class Entered:
    def __enter__(self):
        return 2.0

    def __exit__(self, *exc):
        pass


def entered():
    return Entered()


def mixing(x):
    with entered() as e, np.errstate(over="ignore"):
        return e * x


def printing(x):
    @functools.cache
    def g(t):
        print(t)
        return t * t

    return g(x)


def counting(x):
    count = 0

    @functools.cache
    def g(t):
        nonlocal count
        count += 1
        return t * t

    return g(x) * count


def changing(x):
    k = 2.0

    @functools.cache
    def g(t):
        return t * k

    y = g(x)
    k = 3.0
    return y + g(2 * x)


def sharing(x):
    @functools.cache
    def g(t):
        return [t, t]

    return g(x)[0]


def hashing(x):
    @functools.cache
    def g(t):
        return t[0] * 2

    return g([x])


def endless(x):
    @functools.cache
    def g(k):
        if k > 90:
            return x
        y = g(k + 1)
        return y * x

    return g(0)


CACHED = "of a cached function"
REFUSED = [
    (swallowing, "SD210", "Swallowing, whose `__exit__` may swallow exceptions", "with"),
    (showing, "SD210", "Showing, whose `__exit__` shows or writes something", "with"),
    (generating, "SD210", "`generated(x) as y`", "with"),
    (mixing, "SD210", '`np.errstate(over="ignore")`, which is not in a `with` of its own', "with"),
    (printing, "SD299", f"`g(x)`, {CACHED} with an effect, or that changes what is around it,", "g(x)"),
    (counting, "SD299", f"`g(x)`, {CACHED} with an effect, or that changes what is around it,", "g(x)"),
    (changing, "SD299", f"`g(2 * x)`, {CACHED} that reads what was changed since its first call,", "g(2 * x)"),
    (sharing, "SD299", f"`g(x)`, {CACHED} that returns a list, dict or object, which its callers would share,", "g(x)"),
    (hashing, "SD299", f"`g([x])`, {CACHED} of lists, arrays or objects,", "g([x])"),
    (endless, "SD605", "a call of `g` is nested 40 levels deep; the budget is 40", "g(k + 1)"),
]


@pytest.mark.parametrize(("function", "code", "what", "under"), REFUSED, ids=[r[0].__name__ for r in REFUSED])
def test_refused(function: Callable[..., Any], code: str, what: str, under: str) -> None:
    with pytest.raises(CompileError) as caught:
        symdiff.grad(function)(0.7)
    (problem,) = caught.value.problems
    assert problem.code == code
    assert what in problem.what
    assert problem.source_line[problem.loc.col :].startswith(under)
