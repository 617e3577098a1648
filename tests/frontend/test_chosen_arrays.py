"""Arrays chosen by a condition in every turn of a loop: what is read of them costs what is read, in both passes."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from symdiff.ad.forward import jvp
from symdiff.ad.reverse import value_and_grad
from symdiff.passes.buffers import buffers
from symdiff.passes.dce import dce
from tests.ad.test_cost import cost
from tests.frontend.running import compiled


def elements(x, y):
    s = 0.0
    for i in range(len(x)):
        t = x if x[i] > 0.5 else y
        s += t[i] ** 2 + t[i - 1]
    return s


def statements(x, y):
    s = 0.0
    for i in range(1, len(x)):
        if x[i] > 0.5:
            a, b = x, y
        else:
            a, b = y, x
        s += a[i] * b[i - 1]
    return s


def by_key(x, y):
    both = {"x": x, "y": y}
    s = 0.0
    for i in range(len(x)):
        s += both["x" if x[i] > 0.5 else "y"][i] ** 2
    return s


def slices(x, y):
    s = 0.0
    for i in range(1, len(x) - 1):
        t = x if x[i] > 0.5 else y
        s += np.sum(t[i - 1 : i + 2]) ** 2 + np.sum(t[[i, i - 1]])
    return s


def rows(x, y):
    X, Y = x.reshape(-1, 2), y.reshape(-1, 2)
    s = 0.0
    for i in range(1, len(X)):
        t = X if X[i, 0] > 0.5 else Y
        r = t[i]
        s += r @ t[i - 1] * r[0]
    return s


def in_an_inner_loop(x, y):
    s = 0.0
    for i in range(len(x)):
        t = x if x[i] > 0.5 else y
        for j in range(2):
            s += t[i - j] ** 2
    return s


def read_and_written(x, y):
    x, y = x.copy(), y.copy()
    for i in range(1, len(x)):
        t = x if x[i] > 0.5 else y
        t[i] = t[i] * t[i - 1] + y[i - 1]
    return np.sum(x * y)


def by_a_helper(x, y):
    def pick(i):
        return x if x[i] > 0.5 else y

    s = 0.0
    k = 0
    while k < len(x):
        s += pick(k)[k] ** 2
        k += 1
    return s


def exchanged(x, y):
    a, b = x.copy(), y.copy()
    for i in range(1, len(x)):
        a[i] = b[i - 1] * x[i] + a[i - 1]
        if a[i] > 0.5:
            a, b = b, a
        elif b[i] > 0.5:
            b[i] *= a[i]
    return np.sum(a * a * b)


def exchanged_first(x, y):
    a, b, c = x.copy(), y.copy(), np.zeros_like(x)
    for i in range(1, len(x)):
        a, b, c = (b, c, a) if x[i] > 0.5 else (a, b, c)
        a[i] = b[i - 1] * x[i] + c[i - 1]
        c[i] += a[i] * b[i]
    return np.sum(a * b * c)


def a_row_or_the_one_before(x, y):
    A = np.zeros((len(x), 3))
    for i in range(1, len(x)):
        r = A[i] if x[i] > 0.5 else A[i - 1]
        r[i % 3] += x[i] * r[0] + y[i]
    return A[-1, -1]


def parts_of_complex(x, y):
    z, w = x + 1j * y, y * 2j
    s = 0.0
    for i in range(len(x)):
        t = z if x[i] > 0.5 else w
        s += t.real[i] ** 2 + t.imag[i - 1]
    return s


def replaced_once(x, y):
    a = x * 2
    for i in range(1, len(x)):
        if i == 3:
            a = y.copy()
        a[i] = a[i - 1] * x[i]
    return np.sum(a)


def made_on_first_use(x, y):
    a = None
    for i in range(1, len(x)):
        if a is None:
            a = x.copy()
        a[i] = a[i - 1] * y[i]
    return np.sum(a)


FUNCTIONS = (
    *(elements, statements, by_key, slices, rows, in_an_inner_loop, read_and_written, by_a_helper),
    *(exchanged, exchanged_first, a_row_or_the_one_before, parts_of_complex, replaced_once, made_on_first_use),
)


def costs(f: Callable[..., Any], n: int) -> dict[str, np.ndarray]:
    rng = np.random.default_rng(n)
    x, y = rng.uniform(size=n), rng.uniform(size=n)
    program = compiled(f, x, y).program
    reverse, along = dce(value_and_grad(program, [0, 1])), dce(jvp(program, [0, 1]))
    return {"reverse": cost(buffers(reverse), (x, y, np.float64(1))), "forward": cost(buffers(along), (x, y, x, y))}


@pytest.mark.parametrize("f", FUNCTIONS)
def test_ten_times_the_turns_cost_ten_times_as_much(f: Callable[..., Any]) -> None:
    small, large = costs(f, 40), costs(f, 400)
    ratios = {what: (large[what] / small[what]).round(2).tolist() for what in small}
    assert all(max(r) <= 13 for r in ratios.values()), ratios
