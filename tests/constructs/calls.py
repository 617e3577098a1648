"""Helpers, recursion, objects, lists that grow."""

# ruff: noqa: F821  (sizes in annotations)

from dataclasses import dataclass

import numpy as np

from tests.constructs.bank import construct, vector


@construct(lambda n: (vector(n), 0.5))
def nonlocal_state(v: "f8[n]", x: float):
    def add(t):
        nonlocal x
        x = x + t * x

    for t in v:
        add(t)
    return x


def rate(x, a):
    y = x * a
    for _ in range(3):
        y = np.sin(y) + x * y
    return y * y


@construct(lambda n: (0.5, 0.7), linear=False)
def helper_pair(x: float, y: float):
    return rate(x, y) + rate(y, x) * rate(x * y, 2.0)


@construct(lambda n: (0.5, n))
def recursion(x: float, n: int):
    if n == 0:
        return x
    return np.sin(x) * recursion(x * 0.5, n - 1)


def even(x, n):
    if n == 0:
        return x
    return odd(x * x, n - 1)


def odd(x, n):
    if n == 0:
        return -x
    return np.sin(even(x, n - 1))


@construct(lambda n: (0.5, n))
def mutual_recursion(x: float, n: int):
    return even(x, n)


@construct(lambda n: (vector(n),))
def tree_sum(w: "f8[n]"):
    if len(w) == 1:
        return w[0] * w[0]
    m = len(w) // 2
    return tree_sum(w[:m]) * tree_sum(w[m:])


@construct(lambda n: (vector(n), 0.5))
def recursion_array(v: "f8[n]", x: float):
    def g(k):
        if k == 0:
            return x
        return v[k] * g(k - 1) + v[k - 1]

    return g(len(v) - 1)


def one(t, x):
    s = t
    for _ in range(2):
        s = np.sin(s) * x
    return s


@construct(lambda n: (vector(n), 0.5))
def helper_in_loop(v: "f8[n]", x: float):
    s = 0.0
    for t in v:
        s += one(t, x) * s
    return s


def put(y, i, x):
    s = x
    for _ in range(2):
        s = np.sin(s) * x
    y[i] = y[i] * s


@construct(lambda n: (vector(n), 0.5))
def call_in_loop(v: "f8[n]", x: float):
    y = v.copy()
    for i in range(len(y)):
        put(y, i, x)
    return np.sum(y * y)


@dataclass
class Particle:
    x: float
    v: float

    def step(self, dt):
        self.v -= self.x * dt
        self.x += self.v * dt


@construct(lambda n: (0.5, 0.1, n))
def object_state(x: float, dt: float, n: int):
    p = Particle(x, 0.0)
    for _ in range(n):
        p.step(dt)
    return p.x**2 + p.v**2


@dataclass
class State:
    total: float
    y: object


@construct(lambda n: (vector(n), 0.5))
def object_array(v: "f8[n]", x: float):
    s = State(x, v.copy())
    for i in range(len(v)):
        s.y[i] = s.y[i] * s.total
        s.total += s.y[i]
    return s.total


@construct(lambda n: (vector(n), 0.5))
def dict_state(v: "f8[n]", x: float):
    d = {"a": x, "b": 1.0}
    for t in v:
        d["a"] = d["a"] * t + d["b"]
        d["b"] += t
    return d["a"] * d["b"]


@construct(lambda n: (vector(n), 0.5))
def collected(v: "f8[n]", x: float):
    out = []
    for t in v:
        out.append(np.sin(t * x))
    return np.sum(np.array(out))


@construct(lambda n: (vector(n, -0.3, 0.6), 0.5))
def stack(v: "f8[n]", x: float):
    held = []
    for t in v:
        if t > 0:
            held.append(t * x)
        elif held:
            x = x + held.pop()
    return x


@construct(lambda n: (vector(n, -0.3, 0.6), 0.5))
def comprehension(v: "f8[n]", x: float):
    a = [t * x for t in v if t > 0]
    return sum(t * t for t in a)


@construct(lambda n: (vector(3), n))
def grown_arrays(h: "f8[m]", n: int):
    hs = []
    for _ in range(n):
        h = np.sin(h)
        hs.append(h)
    return sum(np.sum(g * g) for g in hs)


@construct(lambda n: (vector(n), 0.5))
def pop_list(v: "f8[n]", x: float):
    held = []
    for t in v:
        held.append(t * x)
    s = x
    while held:
        s = s * 0.5 + held.pop() * s
    return s


@construct(lambda n: (vector(n), 0.5))
def list_set(v: "f8[n]", x: float):
    a = [t * x for t in v]
    for i in range(1, len(a)):
        a[i] = a[i] * a[i - 1]
    return sum(a)
