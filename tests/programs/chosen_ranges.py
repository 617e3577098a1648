"""Ranges and slices that a branch or a turn chooses: sweeps in both directions, and the part that a sign selects."""

from __future__ import annotations

import numpy as np

from tests.programs.cases import Cases, array, signed

cases = Cases()


@cases(0.8, signed(4))
@cases(-0.8, signed(4))
@cases(-0.8, np.zeros(0))
def horner_from_either_end(x, v):
    n, s = len(v), x
    for i in range(n) if x > 0 else range(n - 1, -1, -1):
        s = s * x + v[i]
    return s


@cases(0.8, signed(6), 3)
@cases(0.8, signed(2), 2)
@cases(0.8, signed(5), 0)
def symmetric_sweeps(x, b, sweeps):
    n = len(b)
    u = np.zeros(n)
    for k in range(sweeps):
        order = range(1, n - 1)
        if k % 2:
            order = order[::-1]
        for i in order:
            u[i] = 0.5 * (x * u[i - 1] + u[i + 1] + b[i])
    return np.sum(u * u)


@cases(0.7, signed(5))
@cases(0.7, -signed(5))
def the_order_is_kept_till_it_turns(x, v):
    order = range(0, len(v), 2)
    s = 0.0
    for t in v:
        if t * x < s:
            order = range(len(v) - 1, 0, -1)
        for k, i in enumerate(order):
            s = 0.5 * s + v[i] * x**k
    return s


def span(first, last):
    if first <= last:
        return range(first, last + 1)
    return range(first, last - 1, -1)


@cases(0.6, signed(5), 1, 3)
@cases(0.6, signed(5), 3, 1)
@cases(0.6, signed(5), 2, 2)
def along_a_path(x, v, here, there):
    s = x
    for i in span(here, there):
        s = np.sin(s) * v[i] + x
    for i, j in zip(span(here, there), reversed(span(there, here))):
        s += v[i] * v[j] * x
    return s * len(span(here, there))


@cases(0.8, signed(5), 2)
@cases(-0.8, signed(5), 2)
@cases(-0.8, signed(3), 7)
def one_side_of_a_cut(x, v, k):
    side = slice(k) if x > 0 else slice(k, None)
    kept = v.copy()
    kept[side] *= x
    terms = [t * x for t in v]
    return np.sum(v[side] ** 2) * x + np.sum(kept) + sum(terms[side])


@cases(0.8, signed(4), array(4, seed=3))
@cases(-0.8, signed(4), array(4, seed=3))
def backwards_below_zero(x, v, w):
    turned = slice(None, None, -1) if x < 0 else slice(None)
    return x * np.sum(v[turned] * w) + np.sum(np.outer(v, w)[turned, :2] * x)


@cases(0.7, signed(6), 2)
@cases(0.7, signed(6), 0)
def the_last_ones_if_there_are_many(x, v, most):
    s = 0.0
    for n in range(len(v)):
        first = None if n < most else n - most
        s += x * np.mean(v[first : n + 1]) ** 2
    return s


@cases(0.7, signed(4))
@cases(-0.7, signed(4))
def down_to_the_end_or_not(x, v):
    down = -1 if x > 0 else None
    end = None if np.sum(v) > 0 else 1
    total = [t * x for t in v][end::down]
    return sum(k * t for k, t in enumerate(total))
