"""Views that live longer than the name of their array, and arrays chosen anew in every turn."""

from __future__ import annotations

import numpy as np

from tests.programs.cases import Cases, signed

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
