"""`itertools.groupby`, lists that a flag or a count flushes, columns of rows."""

from __future__ import annotations

import operator
from itertools import groupby

import numpy as np

from tests.programs.cases import Cases, array

cases = Cases()

SUBJECTS = ("a", "a", "b", "b", "b", "a")
BLOCKS = [0, 0, 1, 1, 1, 3]


@cases(array(6), 0.7)
def within_subjects(v, x):
    """A mean for each run of one subject, and the squares about it."""
    total = 0.0
    for who, rows in groupby(zip(SUBJECTS, v), key=operator.itemgetter(0)):
        own = [y for _, y in rows]
        mean = sum(own) / len(own)
        weight = x if who == "a" else x * x
        total += weight * sum((y - mean) ** 2 for y in own)
    return total


@cases(array(6), 0.7)
def products_of_blocks(v, x):
    found = {block: [i for i, _ in pairs] for block, pairs in groupby(enumerate(BLOCKS), key=lambda p: p[1])}
    return sum(x**block * np.prod(v[at]) for block, at in found.items())


@cases(array(6))
def runs_counted(v):
    s = 0.0
    for k, (letter, run) in enumerate(groupby("aabccc")):
        first = next(run)
        s += v[k] ** (1 + sum(1 for _ in run)) * (letter == first)
    return s


@cases(array(6))
def left_at_a_group(v):
    s = 0.0
    for high, group in groupby(range(6), key=lambda i: i > 2):
        if high:
            break
        s += v[next(group)]
    return s * sum(v[i] for i in group)
