"""Numbers that are Python's on one path and NumPy's on another; sums and extremes of lists of any length."""

from __future__ import annotations

import numpy as np

from tests.programs.cases import Cases, array

cases = Cases()


@cases(array(5), 0.7)
@cases(array(5, low=0.1, high=0.9), 0.7)
def the_first_above_or_a_float(v, x):
    for t in v:
        if t > 1.2:
            y = t * x
            break
    else:
        y = x
    return y * 2.0


@cases(array(4, low=0.1, high=0.9), 2.0)
def the_last_below_or_one(v, x):
    for t in v:
        if t > x:
            y = t
            break
    else:
        y = 1.0
    z = np.zeros(2)
    z[0] = y * v[0]
    return np.sum(z) * x


@cases(array(4), 1.1)
def sums_in_an_array(v, x):
    s = 0
    for t in v:
        s += t * t
    return np.sum(np.array([s, x, 1.0]) ** 2) + np.sum(np.array([s, s], dtype=float))


@cases(array(4, 3))
def sum_of_arrays(m):
    rows = [r * r[0] for r in m if r[0] > 0.0]
    return np.sum(np.sin(sum(rows)))


@cases(array(4), 0.7)
@cases(array(1), 0.7)
def extremes_of_a_list_and_more(v, x):
    s = [t * x for t in v]
    return max(x, *s) + 2.0 * min(*s, x)


@cases(array(5), 1.2, 0.4)
def booleans_stay_booleans(x, a, b):
    """Python's next to NumPy's: `~` and an index mean other things of integers."""
    mask, both = (x > 1) | False, (a > 1) & (b > 1)
    some = np.zeros(5, dtype=bool)
    some |= True
    some &= x > 0.5
    kept = x[~(mask ^ True)] * 2.0
    return (
        np.sum(kept) * a + x[some].sum() * b,
        both,
        (a > 1) ^ True,
        (x > 1) + True,
        (a > 1) + (b > 1),
        x * (mask & True),
    )


@cases(array(3, low=0.1, high=1.2), array(3, low=0.5, high=1.5), array(2))
def forward_kinematics(q, lengths, target):
    """What begins as 0.0 and is an np.float64 after a turn is a float64 in an array either way."""
    angle, x, y = 0.0, 0.0, 0.0
    for turn, length in zip(q, lengths):
        angle = angle + turn
        x = x + length * np.cos(angle)
        y = y + length * np.sin(angle)
    e = np.array([x, y]) - target
    return e @ e


@cases(array(4), 0.7)
@cases(array(1), 0.7)
def written_where_a_mask_holds(v, x):
    t = 0.0
    for e in v:
        t += e * x
    y = v * x
    y[v > 0.0] = t
    np.add.at(y, [0, 0], t)
    history = [t, 0.5 * t] if isinstance(t, float) else []
    return y @ np.array([t] * len(v)) + np.max(np.stack(history))
