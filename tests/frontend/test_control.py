"""What the frontend compiles, against CPython: branches, loops, exits, lists that grow, what raises."""

from __future__ import annotations

import functools
from collections.abc import Callable
from typing import Any

import numpy as np

from symdiff.ir.verify import verify
from tests.frontend.cases import Cases
from tests.frontend.running import check

A = np.array
case = Cases()


def early_exits(x, t):
    if x > t:
        return x * 2
    if x > 2 * t:
        y = 3.0
    elif x < -t:
        return 0
    else:
        y = x
    for i in range(10):
        y = y * 1.5 + i
        if y > 50:
            break
        if y < -50:
            return y
        if i == 3:
            continue
        y = y - 1
    return y


case((3.0, 1.0), (-3.0, 1.0), (0.5, 1.0), (-20.0, -30.0), (0.9, 1.0))(early_exits)


def nested_branches(a, b):
    x = a
    if a > 1:
        if b > 5:
            return x
        x = x + 1
        if b > 2:
            x = x * 2
        else:
            return b
    else:
        return -x
    return x


case((2.0, 3.0), (2.0, 6.0), (2.0, 1.0), (0.0, 1.0))(nested_branches)


def while_with_return(x, n):
    i = 0
    y = x
    while i < n:
        y = y * 0.5
        i += 1
        if y < 0.5:
            return y, i
    return y, i


case((3.0, 4), (3.0, 0), (3.0, 1))(while_with_return)


def newton(a, tol):
    x = a
    while abs(x * x - a) > tol:
        if x < 0.1:
            x = x + 1.0
        else:
            x = 0.5 * (x + a / x)
    return x


case((2.0, 1e-9), (0.04, 1e-9), (1.0, 1e-9))(newton)


class Scaled:
    def __init__(self, factor):
        self.factor = factor

    def times(self, x):
        return x * self.factor


def method_behind_an_exit(x, stop):
    scaled = None
    for k in range(4):
        if k == stop:
            return x
        if k == 2:
            scaled = (Scaled(x * k).times, 1.0)
    return scaled[0](x) + scaled[1]


case((1.5, 1), (1.5, 2), (1.5, 7))(method_behind_an_exit)


def holders_of_one_path(x, left, n):
    if left:
        return x
    scaled, q = Scaled(x * n), [x, x * x]
    found = (scaled.times, functools.partial(scaled.times, x), lambda t, s=x * n: s * t, range(n + 1), q.append)
    if n > 1:
        if n > 3:
            return -x
        scaled.factor = scaled.factor * x
        q[0] = q[0] + 1.0
    found[4](2.0)
    return found[0](x) + found[1]() + found[2](x) + sum(x * t for t in found[3]) + sum(q)


case((1.5, False, 1), (1.5, False, 2), (1.5, True, 2), (1.5, False, 5))(holders_of_one_path)


def sum_from_int(x):
    s = 0
    for v in x:
        s += v
    return s


case((A([1.0, 2.0]),), (A([]),))(sum_from_int)


def loop_over_pairs(x, y):
    s = 0.0
    for a, b in zip(x, y):
        s += a * b
    for i in reversed(range(len(x))):
        s -= x[i] * i
    for i, v in enumerate(x, 1):
        s += i * v
    return s


case((A([1.0, 2.0]), A([3.0, 4.0])))(loop_over_pairs)


def bound_in_the_loop_only(x):
    for v in x:
        t = v * 2
    return t


case((A([1.0, 2.0]),), (A([]),))(bound_in_the_loop_only)


def bound_on_one_path(x):
    if x > 0:
        y = x
    return y


case((1.0,), (-1.0,))(bound_on_one_path)


def growing_list(x):
    acc = []
    for v in x:
        acc.append(v * 2)
    return np.array(acc), len(acc), acc[-1]


case((A([1.0, 2.0, 4.0]),), (A([]),))(growing_list)


def nested_loops(x):
    y = x
    for k in range(3):
        for j in range(k):
            y = y * 0.9 + j
            if y > 3:
                break
        else_ = k
    return y, else_


case((5.0,), (0.1,))(nested_loops)


def recurrent(W, U, b, xs, h):
    for x in xs:
        h = np.tanh(W @ x + U @ h + b)
    return np.sum(h * h)


case((np.ones((3, 2)), np.eye(3), A([0.1, 0.2, 0.3]), A([[1.0, 2.0], [0.5, -1.0]]), np.zeros(3)))(recurrent)


def raises(x):
    assert x.ndim == 1, "rank"
    if x[0] > 5:
        raise ValueError("big")
    if x[0] < 0:
        y = x * 2
        raise IndexError("negative")
    else:
        y = x
    return y


case((A([1.0, 2.0]),), (A([9.0, 2.0]),), (A([-9.0, 2.0]),))(raises)


def unrolled_by_structure(x, sizes):
    layers = [2.0, 3.0, 4.0]
    for i in range(len(layers)):
        x = x * layers[i]
    while len(layers) > 1:
        x = x + layers.pop()
    return x


case((1.5, 2))(unrolled_by_structure)


def power_becomes_complex(x, p):
    return x**p


case((4.0, 0.5), (2.0, -1.0))(power_becomes_complex)


def integer_power(n):
    return n**-1, n**2


case((2,), (0,))(integer_power)


@case.each(least=15)
def test_as_python(function: Callable[..., Any], calls: tuple[tuple[Any, ...], ...]) -> None:
    verify(check(function, *calls).program)
