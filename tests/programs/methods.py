"""Methods called in several places, large enough to be functions of the module: what they read, change and return."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np

from tests.programs.cases import Cases

cases = Cases()


class _Meter:
    def __init__(self, k):
        self.k, self.total = k, 0.0

    def add(self, t):
        self.total += math.sin(t) * 0.5 + math.cos(t * 1.5) * 0.25 + math.exp(-t * t) * t - 0.1 * t * self.k
        return self


@cases(0.3, 0.7)
def methods_that_return_their_object(x, k):
    a = _Meter(k)
    b = a.add(x).add(x * k)
    b.total = b.total * 2
    return a.add(0.2).total * b.total


@cases(0.3, 0.7)
def one_object_met_twice_in_a_loop(x, k):
    a, b = _Meter(k), _Meter(x)
    for o in (a, b, a):
        o.add(x * 0.5)
    return a.total * b.total


class _Layer:
    def __init__(self, w, b):
        self.w, self.b = w, b

    def scaled(self, t):
        self.b *= t
        self.w[0] += self.b * np.sin(t) * 0.5 + np.cos(t * 1.5) * 0.25 + np.exp(-t * t) * t / (1 + t * t)
        return self.w.sum() * self.b[0]


@cases(0.3, 0.7)
def methods_that_write_arrays_known_outside(x, k):
    b = np.array([0.1, 0.2, 0.3]) * x
    first, second = _Layer(np.eye(3) * k, b), _Layer(np.eye(3) * x, b)
    y = first.scaled(x) + second.scaled(k)
    return y + b.sum() * first.w[0, 1] + second.b[1]


@dataclass
class _Pair:
    a: float
    b: float

    def at(self, t):
        return self.a * math.sin(t) * 0.5 + math.cos(t * 1.5) * 0.25 + math.exp(-t * t) * t - 0.1 * t * self.b

    def __call__(self, t):
        return self.at(t) * self.at(t + 1) + self.at(t * t)

    def __add__(self, o):
        first = self.a * o.b + math.sin(o.a) * 0.5 + math.cos(self.b * 1.5) * 0.25
        return _Pair(first, self.b * o.b - math.exp(-o.a * o.a) * self.a / (1 + o.b * o.b))


@cases(0.3, 0.7)
def calls_of_objects(x, k):
    p = _Pair(x, k)
    return p(0.3) * p(x) + _Pair(k, x)(k)


@cases(0.3, 0.7)
def operators_of_objects(x, k):
    p, q = _Pair(x, k), _Pair(k, x * x)
    r = p + q + p + (q + q)
    return r.a * r.b + (r + r).a


def _swap(p, q, t):
    p.a, q.a = q.a * math.sin(t) * 0.5 + math.cos(t * 1.5) * 0.25, p.a * math.exp(-t * t) * t - 0.1 * t
    return p.a - q.a


@cases(0.3, 0.7)
def two_arguments_that_may_be_one_object(x, k):
    p, q = _Pair(x, k), _Pair(k, x * x)
    return _swap(p, q, x) + _swap(q, p, k) * 2 + _swap(p, p, x * k) * 3 + _swap(q, q, 0.1) + p.a * q.a


class _Gauge:
    def __init__(self, k):
        self._k, self.log = k, {}

    @property
    def k(self):
        k = self._k
        return math.sin(k) * 0.5 + math.cos(k * 1.5) * 0.25 + math.exp(-k * k) * k / (1 + k) + math.tanh(k) * k

    @k.setter
    def k(self, v):
        self._k += v * math.sin(v) * 0.5 + math.cos(v * 1.5) * 0.25 + math.exp(-v * v) * v / (1 + v)
        self.log["last"] = self._k


@cases(0.3, 0.7)
def properties_that_are_set(x, k):
    p = _Gauge(k)
    y = p.k * p.k
    p.k = x
    p.k = y
    p.k = p.k
    return y + p._k + p.log["last"]


def _push(s, t):
    y = math.sin(t) * 0.5 + math.cos(t * 1.5) * 0.25 + math.exp(-t * t) * t / (1 + t * t) - 0.1 * t
    s.append(y)
    return y * len(s)


@cases(0.3, 0.7)
def lists_that_a_helper_makes_longer(x, k):
    s, t = [x], [k]
    y = _push(s, k) + _push(t, x) + _push(s, k * x) + _push(t, x)
    return y * s[1] + s[-1] * t[1]
