"""What NumPy does with overflows and the like inside, and rules of the user's own."""

from __future__ import annotations

import contextlib

import numpy as np

from tests.programs.cases import Cases, array, signed

cases = Cases()


@cases(array(5), signed(5))
def masked_log_ratio(x, a):
    with np.errstate(divide="ignore", invalid="ignore"):
        r = np.log(a) / x
    r = np.where(a > 0, r, a)
    return np.sum(r * r)


@cases(signed(4))
def logistic_without_warnings(x):
    with np.errstate(over="ignore"):
        y = 1 / (1 + np.exp(-x))
        return np.sum(y * x)


@cases(array(3), 4)
@cases(array(3), 0)
def growth_that_must_not_overflow(x, n):
    s = x * 1.0
    for _ in range(n):
        with np.errstate(over="raise"):
            if s[0] > 2.0:
                break
            s = s * np.exp(0.1 * s)
        s = s + 0.3 * x
    return s


def quiet_root(t):
    with np.errstate(all="ignore"):
        return np.sqrt(t) / t


@cases(array(3))
@cases(array(3) + 3.0)
def early_exit_from_a_with(x):
    with contextlib.nullcontext(), np.errstate(divide="raise"):
        if x[0] > 3.0:
            return np.sum(1 / x)
        z = quiet_root(x) + 1 / x
    w = np.exp(z)
    return np.sum(w)


@cases(np.float64(0.7), 3)
def recursion_inside_a_with(x, n):
    def power(t, k):
        return t if k == 0 else np.sin(t) * power(t * t, k - 1)

    with np.errstate(under="ignore"):
        y = power(x, n)
    return y * power(x, 1)


@cases(np.float64(1.3), 0.01)
def newton_until_it_divides_by_nothing(a, tol):
    x = a
    with np.errstate(divide="raise", invalid="raise"):
        while np.abs(x * x - a) > tol:
            with np.errstate(divide="ignore"):
                x = 0.5 * (x + a / x)
    return x * a
