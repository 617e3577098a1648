"""Arrays that a condition exchanges: double buffering with a test, three buffers, attributes, entries of a dict.

Behind the line: what is written through a name for one of several arrays that are read under other names as well.
"""

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


@cases(V)
@cases(-V)
@cases(W)
def four_times_beside_another_name(x):
    a, b = x.copy(), x * 2
    first = a
    for k in range(2):
        if x[k] > 0.5:
            a, b = b, a
        a[0] += a[1] * x[1]
        if x[k] + x[2] > 1.0:
            if x[3] > 0.5:
                a, b = b, a
            b[1] *= x[2]
        first[2] += b[0]
    return np.sum(a * x) + np.sum(b * b)


@cases(V)
@cases(-V)
def an_element_at_a_time(x):
    a, b = x * 1.0, x * 2.0

    def swap(c):
        nonlocal a, b
        if c:
            a, b = b, a
        a[0] += 10 * x[1]
        b[1] += 3 * x[0]
        return x[1]

    s = sum(p * swap(x[0] > 0) for p in a)
    return s + np.sum(a) - 3 * np.sum(b)


@cases(V)
@cases(-V)
def all_of_one_of_two(x):
    a, b = x * 1.0, x * 2.0
    w = a if x[0] > 0 else b
    w[1] = x[0] * x[2]
    return sum([t * x[0] for t in (a if x[1] > 0 else b)]) + a[1]


@cases(array(3, 4))
def rows_of_matrices(m):
    a, b = m[:2] * 2, m[1:].copy()
    for k in range(3):
        a[0] += b[1]
        b[1, k] = a[1, k] * a[0, 0]
        if k != 1:
            a, b = b, a
    return np.sum(a * a) + b[0, 0]


@cases(V, W)
@cases(V[:0], W[:0])
def replaced_by_a_copy(x, y):
    a = x * 2
    for i in range(1, len(x)):
        if x[i] > 1.3:
            a = y.copy()
        elif i == 1:
            a = a.copy()
        a[i] = a[i - 1] * x[i]
    return np.sum(a * x)


@cases(V + 0.2j, W * 1j)
def a_part_of_the_chosen_numbers(z, w):
    s = 0.0
    for i in range(len(z)):
        t = z if i % 2 else w
        s += t.real[i] ** 2 + t.imag[i - 1] * t.real[-1]
    return s


# --- which of several arrays


@cases(V)
@cases(V.astype(np.float32))
def one_until_the_other(x):
    a, b = x.copy(), x * 2
    t = a
    for k in range(len(x)):
        if x[k] > 1.0:
            t = b
        t[k] = x[k] * x[k]
    return np.sum(a * b) + np.sum(t)


@cases(V)
@cases(V[:0])
def one_of_three(x):
    a, b, c = x.copy(), x * 2, x * x
    t = a
    for k in range(len(x)):
        t[k] += x[k] * x[k]
        if x[k] > 1.0:
            t = b if k > 1 else c
        elif x[k] < 0.5:
            t = a
        t *= 1.1
    return np.sum(a * b) + np.sum(t * c)


@cases(array(4, 4))
def rows_exchanged_as_views(m):
    a = m.copy()
    r, q = a[0], a[1]
    for k in range(3):
        r += q * k
        if a[2, k] > 0.8:
            r, q = q, r
    return np.sum(a * a) + r[0] * q[1]


@cases(V)
def a_view_of_one_of_two(x):
    a, b = x.copy(), x * 2
    v = a[1:]
    for t in range(4):
        b[0] = a[1] * 2
        a[2] = b[0] * a[1]
        if t % 2:
            a, b = b, a
    return np.sum(v * v) + np.sum(a * b)


@cases(V)
def exchanged_in_every_turn(x):
    a, b = x.copy(), x * 2
    old, new = a, b
    for _k in range(3):
        for i in range(1, len(x)):
            new[i] = 0.3 * old[i - 1] * old[i] + new[i]
        old, new = new, old
    return np.sum(a * b) + np.sum(a) * b[1] + old[0]


@cases(V, 0.5)
@cases(V, 50.0)
def parts_of_two_until_large(x, limit):
    a, b = x.copy(), x[::-1] * 2
    t, n = a[1:], 0
    while np.sum(t) < limit and n < 9:
        t[0] += a[0] * b[1]
        if n % 3 == 1:
            t = b[::-1]
        elif n % 3 == 2:
            t = a[:-1]
        n += 1
    return np.sum(a * b) + t[1] * n


@cases(V)
def left_by_break(x):
    a, b = x.copy(), x * 2
    t = a
    for k in range(len(x)):
        if x[k] > 1.3:
            t = b
            break
        t[k] *= x[k]
        if k == 1:
            continue
        a[k] += 1
    t[0] = 3 * x[1]
    return np.sum(a * b) + t[2]


class Two:
    def __init__(self, x):
        self.a, self.b = x.copy(), x * 3
        self.now = self.a

    def turn(self, k, v):
        self.now[k] = v * self.b[k - 1]
        if v > 1:
            self.now = self.b


@cases(V)
def an_attribute_that_is_another(x):
    two = Two(x)
    for k in range(len(x)):
        two.turn(k, x[k])
    return np.sum(two.a * two.b) + np.sum(two.now)


@cases(V + 0.3j)
def one_of_two_complex_arrays(z):
    a, b = z.copy(), z * 2
    t = a
    for k in range(len(z)):
        t.real[k] = abs(z[k])
        if k % 2:
            t = b
    return np.sum(a * b).real + t.imag[1]


@cases(V)
def the_last_of_three(x):
    a, b, c = x.copy(), x * 2, np.zeros(4)
    for _k in range(2):
        a, c, b = c, b, a
        b = c[:]
    c[-1] = c[-1] * x[1]
    return np.sum(a * x) + b[3]


@cases(V)
def in_two_loops(x):
    a, b = x.copy(), x * 2
    t = a
    for i in range(2):
        for k in range(len(x)):
            t[k] += x[k] * b[k - 1]
            if x[k] > 1.0:
                t = b
        t = a if i else t
    return np.sum(a * b) + t[1]


# --- parts whose place is computed where they are chosen


@cases(array(4, low=-1.0))
@cases(np.zeros(0))
def this_row_or_the_last(x):
    A = np.outer(x, x)
    for i in range(1, len(x)):
        r = A[i] if x[i] > 0 else A[i - 1]
        r[0] *= 0.5 + x[i]
        r += A[0]
    return np.sum(A * A * x)


@cases(array(4, low=-1.0))
def slices_of_one_of_two(x):
    A = np.outer(x, x)
    B = A * 2
    for i in range(1, len(x)):
        if x[i] > 0:
            r = A[i, i:]
        else:
            r = B[i - 1, : len(x) - i]
        r[0] *= 0.5 + x[i]
        r += A[0, 0]
    return np.sum(A * A * x) + np.sum(B * x)


@cases(array(4, low=-1.0))
def chosen_of_the_chosen_rows(x):
    A = np.outer(x, x)
    i = 0
    while i < len(x) - 1:
        r = A[i + 1] if x[i] > 0 else A[i]
        s = r if x[i + 1] > 0 else A[-1]
        s[i] *= 0.5 + x[i]
        r[0] += s[1]
        i += 1
    return np.sum(A * A * x)


@cases(array(5, low=-1.0))
def front_or_back(x):
    y = x * 2
    for i in range(1, len(x)):
        r = y[i:] if x[i] > 0 else y[:i]
        r *= x[i]
    return np.sum(y * x)
