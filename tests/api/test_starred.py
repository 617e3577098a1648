"""Functions that take any number of arguments, and wrappers without `functools.wraps`: each call has its derivative.

Each call is compared with that of the function and with differences, in both modes, at every level.
"""

from __future__ import annotations

import functools
import pickle
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

import symdiff
from symdiff import grad
from symdiff.errors import UsageError

Function = Callable[..., Any]
STEP = 1e-6


def product(*xs):
    made = 1.0
    for x in xs:
        made = made * np.sin(x)
    return made


def mixed(x, y=0.7, *rest, scale=1.5, **more):
    total = scale * x * y**2
    for k, r in enumerate(rest):
        total = total + (k + 1) * r * x
    for name in more:
        total = total + len(name) * more[name] ** 2
    return total


def plainly(fn: Function) -> Function:
    def wrapper(*args, **kw):
        return 2 * fn(*args, **kw)

    return wrapper


def counting(fn: Function) -> Function:
    @functools.wraps(fn)
    def wrapper(*args, **kw):
        kw.setdefault("shift", 0.25 * len(args))
        return fn(*args, **kw)

    return wrapper


def shifted(x, w=2.0, *, shift=0.5):
    return np.sin(x) * w * x + shift * x**3


class Polynomial:
    def __init__(self, lead: float) -> None:
        self.lead = lead

    def at(self, x, *rest):
        made = self.lead
        for a in rest:
            made = made * x + a
        return made

    def __call__(self, *args):
        return self.at(*args)

    @grad(argnums=1)
    def slope(self, *args):
        return self.at(*args)


CALLS: list[tuple[Function, tuple[float, ...], dict[str, float]]] = [
    (product, (0.8,), {}),
    (product, (0.8, 1.3, 0.4), {}),
    (mixed, (0.8,), {}),
    (mixed, (0.8, 1.3), {"scale": 2.0}),
    (mixed, (0.8, 1.3, 0.4, 0.3), {"more": 0.6, "q": 1.1}),
    (plainly(shifted), (0.8,), {}),
    (plainly(shifted), (0.8, 1.3), {"shift": 0.1}),
    (plainly(plainly(mixed)), (0.8, 1.3, 0.4), {"q": 1.1}),
    (counting(shifted), (0.8,), {}),
    (counting(shifted), (0.8, 1.3), {}),
    (functools.partial(product, 0.8), (1.3, 0.4), {}),
    (functools.partial(plainly(shifted), shift=0.1), (0.8,), {}),
    (Polynomial(1.5).at, (0.8, 0.2, 0.3), {}),
    (Polynomial(1.5), (0.8, 0.2, 0.3), {}),
    (lambda *xs: xs[0] * xs[-1], (0.8, 1.3), {}),
]


def slope(f: Function, args: tuple[float, ...], named: dict[str, float], k: int) -> float:
    def at(step: float) -> float:
        return float(f(*args[:k], args[k] + step, *args[k + 1 :], **named))

    return (at(STEP) - at(-STEP)) / (2 * STEP)


@pytest.mark.parametrize("level", [0, 1, 2])
@pytest.mark.parametrize("k", range(len(CALLS)))
def test_a_call_is_the_function_s(k: int, level: int) -> None:
    f, args, named = CALLS[k]
    by, last = tuple(range(len(args))), len(args) - 1
    slopes = [slope(f, args, named, i) for i in by]
    value, gradient = symdiff.value_and_grad(f, by, level=level)(*args, **named)
    assert value == pytest.approx(f(*args, **named), rel=1e-14)
    assert gradient == pytest.approx(slopes, rel=1e-6, abs=1e-8)
    assert grad(f, last, level=level)(*args, **named) == gradient[-1]
    assert symdiff.jacobian(f, by, level=level)(*args, **named) == pytest.approx(gradient, rel=1e-14)
    assert symdiff.jacfwd(f, by, level=level)(*args, **named) == pytest.approx(gradient, rel=1e-12)
    # of the derivative by the last argument, the one by the first
    steps = [grad(f, last, level=level)(args[0] + d, *args[1:], **named) for d in (STEP, -STEP)]
    if len(args) > 1:
        second = grad(grad(f, last, level=level), 0, level=level)(*args, **named)
        assert second == pytest.approx((steps[0] - steps[1]) / (2 * STEP), rel=1e-5, abs=1e-7)
        assert symdiff.hessian(f, by, level=level)(*args, **named)[0][-1] == pytest.approx(second, rel=1e-12, abs=1e-15)


@pytest.mark.parametrize("k", [k for k, (_, _, named) in enumerate(CALLS) if not named])
def test_at_once(k: int) -> None:
    """`jvp`, `vjp`, `hvp` and `check_grads`, where the caller leaves what has a default out."""
    f, args, _ = CALLS[k]
    gradient = grad(f, tuple(range(len(args))))(*args)
    along = tuple(0.5 + i for i in range(len(args)))
    value, tangent = symdiff.jvp(f, args, along)
    assert value == pytest.approx(f(*args), rel=1e-14)
    assert tangent == pytest.approx(sum(g * v for g, v in zip(gradient, along, strict=True)), rel=1e-12)
    value, pullback = symdiff.vjp(f, *args)
    assert pullback(2.0) == pytest.approx([2 * g for g in gradient], rel=1e-12)
    by_first = symdiff.jvp(grad(f), args, along)[1]
    of_hessian = symdiff.hvp(f, args, along)
    assert (of_hessian if len(args) == 1 else of_hessian[0]) == pytest.approx(by_first, rel=1e-12, abs=1e-15)
    symdiff.check_grads(f, args)


def test_by_names() -> None:
    """By hand for mixed(2, 3, 5, scale=4, q=7): 4·x·y² + 5x + q², so 4y² + 5, 8xy, x·y² and 2q."""
    found = grad(mixed, wrt=("x", "y", "scale", "q"))(2.0, 3.0, 5.0, scale=4.0, q=7.0)
    assert grad(product, -1)(0.8, 1.3) == grad(product, 1)(0.8, 1.3)
    assert found == (41.0, 48.0, 18.0, 14.0)
    assert grad(mixed, wrt="q")(2.0, q=7.0) == 14.0
    assert grad(mixed)(x=2.0, y=3.0, scale=4.0) == 36.0
    assert grad(mixed, 1)(2.0, y=3.0, scale=4.0) == 48.0
    assert grad(lambda args, *rest, **args_0: args * rest[0] + args_0["args"] if "args" in args_0 else args)(3.0) == 1.0
    with pytest.raises(UsageError, match="SD702 mixed has no parameter `z`"):
        grad(mixed, wrt="z")(2.0)


@pytest.mark.parametrize("argnums", [2, -3, (0, 0), (), "x"])
def test_positions_are_those_of_the_call(argnums: Any) -> None:
    with pytest.raises(UsageError, match="SD701"):
        grad(product, argnums)(0.8, 1.3)


def test_python_s_own_errors() -> None:
    with pytest.raises(TypeError, match="missing a required argument: 'x'"):
        grad(mixed)(q=2.0)
    with pytest.raises(TypeError, match="multiple values for argument 'x'"):
        grad(mixed)(1.0, x=2.0)
    with pytest.raises(UsageError, match="SD741 the names of the arguments of mixed"):
        grad(mixed)(1.0, **{"no name": 2.0})
    with pytest.raises(UsageError, match="SD715"):
        grad(product, level=3)


def test_structures() -> None:
    """Arguments that are no numbers, dtypes, and what a call returns besides."""

    def f(*parts, **named):
        return sum(np.sum(p["w"] ** 2) for p in parts) * named["k"], (len(parts), named["text"])

    a, b = {"w": np.array([1.0, 2.0])}, {"w": np.array([3.0], np.float32)}
    (value, aux), gradient = symdiff.value_and_grad(f, (0, 1), has_aux=True)(a, b, k=2, text="shown")
    assert (value, aux) == (28.0, (2, "shown"))
    np.testing.assert_array_equal(gradient[0]["w"], [4.0, 8.0])
    np.testing.assert_array_equal(gradient[1]["w"], np.array([12.0], np.float32))
    assert gradient[1]["w"].dtype == np.float32
    empty = grad(lambda *xs: np.sum(xs[0]))(np.zeros(0))
    assert empty.shape == (0,)


def test_static_names_are_those_of_the_call() -> None:
    f = lambda *xs, times=1, **kw: xs[0] ** 2 * sum(xs[1:]) if kw.get("on") else xs[0] * sum([1.0] * times)
    g = grad(f, static=("times", "other"))
    assert g(3.0, times=4) == 4.0
    assert g(3.0, 2.0, on=True) == 12.0
    with pytest.raises(UsageError, match="SD702 product has no parameter `n`"):
        grad(product, static="n")


def test_as_an_object() -> None:
    g = grad(product, (0, 1))
    assert pickle.loads(pickle.dumps(g))(0.8, 1.3) == g(0.8, 1.3)
    assert repr(g) == "<symdiff grad of product, for each way to call it>"
    assert g.__name__ == "product"
    p = Polynomial(1.5)
    assert p.slope(0.8, 0.2) == 1.5


def test_what_is_read_from_outside_may_change() -> None:
    def square(x):
        return x * x

    def f(*xs):
        return square(xs[0]) * factor

    factor = 1.0
    g = grad(f)
    assert g(3.0) == 6.0
    factor = 2.0
    assert g(3.0) == 12.0
    square.__code__ = (lambda x: x * x * x).__code__
    assert g(3.0) == 54.0

    def other(*xs):
        return xs[0] * xs[0]

    g = grad(other)
    assert g(3.0) == 6.0
    other.__code__ = (lambda *xs: 5.0 * xs[0]).__code__
    assert g(3.0) == 5.0


OUTER = grad(product, argnums=(1, 0))


def test_inside_of_a_compiled_function() -> None:
    """By hand: product(x, x²) has the derivatives cos(x)·sin(x²) and sin(x)·cos(x²)."""

    def last(x):
        return grad(product, argnums=-1)(x, x * x)

    def both(x):
        a, b = OUTER(x, x * x)
        return 2.0 * a + b

    def along(x):
        _, tangent = symdiff.jvp(product, (x, x * x), (1.0, 0.0))
        _, second = symdiff.vjp(product, x, x * x)[1](1.0)
        return tangent + 3.0 * second + symdiff.hvp(product, (x, x * x), (1.0, 0.0))[0]

    def by_name(x):
        return grad(mixed, wrt="y")(x, y=x * x)

    x = 0.6
    one, two = np.cos(x) * np.sin(x * x), np.sin(x) * np.cos(x * x)
    assert last(x) == pytest.approx(two)
    assert both(x) == pytest.approx(2.0 * two + one)
    assert along(x) == pytest.approx(one + 3.0 * two - product(x, x * x))
    assert by_name(x) == pytest.approx(3.0 * x**3)
    for f in (last, both, along, by_name):
        value, gradient = symdiff.value_and_grad(f)(x)
        assert value == pytest.approx(f(x), rel=1e-12)
        assert gradient == pytest.approx(slope(f, (x,), {}, 0), rel=1e-6)
        assert symdiff.jvp(f, (x,), (1.0,))[1] == pytest.approx(gradient, rel=1e-12)


def test_places_that_a_call_inside_does_not_have() -> None:
    def beyond(x):
        return grad(product, argnums=2)(x, x)

    with pytest.raises(symdiff.CompileError, match="argnums=2 does not fit a call of product with 2 arguments"):
        grad(beyond)(0.6)
