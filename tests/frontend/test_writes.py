"""What the frontend compiles, against CPython: writes, views, arrays under several names."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from symdiff.ir.verify import verify
from tests.frontend.cases import Cases
from tests.frontend.running import check

A = np.array
case = Cases()


def writes(x):
    y = x.copy()
    y[0] += 1
    y[:, 1] *= 2
    y[1, 0] = x[0, 0]
    z = x.T @ x
    z -= 1
    return y, z


case((A([[1.0, 2.0], [3.0, 4.0]]),))(writes)


def views_see_later_writes(x):
    y = x * 2
    r = y[1:]
    y[2] = 7.0
    r[0] += 1
    a = np.ones((3, 2))
    a[1][0] = x[0]
    a.T[0, 2] = 5.0
    row = a[1]
    a[1, 1] = -1.0
    return y, r, a, row, r[0], r[1:]


case((A([1.0, 2.0, 3.0, 4.0]),))(views_see_later_writes)


def whole_views_times_products(v, m, c):
    y = v * 1.0
    w = y[1:]
    for _ in range(2):
        w[:] *= m[1:] @ v
    if c > 0:
        v[::-1][:] *= m @ v
    return y, v


case((A([0.3, -0.7, 1.2]), np.eye(3) + 0.1, 1), (A([0.3, -0.7, 1.2]), np.eye(3) + 0.1, 0))(whole_views_times_products)


def argument_written(x):
    x[0] = 5.0
    x += 1.0
    return x * 2


case((A([1.0, 2.0]),))(argument_written)


def written_by_a_helper(x):
    def fill(y, k):
        y[k] = y[k] * 2
        return y

    z = x + 0.0
    w = fill(z, 0)
    return z, w


case((A([1.0, 2.0]),))(written_by_a_helper)


def buffer_swap(x, k):
    old = x + 0.0
    new = np.zeros_like(x)
    for _ in range(k):
        for i in range(len(x)):
            new[i] = old[i] * 0.5 + old[i - 1]
        old, new = new, old
    return old, new


case((np.arange(4.0), 3), (np.arange(4.0), 0), (np.arange(1.0), 2))(buffer_swap)


def duplicate_indices(x):
    y = x + 0.0
    y[[0, 0]] += 1.0
    return y


case((A([1.0, 2.0]),))(duplicate_indices)


def sorted_in_place(x):
    y = x.copy()
    found = y.sort()
    return y, found, np.sort(-y)


case((A([3.0, 1.0, 2.0]),))(sorted_in_place)


def same_memory_under_other_functions(x):
    y = x + 0.0
    a, b, c = y.conj(), np.conj(y), np.asarray(y)
    y[0] = 9.0
    return a, b, c, y


case((A([3.0, 1.0]),))(same_memory_under_other_functions)


def lists_hold_arrays_not_copies(x):
    y = x + 0.0
    both = [y, (y, 1.0)]
    y[0] = 5.0
    both[0][1] += 1
    return both, y


case((A([3.0, 1.0]),))(lists_hold_arrays_not_copies)


def array_chosen_by_a_condition(x, y, t):
    a = x + 0.0
    b = y + 0.0
    c = a if t > 0 else b
    return c * 2, a, b


case((A([3.0, 1.0]), A([1.0, 0.0]), 1.0), (A([3.0, 1.0]), A([1.0, 0.0]), -1.0))(array_chosen_by_a_condition)


@case.each(least=10)
def test_as_python(function: Callable[..., Any], calls: tuple[tuple[Any, ...], ...]) -> None:
    verify(check(function, *calls).program)
