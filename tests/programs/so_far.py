"""Lists that a loop inside reads before the first element is appended: Gram-Schmidt, histories, earlier pairs."""

from __future__ import annotations

import numpy as np

from tests.programs.cases import Cases, array, signed

cases = Cases()


@cases(0.8, signed(4), 3)
@cases(0.8, signed(4), 0)
def gram_schmidt(x, v, n):
    basis = []
    for k in range(n):
        w = v * x + np.sin((k + 1) * v)
        for j in range(len(basis)):
            w = w - (basis[j] @ w) * basis[j]
        basis.append(w / np.sqrt(w @ w))
    return sum(np.sum(q) for q in basis)


@cases(array(3, 3) + 2.0 * np.eye(3), array(3))
@cases(np.zeros((0, 0)), np.zeros(0))
def forward_substitution(L, b):
    y = []
    for i in range(len(b)):
        s = b[i]
        for j in range(i):
            s -= L[i, j] * y[j]
        y.append(s / L[i, i])
    return sum(y)


@cases(0.8, signed(5))
@cases(0.8, signed(1))
@cases(0.8, np.zeros(0))
def pairs_with_earlier_ones(x, v):
    seen, s = [], 0.0
    for t in v:
        for j in range(min(len(v), len(seen))):
            s += seen[j] * np.exp(-t * t) * (j + 1)
        seen.append(t * x)
    return s


@cases(0.8, signed(5), 2)
@cases(0.8, signed(5), 0)
def a_window_backwards(x, v, width):
    past, s = [], x
    for t in v:
        for j in range(len(past) - 1, max(-1, len(past) - 1 - width), -1):
            s = s * x + past[j]
        past.append(t * t)
    return s


@cases(0.8, signed(6))
@cases(0.8, np.zeros(0))
def the_first_larger_one(x, v):
    heights, s = [], 0.0
    for t in v:
        for j in range(len(heights)):
            if heights[j] > t:
                s += heights[j] * t
                break
            s += 0.1 * heights[j]
        else:
            s -= t * x
        heights.append(t * x)
    return s


@cases(0.8, signed(4))
def each_smoothed_by_the_next(x, v):
    kept = []
    for t in v:
        for j in range(len(kept)):
            kept[j] = 0.5 * (kept[j] + t * x)
        if len(kept) == 3:
            kept.pop(0)
        kept.append(np.sin(t))
    return sum(kept[j] * (j + 1) for j in range(len(kept)))


class Body:
    def __init__(self, at, mass):
        self.at, self.mass = at, mass


@cases(0.8, signed(4))
@cases(0.8, np.zeros(0))
def potential_as_bodies_come(x, v):
    bodies, energy = [], 0.0
    for t in v:
        new = Body(np.array([t, x * t]), 1.0 + t * t)
        for i in range(len(bodies)):
            away = bodies[i].at - new.at
            energy += bodies[i].mass * new.mass / np.sqrt(away @ away + 0.1)
        bodies.append(new)
    return energy


@cases(0.8, signed(4), 1.5)
@cases(0.8, signed(4), 0.1)
def left_from_within(x, v, most):
    terms, s = [], 0.0
    for t in v:
        for a in range(len(terms)):
            for b in range(a):
                s += terms[a][0] * terms[b][1]
                if s > most:
                    return s * x
        terms.append((t * x, x * x))
    return s


@cases(0.8, signed(5))
@cases(0.8, np.zeros(0))
def divided_differences(x, v):
    column, s, p = [], 0.0, 1.0
    for i in range(len(v)):
        new = [v[i] * v[i]]
        for j in range(len(column)):
            new.append((new[j] - column[j]) / (j + 1.5))
        column = new
        s += p * new[-1]
        p *= x - i
    return s


@cases(0.7, signed(4))
def difference_from_the_one_before(x, v):
    y = []
    for i in range(len(v)):
        if i > 0:
            y.append(x * y[i - 1] + v[i])
        else:
            y.append(v[0] * v[0])
    return y[-1]


@cases(0.8, signed(5))
@cases(0.8, np.zeros(0))
def an_active_set(x, v):
    chosen, s = [], x
    for i in range(len(v)):
        w = v * x
        w[chosen] *= 0.5
        s += np.sum(w) - np.sum(v[chosen] ** 2)
        if v[i] < s:
            chosen.append(i)
    return s
