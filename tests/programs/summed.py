"""Sums of arrays that begin with the number 0, in loops whose turns the data decide."""

from __future__ import annotations

import numpy as np

from tests.programs.cases import Cases, array, signed

cases = Cases()


@cases(signed(5), 0.7)
@cases(array(1), 0.7)
def rows_that_were_kept(v, x):
    rows = []
    for t in v:
        if t > -2:
            rows.append((t, v * t * x))
    mean = sum(t * r for t, r in rows) / len(rows)
    return mean @ mean + np.sum(sum(r for _, r in rows[:2]) ** 2)


@cases(array(3), 5.0)
@cases(array(0), 3.0)
@cases(array(1), 2.0)
def while_a_time_runs(v, end):
    s, u = 0, 0.0
    t = 0.5
    while t < end:
        s += v * t
        u = np.outer(v, v) + u - t
        t += 0.7
    return s @ s + np.sum(u * u)


@cases(signed(5), 3.0)
def on_one_path(v, end):
    s = 0
    t = 0.5
    while t < end:
        if t > 1:
            s = s + v * t - v[0]
        elif t > 0.6:
            s -= v
        t += 0.7
    return s @ s


@cases(array(3), 3.0)
def in_nested_loops(v, end):
    s = 0
    t = 0.5
    while t < end:
        for row in np.outer(v, v):
            if row[0] > 0.3:
                s += row * t
        t += 0.7
    return s @ v


@cases(array(3), 3.0)
def anew_in_every_turn(v, end):
    found = []
    t = 0.5
    while t < end:
        s = 0
        k = 0.0
        while k <= t:
            s += v * k - v
            k += 0.5
        found.append(s)
        t += 0.7
    return sum(a @ a for a in found)


@cases(array(2))
def simplex(x):
    """The centroid of all points but the worst, a few times."""
    points = [(p[0] ** 2 + p[1], p) for p in [x, x + 1.0, x - 1.0]]
    s = 0.0
    for _ in range(3):
        points.sort(key=lambda t: t[0])
        c = sum(p for _, p in points[:-1]) / (len(points) - 1)
        s += c @ c
        points[-1] = (c[0] ** 2 + c[1], c)
    return s


@cases(array(3), 3.0)
def changed_afterwards(v, end):
    s = 0
    t = 0.5
    while t < end:
        term = v * t
        s += term
        term[0] = 7.0
        t += 0.7
    other = s
    other[1] = v[2]
    return s @ s


# --- where nothing may be added


M = np.array([[0.1, 0.8], [1.5, 2.2], [2.9, 3.6]])
W = np.array([0.3, -1.2])


@cases(M, 1.1)
@cases(M, -1.3)
@cases(M[:0], 1.1)
def the_large_rows(m, c):
    s = 0
    for r in m:
        if r[0] * c > 0.5:
            s = s + r * c
    centre = s / 3
    return np.sum((W - centre) ** 2) + np.sum(2.0 * s * np.sin(s)) + np.linalg.norm(s) * c


@cases(M, 1.1)
@cases(M, -1.3)
def two_that_may_be_nothing(m, c):
    a, b = 0, 0
    for r in m:
        if r[0] * c > 0.5:
            a += r
        if r[1] * c < -0.5:
            b += r * c
    t = a - b
    return np.sum(t * t) + np.sum(a * b) + c


@cases(M, 1.1)
@cases(M, 0.3)
def forces_of_neighbours(m, c):
    p, v, out = m * 1.0, m * 0.1, np.zeros_like(m)
    for _ in range(2):
        for i in range(len(p)):
            force = 0
            for j in range(len(p)):
                if j != i and abs(p[i, 0] - p[j, 0]) < c:
                    force = force + (p[j] - p[i]) * c
            v[i] = v[i] + 0.1 * force
            out[i] = force
        p = p + 0.1 * v
    return np.sum(p * p) + np.sum(out * v)


@cases(M, 1.1)
@cases(M, -1.3)
def stored_by_a_helper(m, c):
    def energy(z):
        s = 0.0
        for r in m:
            if r[0] * z > 0.5:
                s += r * z
        out = np.ones((2, 2))
        out[0] = s * 0.5
        return np.sum(out * out)

    return energy(c) * energy(-c)
