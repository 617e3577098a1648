"""The best of elements that are tuples or arrays, or whose keys are tuples; the order of effects around reductions."""

from __future__ import annotations

import functools
import itertools

import numpy as np

from tests.programs.cases import Cases, array

cases = Cases()


@cases(array(4))
@cases(array(2))
def nearest_in_front(v):
    return min((a, a * a) for a in v if a > 0.1)[1]


@cases(array(3))
def best_of_pairs(v):
    return max([(a * b, a) for a in v for b in v if a != b])[1]


@cases(array(4))
def closest_two(v):
    d, product = min((abs(a - b), a * b) for a, b in itertools.combinations(v, 2))
    return d * product


@cases(array(4))
def of_a_list_by_a_tuple(v):
    return max(list(v), key=lambda t: (t % 1.0, t)) ** 2


@cases(array(3))
def where_there_is_none(v):
    return min(((a, a * a) for a in v if a > 100.0), default=(1.0, v[0] * 3))[1]


@cases(array(4))
def of_arrays_by_a_number(v):
    best = max((np.array([a, a * a]) for a in v if a > 0.0), key=lambda p: p[0])
    return best[0] * best[1]


@cases(array(3))
def effects_in_order(v):
    log = []

    def f(s):
        log.append(s)
        return s

    a = sum([f(t) for t in v], f(v[0] * v[1])) + min((f(t) for t in (v[0], v[2])), default=f(v[1]))
    a = a + functools.reduce(lambda p, q: f(p * q), (f(t) for t in v), f(2.0))
    return a + sum((i + 1) * t for i, t in enumerate(log))
