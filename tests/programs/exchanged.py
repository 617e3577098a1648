"""Arrays that a condition exchanges: double buffering with a test, three buffers, attributes, entries of a dict."""

from __future__ import annotations

import numpy as np

from tests.programs.cases import Cases, array

cases = Cases()
V = np.array([0.7, 1.2, 0.4, 1.5])
W = np.array([1.1, 0.3, 0.9, 0.6])


@cases(V)
@cases(V.astype(np.float32))
def heat_of_which_odd_steps_count(x):
    old, new = x.copy(), np.zeros_like(x)
    for t in range(5):
        new[1:-1] = old[1:-1] + 0.1 * (old[2:] - 2 * old[1:-1] + old[:-2])
        new[0] = old[0] * t
        if t % 2:
            old, new = new, old
    return np.sum(old * new) + old[1]


@cases(V, W)
@cases(V[:0], W[:0])
def the_better_of_two(x, y):
    best, work = x.copy(), y.copy()
    err = 10.0
    for k in range(4):
        for i in range(len(x)):
            work[i] = np.sin(best[i] + work[i] + k)
        e = np.sum(work * work)
        if e < err:
            best, work = work, best
            err = e
    return np.sum(best * y) + np.sum(work * x) + err


@cases(V, 6)
@cases(V, 1)
@cases(V, 0)
def three_rotated(x, n):
    a, b, c = x.copy(), x * 2, x * x
    for t in range(n):
        c[:] = a + np.sin(b)
        if t % 3 != 1:
            a, b, c = b, c, a
        elif x[t - 4] > 0.5:
            b, c = c, b
    return np.sum(a * b) + c[1]


class Field:
    def __init__(self, x):
        self.old = x.copy()
        self.new = np.zeros_like(x)

    def step(self, k):
        for i in range(1, len(self.old)):
            self.new[i] = self.old[i - 1] * self.old[i] + k
        if self.new[1] > 1.0:
            self.old, self.new = self.new, self.old


@cases(V)
@cases(W)
def attributes_of_an_object(x):
    f = Field(x)
    for k in range(4):
        f.step(k)
    return np.sum(f.old * f.old) + f.new[1]


@cases(V)
def entries_of_a_dict(x):
    d = {"old": x.copy(), "new": np.ones_like(x)}
    for k in range(4):
        d["new"][1:] += d["old"][:-1] * d["old"][1:]
        if k != 2:
            d["old"], d["new"] = d["new"], d["old"]
    return np.sum(d["old"] * d["new"])


@cases(V)
@cases(V * 9)
def until_it_is_large(x):
    old, new = x.copy(), x * 0.5
    n = 0
    while np.sum(old) < 30 and n < 20:
        new[:] = old * 1.2 + new
        if new[0] > 1.5:
            old, new = new, old
        n += 1
    return np.sum(old * old) + np.prod(new)


def turned(a, b, k):
    if k % 2:
        return b, a
    return a, b


@cases(V)
def by_a_helper(x):
    a, b = x.copy(), x * 2
    for k in range(5):
        a, b = turned(a, b, k)
        a *= 1.1
        b[0] = a[1] * b[2]
    return np.sum(a * b) + a[0]


@cases(V)
def twice_in_a_turn(x):
    a, b = x.copy(), x * 2
    for k in range(5):
        a, b = (b, a) if k % 2 else (a, b)
        a[k % 3] = b[1] * x[0]
        if a[0] > b[0]:
            a, b = b, a
        b[2] += a[1]
    return np.sum(a * b) + a[0]


@cases(V)
@cases(-V)
def once(x):
    a, b = x.copy(), x * 2
    if x[0] > 0.5:
        a, b = b, a
    a[0] = x[1]
    if x[1] > 0.5:
        a, b = b, a
    b[1] = 3 * x[2]
    a *= 2
    return np.sum(a * b) + a[2]


@cases(V)
@cases(-V)
def known_by_another_name(x):
    a, b = x.copy(), x * 2
    first, part = a, b[1:]
    if x[0] > 0.5:
        a, b = b, a
    a[0] = x[1]
    b[1] = 3 * x[2]
    return np.sum(a * b) + first[0] * part[0]


@cases(array(3, 4))
def rows_of_matrices(m):
    a, b = m[:2] * 2, m[1:].copy()
    for k in range(3):
        a[0] += b[1]
        b[1, k] = a[1, k] * a[0, 0]
        if k != 1:
            a, b = b, a
    return np.sum(a * a) + b[0, 0]
