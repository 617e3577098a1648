"""Changes of a slice of a list whose length the data decide."""

from __future__ import annotations

import numpy as np

from tests.programs.cases import Cases, array, signed

cases = Cases()


def positive(v):
    out = []
    for t in v:
        if t > 0:
            out.append(t * t)
    return out


def placed(a):
    return sum((i + 1) * t for i, t in enumerate(a))


@cases(signed(7), 0.7)
@cases(array(1), 0.7)
@cases(array(0), 0.7)
def every_second_put(v, x):
    a = positive(v)
    a[::2] = [x * t for t in a[::2]]
    a[1::3] = [t - x for t in a[1::3]]
    return placed(a)


@cases(signed(7), 0.7)
@cases(array(2), 0.7)
@cases(array(0), 0.7)
def every_second_gone(v, x):
    a, b, c = positive(v), positive(v), positive(v)
    del a[::2]
    del b[-1::-3]
    del c[-4:2:2]
    return placed(a) * x + placed(b) * placed(c) + len(b)


@cases(signed(8), 0.7)
@cases(array(1), 0.7)
def inner_part_put(v, x):
    a = positive(v)
    a[1:-1] = [x, x * x]
    b = [x * t for t in a]
    del b[1:-1]
    a[-3:-1] = b
    return placed(a) + placed(b)


@cases(array(5), 0.7, 2, 1)
@cases(array(5), 0.7, -2, 7)
@cases(array(5), 0.7, 1, -1)
@cases(array(0), 0.7, -3, 2)
def ends_in_any_order(v, x, lo, hi):
    a, b = positive(v), positive(v)
    a[lo:hi] = [x, x * x]
    b[hi:] = [t * x for t in b[:lo]]
    del b[1:lo]
    return placed(a) - placed(b)


@cases(array(6))
@cases(array(4))
def odd_and_even_swapped(v):
    a = positive(v)
    a[::2], a[1::2] = a[1::2], a[::2]
    a[::-1] = [t * k for k, t in enumerate(a)]
    return placed(a)


@cases(signed(6), array(3))
@cases(array(1), array(3))
def slices_of_rows(v, w):
    rows = []
    for t in v:
        if t > -1:
            rows.append(w * t)
    rows[::2] = [np.sin(r) for r in rows[::2]]
    del rows[1:-2]
    rows[1:1] = [w * w]
    return sum(k * np.sum(r) for k, r in enumerate(rows))


@cases(array(9), 0.6)
def sieve(v, x):
    """Every round keeps what is not a multiple: the list gets shorter until it is of one element."""
    a = positive(v)
    s = 0.0
    while len(a) > 1:
        s += a[0] * x
        del a[::2]
    return s + a[0]


@cases(array(4), 1.3)
@cases(array(0), 1.3)
def exchanged_until_sorted(x, s):
    """Neighbours are exchanged until the list equals what it is in order."""
    found = [t * s for t in x]
    wanted = sorted(found)
    turns = 0
    while found != wanted:
        for k in range(len(found) - 1):
            if found[k + 1 :] < found[k:]:
                found[k], found[k + 1] = found[k + 1], found[k]
        turns += 1
    return turns * s + sum((k + 1) * t * t for k, t in enumerate(found))


@cases(signed(5), 1.3)
@cases(signed(0), 1.3)
def empty_lists_set_by_slices(x, s):
    kept, rows = [], []
    kept[:] = [t * s for t in x if t > 0.1]
    kept[len(kept) :] = sorted(kept)
    rows[0:0] = [[t, t * s] for t in x]
    for row in rows:
        row[0] *= s
    return sum((k + 1) * t * t for k, t in enumerate(kept)) + sum(a * b for a, b in rows)
