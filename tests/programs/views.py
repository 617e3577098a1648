"""Views that live longer than the name of their array, and arrays chosen anew in every turn."""

from __future__ import annotations

import numpy as np

from tests.programs.cases import Cases, array, signed

cases = Cases()


@cases(signed(5), 0.7)
@cases(signed(5), -0.7)
def view_of_an_array_renamed(v, x):
    y = v.copy()
    w = y[1:3]
    for i in range(3):
        y = y + x
        y[1] += w[0]
        w *= 2
        if i == 1:
            w = y[2:4]
    return y @ y + w.sum()


@cases(signed(5), 0.7)
def numbers_seen_through_an_ellipsis(v, x):
    y = v.copy()
    first, total = y[0, ...], np.array(x)
    for i in range(5):
        c = y[..., i]
        c *= v[i] + first
        total[...] = total * c
        y[i] += x
    first += total
    total[()] = first * 2
    return y @ v + total[...] * first


@cases(array(4), array(4, 3))
def rows_of_one_in_a_while(v, a):
    total, i = 0.0, 0
    table = np.zeros((4, 3))
    while i < len(v):
        table += v[i : i + 1] * a
        table[i] *= v[i : i + 1]
        total += np.sum(a[i : i + 1] * a) + np.sum(a[:, 0:1] @ a[i : i + 1])
        i += 2
    while i > 1:
        table[i - 1 : i] += v[i - 1 : i] * np.ones(3)
        i -= 1
    return total + np.sum(table**2)


@cases(array(4), 2)
def part_at_a_place(v, k):
    return np.sum(v[k : k + 1] * v) + np.sum(v[int(v[0] * 0) :][k - 1 : k] * np.arange(3.0))


@cases(array(2, 3), 2)
@cases(array(2, 1), 1)
@cases(array(2, 3), 0)
def rows_unpacked_in_a_loop(state, n):
    for _ in range(n):
        q, p = state
        p -= 0.1 * np.sin(q)
        q += 0.1 * p
    if n > 1:
        other = 2.0 * state
        (first, _), scale = other, n
        first *= scale
        return np.sum(other * state)
    return np.sum(state**2)


@cases(signed(5), 2)
@cases(signed(2), 1)
def joined_into_what_is_joined(x, n):
    """NumPy copies the parts one after the other: the last are read when the first are written."""
    y, m = x * 1.5, np.outer(x, x)
    for _ in range(n):
        np.concatenate([y[2:], y[:2]], out=y)
        y *= x
    np.stack((m[:, 1], m[:, 0]), axis=1, out=m[:, :2])
    np.concatenate([m[1:, -1:], m[:1, -1:]], out=m[:, 1:2])
    r = x if n > 1 else y
    np.concatenate([y[1:], y[:1]], out=r)
    return y, m, x * y


@cases(signed(4))
def copied_only_where_needed(x):
    y = x * 2.0
    same, again = y.astype(float, copy=False), np.array(y, copy=None)
    same[0] = x[1] ** 2
    again[1] *= x[0]
    apart, other = np.asarray(y, copy=True), y.astype(float, copy=True)
    single = y.astype(np.float32, copy=False)
    apart[0] = other[1] = single[2] = 0.0
    return y * x, apart, other, np.asarray(y, copy=None)


@cases(array(4), array(4, seed=1), 1.0)
@cases(array(4), array(4, seed=1), -1.0)
def a_row_or_an_argument(x, y, t):
    m = x * np.ones((3, 1))
    b = y
    if t > 0:
        b = m[1]
    m[0] = b
    return np.sum(b * x) + np.sum(m[0] * y)


@cases(signed(2, 3), 0.7)
@cases(np.asfortranarray(signed(3, 2)), 1.3)
@cases(signed(1, 1), 0.7)
@cases(signed(0, 2), 0.7)
def flat_at_many_places(m, x):
    """`flat` of memory that need not be in order: of transposes, of every other column, of the argument."""
    y = m * x
    y.flat[::2] *= x
    y.T.flat[1:] += y.flat[:1].sum()
    for k in range(len(m)):
        y.flat[k::2] *= y[k, 0] + x
    y[:, ::2].flat[y[:, ::2].ravel() > 0.3] = x
    if m.size > 1:
        m.T.flat[[0, -1]] = x * x, x
    z = np.zeros_like(y.T)
    z.flat = y[::-1].ravel()
    return y, m, z * x
