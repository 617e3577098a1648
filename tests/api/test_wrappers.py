"""What `functools.wraps` made is called as it is, not as it says it were."""

from __future__ import annotations

import functools
import inspect
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

import symdiff
from symdiff.errors import SymdiffError, UsageError

STEP = 1e-6
Function = Callable[..., Any]


def scaled(x, w=2.0, *, shift=0.5):
    return np.sin(x) * w + shift * x


def other(x, w=5.0, *, shift=1.5):
    return x * x * w + shift


def handed_on(fn: Function) -> Function:
    @functools.wraps(fn)
    def wrapper(*args, **kw):
        return fn(*args, **kw) * 2

    return wrapper


def twice(fn: Function) -> Function:
    @functools.wraps(fn)
    def wrapper(x, *rest, **kw):
        return fn(x, *rest, **kw) + fn(2 * x, *rest, **kw)

    return wrapper


def with_its_own_default(fn: Function) -> Function:
    @functools.wraps(fn)
    def wrapper(x, w=9.0):
        return fn(x, w)

    return wrapper


def in_another_order(fn: Function) -> Function:
    @functools.wraps(fn)
    def wrapper(w, x):
        return fn(x, w) + x

    return wrapper


def with_fewer(fn: Function) -> Function:
    @functools.wraps(fn)
    def wrapper(x):
        return fn(x, 3.0, shift=x)

    return wrapper


def with_more(fn: Function) -> Function:
    @functools.wraps(fn)
    def wrapper(x, w, k):
        return fn(x, w) * k

    return wrapper


def counting(fn: Function) -> Function:
    @functools.wraps(fn)
    def wrapper(*args, **kw):
        return fn(*args, **kw) * (len(args) + 10 * len(kw))

    return wrapper


def looking(fn: Function) -> Function:
    @functools.wraps(fn)
    def wrapper(*args, **kw):
        return fn(*args, **kw) * kw.get("w", 10.0)

    return wrapper


def dropping(fn: Function) -> Function:
    @functools.wraps(fn)
    def wrapper(*args, **kw):
        return fn(*args)

    return wrapper


def to_another(fn: Function) -> Function:
    @functools.wraps(fn)
    def wrapper(*args, **kw):
        return other(*args, **kw)

    return wrapper


def under_a_name(fn: Function) -> Function:
    @functools.wraps(fn)
    def wrapper(*args, **kw):
        called = other
        return called(*args, **kw)

    return wrapper


def passing_the_last(fn: Function) -> Function:
    @functools.wraps(fn)
    def wrapper(*args, **kw):
        return fn(*args, 3.0, **kw)

    return wrapper


def passing_the_first(fn: Function) -> Function:
    @functools.wraps(fn)
    def wrapper(*args, **kw):
        return fn(0.5, *args, **kw)

    return wrapper


def passing_by_name(fn: Function) -> Function:
    @functools.wraps(fn)
    def wrapper(x, *args, **kw):
        return fn(x, *args, shift=x, **kw)

    return wrapper


def said_by_hand() -> Function:
    def f(x, w=3.0):
        return x * x * w

    f.__signature__ = inspect.Signature(  # type: ignore[attr-defined]  # of a function, anything
        [inspect.Parameter(name, inspect.Parameter.POSITIONAL_OR_KEYWORD, default=7.0) for name in ("w", "x")]
    )
    return f


def wrapped_by_hand() -> Function:
    def f(x, w=3.0):
        return x * x * w

    f.__wrapped__ = scaled  # type: ignore[attr-defined]  # of a function, anything
    return f


MADE: list[Function] = [
    *(d(scaled) for d in (handed_on, twice, with_its_own_default, in_another_order, with_fewer, with_more, counting)),
    *(d(scaled) for d in (looking, dropping, to_another, under_a_name)),
    *(d(scaled) for d in (passing_the_last, passing_the_first, passing_by_name)),
    handed_on(handed_on(scaled)),
    handed_on(passing_the_last(scaled)),
    passing_by_name(passing_the_last(scaled)),
    handed_on(with_its_own_default(scaled)),
    with_its_own_default(handed_on(scaled)),
    handed_on(counting(scaled)),
    functools.partial(handed_on(scaled), shift=0.25),
    said_by_hand(),
    wrapped_by_hand(),
]
CALLS: list[tuple[tuple[float, ...], dict[str, float]]] = [
    ((0.8,), {}),
    ((0.8, 1.3), {}),
    ((0.8,), {"w": 1.3}),
    ((0.8,), {"shift": 0.7}),
    ((0.8, 1.3), {"shift": 0.7}),
    ((), {"x": 0.8}),
    ((), {"x": 0.8, "w": 1.3}),
    ((0.8, 1.3, 0.7), {}),
]


def numerically(f: Function, name: str, args: tuple[float, ...], named: dict[str, float]) -> float:
    """The derivative by the first parameter, whose name is `name`."""

    def at(step: float) -> float:
        if args:
            return float(f(args[0] + step, *args[1:], **named))
        return float(f(**{**named, name: named[name] + step}))

    return (at(STEP) - at(-STEP)) / (2 * STEP)


@pytest.mark.parametrize("k", range(len(MADE)))
def test_a_call_is_python_s_or_an_error(k: int) -> None:
    f, compiled = MADE[k], 0
    g = symdiff.value_and_grad(f)
    for args, named in CALLS:
        try:
            expected = f(*args, **named)
        except TypeError:
            with pytest.raises((TypeError, SymdiffError)):
                g(*args, **named)
            continue
        try:
            value, gradient = g(*args, **named)
        except UsageError as error:  # a wrapper that looks at its stars
            assert error.code == "SD732"
            continue
        except TypeError as error:  # behind its star a wrapper passes some of its own
            assert "positional-only" in str(error) or "missing" in str(error)
            continue
        compiled += 1
        first = g.parameters[0].name
        assert value == pytest.approx(expected, rel=1e-12)
        if args or first in named:
            assert gradient == pytest.approx(numerically(f, first, args, named), rel=1e-6)
    assert compiled


def changing(fn: Function) -> Function:
    @functools.wraps(fn)
    def wrapper(*args, **kw):
        kw["w"] = 2.0 * kw.get("w", 1.5)
        kw.setdefault("shift", 0.25)
        kw.pop("unused", None)
        return fn(*args, **kw)

    return wrapper


CHANGED: list[tuple[tuple[float, ...], dict[str, float]]] = [
    ((0.8,), {}),
    ((0.8,), {"w": 1.3}),
    ((0.8,), {"shift": 0.5}),
    ((0.8,), {"unused": 1.0, "w": 1.3}),
    ((), {"shift": 0.5, "w": 1.3, "x": 0.8}),
]


@pytest.mark.parametrize("level", [0, 1, 2])
@pytest.mark.parametrize("argnums", [0, (0,)])
def test_a_wrapper_that_changes_what_it_hands_on(level: int, argnums: Any) -> None:
    """Each way of calling it is compiled by itself, also with what only the wrapper takes."""
    f = changing(scaled)
    g = symdiff.value_and_grad(f, argnums, level=level)
    for args, named in 2 * CHANGED:
        value, gradient = g(*args, **named)
        assert value == f(*args, **named)
        found = gradient if argnums == 0 else gradient[0]
        assert found == pytest.approx(numerically(f, "x", args, named), rel=1e-6)
    by_both = symdiff.grad(f, argnums=(1, 0), level=level)(0.8, w=1.3)
    assert by_both == pytest.approx(tuple(numerically(f, n, (), {"x": 0.8, "w": 1.3}) for n in ("w", "x")), rel=1e-6)
    with pytest.raises((TypeError, SymdiffError), match="multiple values"):
        g(0.8, 1.3)


def test_a_wrapper_that_looks_at_its_arguments_says_so() -> None:
    """Where the argument to differentiate by is not given, or directions are given besides."""
    f = looking(scaled)
    line = looking.__code__.co_firstlineno + 1
    for g in (symdiff.value_and_grad(f, wrt="w"), symdiff.grad(f, argnums=(0, 1))):
        with pytest.raises(UsageError) as caught:
            g(0.8)
        assert str(caught.value) == (
            f"SD732 the wrapper of scaled at {__file__}:{line} looks at which arguments are given, and scaled is "
            "compiled for all of them, `scaled(x, w, shift=shift)` (differentiate a function that calls it as you "
            "want: `lambda x: scaled(x)`)"
        )
    for args, named in [((0.8,), {}), ((0.8, 1.3), {}), ((0.8,), {"w": 1.3, "shift": 0.5})]:
        assert symdiff.value_and_grad(f)(*args, **named)[0] == pytest.approx(f(*args, **named), rel=1e-12)
    assert symdiff.value_and_grad(lambda x: f(x))(0.8)[0] == pytest.approx(f(0.8), rel=1e-12)
    assert symdiff.value_and_grad(lambda x: f(x, w=1.3))(0.8)[0] == pytest.approx(f(0.8, w=1.3), rel=1e-12)


@pytest.mark.parametrize("decorator", [handed_on, twice])
def test_a_wrapper_that_hands_on_is_called_in_every_way(decorator: Callable[[Function], Function]) -> None:
    f = decorator(scaled)
    g = symdiff.value_and_grad(f, wrt="x")
    for args, named in CALLS[:5]:
        value, gradient = g(*args, **named)
        assert value == pytest.approx(f(*args, **named), rel=1e-12)
        assert gradient == pytest.approx(numerically(f, "x", args, named), rel=1e-6)


def test_the_defaults_of_what_is_wrapped_may_be_replaced() -> None:
    def inner(x, w=2.0):
        return x * x * w

    f = handed_on(inner)
    g = symdiff.grad(f)
    assert g(1.0) == 8.0
    inner.__defaults__ = (3.0,)
    assert g(1.0) == 12.0
