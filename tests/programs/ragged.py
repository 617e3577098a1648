"""Lists of lists and of arrays: rows of many lengths, rows that change places."""

from __future__ import annotations

import numpy as np

from tests.programs.cases import Cases, array

cases = Cases()


class Particle:
    def __init__(self, x, v):
        self.x = x
        self.v = v


@cases(array(6))
def rising_runs(v):
    runs = [[v[0]]]
    for k in range(1, len(v)):
        if v[k] > v[k - 1]:
            runs[-1].append(v[k])
        else:
            runs.append([v[k]])
    return sum(sum(r) * len(r) for r in runs)


@cases(array(5), 3)
def triangle_row_by_row(v, n):
    rows = []
    for i in range(n):
        row = []
        rows.append(row)
        for j in range(i + 1):
            row.append(v[j] * i)
    return sum(sum(r) * len(r) for r in rows)


@cases(array(6), 2)
def groups_with_totals(v, n):
    groups = []
    for i in range(len(v)):
        if i % n == 0:
            groups.append({"items": [v[i]], "total": v[i]})
        else:
            groups[-1]["items"].append(v[i])
            groups[-1]["total"] += v[i]
    return sum(g["total"] * g["items"][-1] * len(g["items"]) for g in groups)


@cases(array(5))
def every_row_grows(v):
    rows = [[v[0]]]
    for i in range(1, len(v)):
        rows.append([v[i]])
        for k in range(i):
            rows[k].append(v[i] * rows[k][-1])
    return sum(t for r in rows for t in r) + len(rows[0])


@cases(array(3, 3, low=1.0, high=2.0))
@cases(array(3, 3, seed=4, low=-2.0, high=2.0))
def determinant_with_pivots(m):
    a = [list(r) for r in m]
    n = len(a)
    d = 1.0
    for k in range(n):
        p = k
        for i in range(k + 1, n):
            if abs(a[i][k]) > abs(a[p][k]):
                p = i
        if p != k:
            a[k], a[p] = a[p], a[k]
            d = -d
        for i in range(k + 1, n):
            f = a[i][k] / a[k][k]
            for j in range(k, n):
                a[i][j] -= f * a[k][j]
        d *= a[k][k]
    return d


@cases(array(4, 3), 1)
@cases(array(4, 3), 0)
def rows_of_arrays_exchanged(m, k):
    rows = [r * 1.0 for r in m]
    rows[0], rows[k] = rows[k], rows[0]
    rows[0][1] = 5.0 * rows[2][1]
    return np.sum(rows[0]) * np.sum(rows[k])


@cases(array(5))
def particles_in_order(v):
    ps = [Particle(t, t * t) for t in v]
    for _ in range(len(ps)):
        for i in range(len(ps) - 1):
            if ps[i].x > ps[i + 1].x:
                ps[i], ps[i + 1] = ps[i + 1], ps[i]
    ps[0].x *= 3.0
    return sum(p.x * p.v for p in ps) + ps[-1].x


@cases(array(4), 2)
def particles_that_leave(v, n):
    ps = [Particle(t, t * t) for t in v]
    for _ in range(n):
        for p in ps:
            p.x = p.x - 0.1 * p.v
        ps = [p for p in ps if p.x > 0.5]
    return sum(p.x * p.v for p in ps)


@cases(array(4), array(3))
def table_of_arrays_by_rows(a, b):
    n, m = len(a), len(b)
    t = [np.zeros(m + 1) for _ in range(n + 1)]
    for i in range(1, n + 1):
        row, prev = t[i], t[i - 1]
        row[0] = a[i - 1]
        for j in range(1, m + 1):
            row[j] = prev[j - 1] * a[i - 1] + row[j - 1] * b[j - 1]
    return t[n][m] + t[1][1]


@cases(array(6), np.array([0, 2, 1, 0, 2, 2]))
def equal_arrays_in_two_rows(x, labels):
    rows = [[np.array([0.5, 0.25])] for _ in range(3)]
    for i in range(len(x)):
        rows[1][-1][0] = x[i] * 3
        rows[labels[i]].append(np.array([x[i], x[i] * x[i]]))
        rows[i % 3].append(np.array([x[i], x[i] * x[i]]))
    return sum(np.sum(e * e[0]) for r in rows for e in r)


# --- parts of arrays in lists


@cases(array(3, 4))
@cases(array(3, 5, seed=1))
def heads_by_slices(x):
    width = x.shape[1] // 2
    out = []
    for h in range(2):
        part = slice(h * width, (h + 1) * width)
        scores = x[:, part] @ x[:, part].T
        out.append(scores @ x[:, part])
    return np.sum(np.concatenate(out, axis=-1) ** 2)


@cases(array(3, 6), 3)
@cases(array(3, 6), 2)
def as_many_heads_as_asked_for(x, heads):
    width = x.shape[1] // heads
    out = []
    for h in range(heads):
        part = x[:, h * width : (h + 1) * width]
        out.append(np.tanh(part) * (h + 1))
    return np.sum(np.concatenate(out, axis=1) * x)


@cases(array(7), 3)
@cases(array(6), 3)
def blocks_of_which_the_last_is_shorter(x, count):
    parts = []
    for i in range(0, len(x), count):
        parts.append(x[i : i + count] ** 2 * (i + 1))
    return np.sum(np.concatenate(parts) * x) * len(parts)


@cases(array(5), 2)
@cases(array(2), 2)
def merges_the_last_of_many(v, least):
    """A row is extended by another, which is read as it is when the call begins."""
    clusters = [[i] for i in range(len(v))]
    while len(clusters) > least:
        a, b = 0, len(clusters) - 1
        clusters[a].extend(clusters[b])
        del clusters[b]
    values = [[t] for t in v]
    values[0] += values[-1]
    return sum(v[i] * (k + 1) for k, group in enumerate(clusters) for i in group), sum(values[0]) * values[0][-1]
