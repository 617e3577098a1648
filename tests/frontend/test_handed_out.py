"""Functions that a call hands out by an early `return`: they read what its names were then."""

# ruff: noqa: B023  # that they read a name of the loop is what is tested

from __future__ import annotations

from functools import partial
from typing import Any

import numpy as np
import pytest

from symdiff import CompileError, grad, jvp, value_and_grad

V = np.array([0.3, 1.2, -0.7, 0.9])


class Scaled:
    def __init__(self, w: Any) -> None:
        self.w = w

    def of(self, u: Any) -> Any:
        return u * self.w


def name_of_the_loop(x: Any, v: Any) -> Any:
    def pick() -> Any:
        for t in v:
            if t > x:
                return lambda u: u * t
        return lambda u: u

    return pick()(x)


def one_of_two(x: Any, v: Any) -> Any:
    def pick() -> Any:
        for t in v:
            if t > x:
                return lambda u: u * t * t
            if t < -0.5:
                return lambda u: u + t
        return lambda u: u * x

    return pick()(x)


def bound_in_the_loop(x: Any, v: Any) -> Any:
    def pick() -> Any:
        y = 0.0
        for t in v:
            y = t * 2 * x
            if t > x:
                return lambda u: u * y
        return lambda u: u - y

    return pick()(x)


def in_a_tuple_each_turn(x: Any, v: Any) -> Any:
    def pick(s: Any) -> Any:
        for k, t in enumerate(v):
            y = t * s
            if y > x:
                return (lambda u: u * y + k), y
        return (lambda u: u), 0.0

    total = 0.0
    for j in range(3):
        g, y = pick(j + 0.5)
        total += g(x) * y
    return total


def or_none(x: Any, v: Any) -> Any:
    def pick() -> Any:
        for t in v:

            def g(u: Any) -> Any:
                return u * t

            if t > x:
                return g
        return None

    g = pick()
    return x if g is None else g(x)


def one_that_reads_another(x: Any, v: Any) -> Any:
    def pick() -> Any:
        for t in v:
            h = lambda u: u * t
            if t > x:
                return lambda u: h(u) + t
        return lambda u: u

    return pick()(x)


def name_of_a_branch(x: Any, v: Any) -> Any:
    def pick() -> Any:
        if x > 0.7:
            y = x * 3
            if v[0] < x - 0.5:
                y = y * v[1]
                return lambda t: t * y
            return lambda t: t + y
        y = x * x
        return lambda t: t - y

    g = pick()
    return g(x) + g(2 * x)


def partials(x: Any, v: Any) -> Any:
    def pick() -> Any:
        for t in v:
            if t > x:
                return partial(lambda a, b: a * b * t, x)
        return partial(lambda a, b: a + b, v[0])

    return pick()(2.0)


def methods(x: Any, v: Any) -> Any:
    def pick() -> Any:
        if x > 0.7:
            return Scaled(x * 2).of
        return Scaled(v[1]).of

    return pick()(x)


def chosen_in_one_expression(x: Any, v: Any) -> Any:
    g = (lambda t, c=x * 2: t * c) if x > 0.7 else np.sin
    return g(x) * v[1]


def two_that_hold(x: Any, v: Any) -> Any:
    if x > 0.7:
        y = v[0] * x
        g = lambda t, c=y: t * c
    else:
        g = partial(lambda c, t: t - c, x * x)
    return g(x) * v[1]


def held_as_a_default(x: Any, v: Any) -> Any:
    def pick() -> Any:
        for t in v:
            if t > x:
                return lambda u, g=(lambda w: w * t): g(u) + t
        return lambda u: u

    return pick()(x)


def chosen_in_its_turn(x: Any, v: Any) -> Any:
    def pick() -> Any:
        for t in v:
            f = (lambda u: u * t) if t > 1 else (lambda u: u + t * x)
            if t > x:
                return f
        return lambda u: u * u

    return pick()(x)


def out_of_a_while(x: Any, v: Any) -> Any:
    def pick() -> Any:
        k = 0
        while k < len(v):
            t = v[k]
            k += 1
            if t < x:
                continue

            def h(u: Any) -> Any:
                return u * t + k

            return h
        return lambda u: u * u

    return pick()(x)


def with_a_buffer(x: Any, v: Any) -> Any:
    def pick() -> Any:
        buf, k = np.zeros(len(v)), 0
        while k < len(v):
            buf[k] = v[k] * x
            if v[k] > x:
                return lambda u: u * np.sum(buf)
            k += 1
        buf *= 2.0
        return lambda u: u + np.sum(buf)

    return pick()(x)


def bound_behind_the_loop(x: Any, v: Any) -> Any:
    def pick() -> Any:
        for t in v:
            if t > x:
                return lambda u: u * t
        mid = (x + 1) / 2
        return lambda u: u - mid * u

    return pick()(x)


def bound_behind_a_return(x: Any, v: Any) -> Any:
    def pick() -> Any:
        if x > 1.2:
            return lambda u: u * x
        mid = x * v[1]
        if x > 0.4:
            return lambda u: u - mid * mid
        return lambda u: u + mid

    return pick()(x)


def calls_itself_behind_a_return(x: Any, v: Any) -> Any:
    def pick() -> Any:
        if x > 1.2:
            return lambda k: k * x

        def fact(k: int) -> Any:
            return x if k < 1 else k * fact(k - 1)

        return fact

    return pick()(3)


def counts_afterwards(x: Any, v: Any) -> Any:
    def counter(start: Any) -> Any:
        n = start

        def more() -> Any:
            nonlocal n
            n = n * 2 + x
            return n

        if x > 1.2:
            return lambda: x
        return more

    add = counter(v[0])
    return add() * add()


FUNCTIONS = [
    *(bound_behind_the_loop, bound_behind_a_return, calls_itself_behind_a_return, counts_afterwards),
    *(out_of_a_while, with_a_buffer),
    *(held_as_a_default, chosen_in_its_turn),
    *(name_of_the_loop, one_of_two, bound_in_the_loop, in_a_tuple_each_turn, or_none, one_that_reads_another),
    *(name_of_a_branch, partials, methods, chosen_in_one_expression, two_that_hold),
]


@pytest.mark.parametrize("f", FUNCTIONS)
@pytest.mark.parametrize("x", [0.2, 0.5, 1.0, 1.5])
def test_value_and_derivatives(f: Any, x: float) -> None:
    h, direction = 1e-6, np.array([0.4, -0.3, 0.2, 0.9])
    along = lambda s: f(x + s, V + s * direction)
    slope = (along(h) - along(-h)) / (2 * h)
    for level in (0, 1, 2):
        value, (d_x, d_v) = value_and_grad(f, (0, 1), level=level)(x, V)
        assert value == pytest.approx(f(x, V), rel=1e-14)
        assert d_x + d_v @ direction == pytest.approx(slope, rel=1e-7, abs=1e-8)
    assert jvp(f, (x, V), (1.0, direction))[1] == pytest.approx(slope, rel=1e-7, abs=1e-8)
    first = grad(f)
    second = (first(x + h, V) - first(x - h, V)) / (2 * h)
    assert grad(first)(x, V) == pytest.approx(second, rel=1e-6, abs=1e-7)


@pytest.mark.parametrize("f", [name_of_the_loop, one_of_two, or_none, in_a_tuple_each_turn])
def test_no_turn(f: Any) -> None:
    none = np.zeros(0)
    assert value_and_grad(f)(0.5, none)[0] == f(0.5, none)


def calls_itself(x: Any, v: Any) -> Any:
    def pick() -> Any:
        for t in v:

            def g(u: Any) -> Any:
                return u * t if u > 0.1 else g(u + 1) * t

            if t > x:
                return g
        return lambda u: u

    return pick()(x)


def changes_what_it_reads(x: Any, v: Any) -> Any:
    def pick() -> Any:
        for t in v:
            n = t

            def more() -> Any:
                nonlocal n
                n = n + x
                return n

            if t > x:
                return more
        return lambda: 0.0

    g = pick()
    return g() + g()


def changed_by_a_helper(x: Any, v: Any) -> Any:
    def pick() -> Any:
        k = x

        def bump(t: Any) -> None:
            nonlocal k
            k = k * 0.5 + t

        for t in v:
            bump(t)
            if k > 1:
                return lambda u: u * k
        return lambda u: u + k

    return pick()(x)


def out_by_a_list(x: Any, v: Any) -> Any:
    out: list[Any] = []

    def pick() -> None:
        y = x
        if x > 0.3:
            y = x * v[1]
            out.append(lambda u: u * y)
            return
        y = v[0]
        out.append(lambda u: u * y)

    pick()
    return out[0](x)


def one_return(x: Any, v: Any) -> Any:
    """What the message says to write instead of `changes_what_it_reads`."""

    def pick() -> Any:
        found: Any = lambda: 0.0
        for t in v:
            n = t

            def more() -> Any:
                nonlocal n
                n = n + x
                return n

            if t > x:
                found = more
                break
        return found

    g = pick()
    return g() + g()


@pytest.mark.parametrize(("f", "name"), [(calls_itself, "g"), (changes_what_it_reads, "n"), (changed_by_a_helper, "k")])
def test_what_a_function_shares_with_itself_or_others_is_refused(f: Any, name: str) -> None:
    with pytest.raises(
        CompileError, match=f"`{name}`, which a function reads that an early `return` handed out"
    ) as info:
        value_and_grad(f)(0.5, V)
    assert {p.code for p in info.value.problems} == {"SD299"}
    assert "`return` that once, at the end" in str(info.value)


def test_what_gets_out_by_a_list_is_refused() -> None:
    with pytest.raises(CompileError):
        value_and_grad(out_by_a_list)(0.5, V)


def test_the_rewrite_works() -> None:
    assert value_and_grad(one_return)(0.5, V)[0] == pytest.approx(changes_what_it_reads(0.5, V))
