"""`itertools.groupby`, lists that a flag or a count flushes, columns of rows."""

from __future__ import annotations

import operator
from itertools import groupby

import numpy as np

from tests.programs.cases import Cases, array, signed

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


@cases(array(7), 2.5)
@cases(array(1), 2.5)
@cases(array(0), 2.5)
def words_in_lines(v, width):
    lines, line = [], []
    for t in v:
        if sum(line) + t > width:
            lines.append(line)
            line = []
        line.append(t)
    lines.append(line)
    return sum((width - sum(words)) ** 2 for words in lines)


@cases(signed(7), 0.7)
@cases(array(2), 0.7)
def runs_put_away(v, x):
    runs, current = [], []
    for t in v:
        if t < 0.2:
            runs.append(tuple(current))
            current.clear()
        else:
            current.append(t * x)
    return sum(len(run) * sum(run) ** 2 for run in runs) + sum(current)


@cases(signed(7), 0.7)
def copies_of_buffers(v, x):
    batches, batch = [], [x]
    for t in v:
        if len(batch) > 2 or t < -1:
            batches.append(list(batch))
            batch = [t]
        batch.append(t * x)
    return sum(sum(b) * b[0] for b in batches) + sum(batch)


@cases(signed(5), array(3))
@cases(array(1), array(1))
@cases(array(0), array(2))
def columns_of_rows(v, w):
    """Of arrays, of lists of different lengths, and turned back."""
    rows, ragged = [], []
    for t in v:
        if t > -0.6:
            rows.append(w * t)
            ragged.append([a * t for a in w if a > t + 0.2])
    s = 0.0
    for k, column in enumerate(zip(*rows)):
        s += sum(column) ** 2 * (k + 1)
    turned = [list(c) for c in zip(*rows)]
    for a in turned:
        a.append(w[0])
    s += sum(a[-1] * sum(a) for a in turned)
    if rows:
        s += np.sum(np.array(list(zip(*rows))) ** 2)
    return s + sum(max(c) * sum(c) for c in zip(*ragged))
