"""Arrays read and written through transposes, reshapes, flips and views of these, in loops and branches."""

from __future__ import annotations

import numpy as np

from tests.programs.cases import Cases, array, signed

cases = Cases()


@cases(0.7, signed(4))
@cases(0.7, signed(1))
@cases(0.7, signed(0))
def by_columns(a, x):
    m = np.ones((2, len(x)))
    t = m.T
    for j in range(1, len(x)):
        t[j, 1] = a * t[j - 1, 0] + x[j]
        t[j] *= 0.5 * t[0, 1]
        if x[j] > 0:
            r = t[j]
            r[0] += m[1, j - 1]
    return np.sum(m * m)


@cases(0.7, array(5))
def views_of_turned_views(a, x):
    m = np.ones((2, len(x)))
    rest = m.T[1:]
    back = rest[::-1]
    other = m[::-1].T
    for j in range(1, len(x) - 1):
        back[j, 1] = a * x[j] * back[j - 1, 1]
        rest[j, 0] += other[j, 1]
        row = other[j]
        row[0] -= a * other[j - 1, 1]
    return np.sum(m**3)


@cases(0.7, array(4))
def a_table_in_one_row(a, x):
    m = np.ones((2, len(x)))
    flat, pairs = m.ravel(), m.reshape(len(x), 2)
    for j in range(1, len(x)):
        flat[j] += a * flat[j - 1] * x[j]
        pairs[j] *= pairs[j - 1, ::-1]
        m[1, j] -= m.flat[2 * j - 1]
    return np.sum(m * m)


@cases(0.7, array(4))
def axes_of_a_cube(a, x):
    m = np.ones((2, len(x), 3))
    t, u, w = np.transpose(m, (1, 2, 0)), np.swapaxes(m, 0, 1), np.flip(m, 1)
    one = m[:, :, None, 1]
    for j in range(1, len(x)):
        t[j, 1] = a * x[j] * t[j - 1, 1]
        u[j, 0] += w[0, j] * u[j - 1, 1]
        w[1, j, ::2] *= a
        one[0, j, 0] -= t[j, 2, 1] ** 2
    return np.sum(m * m)


@cases(0.7, array(4))
def reads_of_columns(a, x):
    m = np.outer(np.array([1.0, 2.0]), x)
    s = 0.0
    for j, (p, q) in enumerate(m.T):
        s += p * q * a + m.T[j - 1, 0] * m.reshape(-1)[j + 1]
    return s


@cases(0.7, array(5))
def a_helper_that_gets_a_transpose(a, x):
    def step(t, j):
        t[j, 0] = t[j - 1, 1] * a + t[j, 0]

    m = np.outer(np.array([1.0, 2.0]), x)
    for j in range(1, len(x)):
        step(m.T, j)
        m[1, j] *= m[0, j - 1]
    return np.sum(m * m)


@cases(0.7, array(5), array(5, 3))
def a_few_positions_in_each_turn(a, x, e):
    f, k = np.zeros(len(x) + 2), np.zeros((2, len(x) + 2))
    for i in range(len(x)):
        d = np.array([i, i + 1, i])
        f[d] += e[i] * a
        f[np.array([i, -1])] = x[i] * f[i]
        k[:, d[:2]] += f[i + 1]
        k[np.ix_([1, 0], d[1:])] = x[i] * k[0, i]
    return np.sum(f * f) + np.sum(k * k)


@cases(0.7, array(5, 3))
def two_tables_in_turn(a, m):
    tables = [m.copy(), m * a]
    for i in range(1, len(m)):
        j = i % 2
        tables[j][i] += tables[1 - j][i - 1] * a
        if m[i, 0] > 1.0:
            row = tables[j][i]
            row[0] *= tables[1 - j][i, 1]
    return np.sum(tables[0] * tables[1])


@cases(0.7, np.array([0.9, 0.2, 0.7, -0.8, 0.6, 0.4]))
@cases(0.7, array(3))
def copied_where_a_branch_begins_anew(a, x):
    low = high = None
    u = x * a
    s = 0.0
    for k in range(1, len(x)):
        if x[k] > 0.5 and low is None:
            low, u = x.copy(), x[::-1].copy()
        if x[k] < -0.5 and high is None:
            high = x[::-1]
        if low is not None and high is not None:
            low[k], s = high[k - 1] * a, s + low[k - 1]
            s += low[k] * high[k] * u[k]
        if x[k] > 0.3:
            u[k] *= a + u[k - 1]
    return s + np.sum(u * x)


@cases(0.7, array(5, 3))
def halves_in_place(a, m):
    def go(rows, lo, hi):
        if hi - lo <= 1:
            rows[lo] *= a
            return
        mid = (lo + hi) // 2
        go(rows, lo, mid)
        go(rows, mid, hi)
        rows[lo] += rows[mid] * rows[lo, 0]

    b = m.copy()
    go(b, 0, len(b))
    return np.sum(b * b)
