"""Functions that call themselves, or each other, as deep as the data say."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from tests.programs import helpers
from tests.programs.cases import Cases, array, signed

cases = Cases()


class Pair(NamedTuple):
    a: float
    b: float


@cases(1.3, 4)
@cases(1.3, 0)
def power(x, n):
    return 1.0 if n == 0 else x * power(x, n - 1)


@cases(1.2, 5)
def power_by_squares(x, n):
    if n == 0:
        return 1.0
    half = power_by_squares(x, n // 2)
    return half * half if n % 2 == 0 else half * half * x


@cases(1.0, 2.0)
def newton(x, a):
    y = 0.5 * (x + a / x)
    if abs(y - x) < 1e-14:
        return y
    return newton(y, a)


@cases(3, 1.1)
@cases(4, 1.1)
def even(n, x):
    if n == 0:
        return x
    return odd(n - 1, x * x)


def odd(n, x):
    if n == 0:
        return np.sin(x)
    return 2.0 * even(n - 1, x + 1.0)


@cases(array(5))
@cases(array(1))
def tree_product(v):
    if len(v) == 1:
        return v[0]
    m = len(v) // 2
    return tree_product(v[:m]) * tree_product(v[m:])


@cases(signed(4, 4))
def determinant(a):
    if len(a) == 1:
        return a[0, 0]
    s = 0.0
    sign = 1.0
    for j in range(len(a)):
        s = s + sign * a[0, j] * determinant(np.concatenate((a[1:, :j], a[1:, j + 1 :]), axis=1))
        sign = -sign
    return s


@cases(2, 2, 0.3)
def ackermann(m, n, x):
    if m == 0:
        return n + x
    if n <= 0:
        return ackermann(m - 1, 1, x)
    return ackermann(m - 1, 1, 0.5 * x) * ackermann(m, n - 1, x)


@cases(0, 4, 1.0, 1.1, 0.9)
def binomial_option(i, n, s, u, k):
    if i == n:
        return np.maximum(s - k, 0.0)
    return 0.98 * (0.55 * binomial_option(i + 1, n, s * u, u, k) + 0.45 * binomial_option(i + 1, n, s / u, u, k))


@cases(array(5))
def moments(v):
    if len(v) == 1:
        return v[0], v[0] * v[0]
    m = len(v) // 2
    s, q = moments(v[:m])
    t, r = moments(v[m:])
    return s + t, q + r * s


@cases(Pair(1.1, 0.9), 3)
def named_tuples(p, n):
    if n == 0:
        return p
    q = named_tuples(Pair(p.b, p.a * p.b), n - 1)
    return Pair(q.a + p.a, q.b)


@cases({"s": 0.7}, 3)
def dicts(d, n):
    if n == 0:
        return {"s": d["s"], "k": 1.0}
    r = dicts({"s": np.sin(d["s"])}, n - 1)
    return {"s": r["s"] * d["s"], "k": r["k"] + d["s"]}


@cases(1.2, 0.7, 3)
def of_a_lambda(x, w, n):
    go = lambda k: w if k == 0 else x * np.sin(go(k - 1))
    return go(n) + w


@cases(1.5, 3)
@cases(1.5, 4)
def of_inner_functions(x, n):
    def is_even(k):
        return True if k == 0 else is_odd(k - 1)

    def is_odd(k):
        return False if k == 0 else is_even(k - 1)

    return x * x if is_even(n) else x


@cases(array(3), 2)
def sees_what_changes_around(v, n):
    out = np.zeros(3)

    def go(k):
        return out[0] + v[0] if k == 0 else go(k - 1) * v[k] * len(v)

    first = go(n)
    out[0] = v[1]
    return first + go(n)


@cases(1.2, 3)
def in_another_module(x, n):
    return helpers.damped(x, n) * x


def _simpson(f, a, b, tol):
    m = 0.5 * (a + b)
    whole = (b - a) * f(m)
    halves = 0.5 * (b - a) * (f(0.5 * (a + m)) + f(0.5 * (m + b)))
    if abs(whole - halves) < tol:
        return halves
    return _simpson(f, a, m, tol / 2) + _simpson(f, m, b, tol / 2)


@cases(0.7, 1.5, 1e-3)
def adaptive_quadrature(w, b, tol):
    return _simpson(lambda t: np.exp(-w * t * t), 0.0, b, tol)


@cases(np.array([0.1, 1.2, 0.8]), 3)
def in_loop_and_branch(v, n):
    s = 0.0
    for i in range(len(v)):
        if v[i] > 0.5:
            s += power(v[i], n)
    return s


@cases(0.7, 2)
def in_while(x, n):
    k = 0
    while k < n:
        x = x + 0.1 * power(x, k)
        k += 1
    return x


@cases(array(3), 2)
def in_comprehension(v, n):
    if n == 0:
        return v[0]
    return sum([in_comprehension(v * w, n - 1) for w in v])


@cases(1.2, 3)
def in_its_own_loop(x, n):
    s = 0.0
    for i in range(n):
        s = s + in_its_own_loop(x * 0.5, i)
    return s + x


@cases(array(3), 2, signed(3))
def writes_its_copy(v, n, w):
    if n == 0:
        return v
    v = v.copy()
    v[0] = v[0] * w[1]
    return writes_its_copy(v, n - 1, w) + w


def _same(v, n):
    return v if n == 0 else _same(v, n - 1)


@cases(array(3), 2)
def returns_its_argument(v, n):
    w = _same(v, n)
    return np.sum(w * v) + w[0]


@cases(array(5))
def reversed_by_halves(v):
    if len(v) < 2:
        return v
    m = len(v) // 2
    return np.concatenate((reversed_by_halves(v[m:]), reversed_by_halves(v[:m]) * 2.0))


@cases(array(2, 2), 3)
def matrix_power(a, n):
    if n == 0:
        return np.eye(len(a))
    return a @ matrix_power(a, n - 1)


def _flip(x, n, up):
    if n == 0:
        return x
    y = _flip(x, n - 1, not up)
    return y * x if up else y + x


@cases(1.2, 4)
def flips_a_flag(x, n):
    return _flip(x, n, True)


@cases(0.9)
def known_but_deep(x):
    def f(x, k):
        return x if k == 0 else np.sin(f(x, k - 1)) * x

    return f(x, 60)


@cases(1.5, 3)
def bound_behind_the_call(x, n):
    if n > 0:
        y = bound_behind_the_call(x, n - 1) * x
    if n <= 0:
        return x
    return y


def halves(w, t):
    if len(w) < 2:
        return np.sum(w) * t
    return np.sin(halves(w[: len(w) // 2], t)) - halves(w[len(w) // 2 :], t * 0.5)


@cases(signed(3), array(3))
def chosen_by_a_recursion(x, y):
    r = x if halves(np.tanh(y), 0.5) > 0 else y
    return halves(np.tanh(y), 0.3) + r[0]


@cases(0.6, signed(4))
def parameter_called_as_a_size(x, v):
    def walk(n, y):
        if n <= 1:
            return y * n + v[0]
        return walk(n // 2, y * x + v[n % len(v)])

    return walk(len(v) * 3, x)


@cases(0.6, signed(4))
def parameters_called_as_a_size(x, v):
    def even(n, y):
        return y if n == 0 else odd(n - 1, y * x)

    def odd(n, y):
        return y + x if n == 0 else even(n - 1, y + v[n % len(v)])

    return even(len(v), 1.0)


@cases(0.7, 4)
@cases(0.7, 0)
def memo_around_the_recursion(x, n):
    memo = [None] * (n + 3)

    def g(k):
        if k <= 0:
            return 0.0
        if memo[k] is None:
            memo[k] = x * g(k - 1) + 1.0
        return memo[k]

    return g(n + 2) + sum(m for m in memo if m is not None)
