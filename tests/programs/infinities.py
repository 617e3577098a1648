"""Infinities that the program writes or brings about, and hides: borders of tables, masked scores, escapes."""

from __future__ import annotations

import math
from math import inf

import numpy as np

from tests.programs.cases import Cases, array, signed

cases = Cases()


@cases(signed(4), signed(3, seed=1), 0.7)
def soft_dtw(x, y, gamma):
    n, m = len(x), len(y)
    table = np.full((n + 1, m + 1), np.inf)
    table[0, 0] = 0.0
    for i in range(1, n + 1):
        for j in range(1, m + 1):
            steps = -np.array([table[i - 1, j - 1], table[i - 1, j], table[i, j - 1]]) / gamma
            top = np.max(steps)
            least = -gamma * (np.log(np.sum(np.exp(steps - top))) + top)
            table[i, j] = (x[i - 1] - y[j - 1]) ** 2 + least
    return table[n, m]


def softmin(a, b, c, gamma):
    a /= -gamma
    b /= -gamma
    c /= -gamma
    top = max(a, b, c)
    return -gamma * (math.log(math.exp(a - top) + math.exp(b - top) + math.exp(c - top)) + top)


@cases([0.3, -1.2, 0.8], [0.1, 0.9], 0.7)
def soft_dtw_of_floats(x, y, gamma):
    table = [[math.inf] * (len(y) + 1) for _ in range(len(x) + 1)]
    table[0][0] = 0.0
    for i in range(1, len(x) + 1):
        for j in range(1, len(y) + 1):
            least = softmin(table[i - 1][j], table[i - 1][j - 1], table[i][j - 1], gamma)
            table[i][j] = (x[i - 1] - y[j - 1]) ** 2 + least
    return table[-1][-1]


@cases(signed(5), np.array([True, True, False, True, False]), 0.7)
def masked_attention(scores, allowed, temperature):
    z = np.where(allowed, scores, -np.inf) / temperature
    weights = np.exp(z - np.max(z))
    return weights / weights.sum() @ np.arange(5.0)


@cases(array(3, 2), 0.9)
def neighbours(points, width):
    squared = np.sum((points[:, None] - points[None]) ** 2, axis=2)
    np.fill_diagonal(squared, np.inf)
    likely = np.exp(-squared * width)
    return np.sum((likely / likely.sum(axis=1, keepdims=True)) ** 2)


@cases(signed(4), 0.8)
def forgetting_log_sum(v, rate):
    total = -np.inf
    for t in v:
        total = np.logaddexp(total * rate, t)
    return total


@cases(signed(4), np.array([True, False, False, True]))
def impossible_states(w, met):
    """Two of minus infinity, before a state is met and behind one that a rate of -inf makes impossible."""
    total = far = -np.inf
    for k in range(4):
        total = np.logaddexp(total, np.where(met[3 - k], w[k], -np.inf))
        far = np.logaddexp2(far, -np.inf)
    paths = np.logaddexp(np.where(met, w, -np.inf), np.array([0.3, -np.inf, -np.inf, 0.1]))
    return total + np.sum(np.exp(paths)) + np.exp(far) + np.logaddexp2(np.logaddexp2(w[0] - np.inf, -np.inf), w[1])


@cases(array(5), np.array([0.1, 3.0, 0.2, 4.0, 0.3]))
def escape(w, c):
    """Two of the orbits overflow."""
    z = np.zeros(5)
    with np.errstate(all="ignore"):
        for _ in range(14):
            z = z * z + c * w
        return np.sum(np.where(np.abs(z) < 2, z, w)) + np.sum(w[z > 2] * 3)


@cases(array(5), np.array([0.1, 3.0, 0.2, 4.0, 0.3]))
def escape_by_mask(w, c):
    z = np.zeros(5)
    with np.errstate(all="ignore"):
        k = 0
        while k < 14:
            z, last = z * z + c * w, z
            k += 1
        return np.sum(z[np.abs(z) < 2]) + np.max(-(last**2)) * 0.5


def diverging(s):
    for _ in range(12):
        s = s * s
    return s


@cases(array(3), 3.0)
def one_branch_overflows(v, r):
    with np.errstate(all="ignore"):
        far = v * diverging(v[0] * 9.0)
        return far[1] if r < 0 else v[0] * v[1] + np.sum(np.minimum(far, v))


@cases(array(3), np.ones(3))
def overwritten_overflow(v, c):
    s = v[0] * 9.0
    with np.errstate(all="ignore"):
        for _ in range(12):
            s = s * s
    y = v * 2
    y[0] = s
    y[:] = v * c
    return np.sum(y**2)


@cases(signed(4), 0.8)
def steps_of_infinite_slope(v, height):
    """A logistic function of infinite slope is a step: only the heights have derivatives."""
    with np.errstate(all="ignore"):
        steps = height / (1 + np.exp(-inf * v))
        return np.sum(steps * v) + np.sum(v**2 / np.cosh(v * inf)) + np.sum(1 / np.hypot(inf * v, 1.0))


@cases(np.array([0.4, 1e150, 1.2, 2e150]), 0.7)
def padded_with_sentinels(v, k):
    """Padding: its cube overflows, and is not taken."""
    valid = v < 1e100
    with np.errstate(all="ignore"):
        energy = np.where(valid, k * v * v * (1 - np.cos(v * v) * v), 0.0)
        near = np.minimum(np.where(valid, v, 3.0), v * v * v * k)
    total = np.sum(energy) + np.sum(near)
    for t in v:
        if t < 1e100:
            total += t * t * t * t * k
    return total
