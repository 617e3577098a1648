"""Helpers, recursion, objects, lists that grow."""

# ruff: noqa: F821  (sizes in annotations)

import functools
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


@construct(lambda n: (vector(n), 0.5))
def slices_of_a_list(v: "f8[n]", x: float):
    a = [t * x for t in v]
    a[1:-1] = [t * t for t in a[1:-1]]
    a[::2] = a[1::2]
    del a[1::3]
    return sum(a)


def blend(x, y=1.0, *rest, scale, power=2, **options):
    total = scale * x + y**power
    for r in rest:
        total += options.get("weight", 1.0) * r
    return total


@construct(lambda n: (0.5, 0.7), linear=False)
def arguments(x: float, a: float):
    return blend(x, a, x * a, 2.0, scale=a, weight=0.5) * blend(*(x, a), **{"scale": 3.0, "power": 3})


@construct(lambda n: (vector(n), 0.5))
def fold(v: "f8[n]", x: float):
    return functools.reduce(lambda total, t: total * x + t, v, 0.0)


@construct(lambda n: (vector(n, -0.5, 0.5), 0.5))
def mapped(v: "f8[n]", x: float):
    scaled = map(lambda t: t * x, filter(lambda t: t > 0, v))
    return sum(t * t for t in scaled)


def power(x, n, scale):
    return scale * x**n


@construct(lambda n: (0.5, 0.7), linear=False)
def partial_function(x: float, a: float):
    square = functools.partial(power, n=2, scale=a)
    return square(x) * square(a)


@construct(lambda n: (0.5, 0.7, 0.6), linear=False)
def built_ins(x: float, y: float, z: float):
    low, middle, high = sorted([x, y, z])
    quotient, rest = divmod(high, low)
    return max(x, y) * min(y, z) + abs(x - z) * middle + rest * quotient + pow(x, 2)


def doubled(f):
    @functools.wraps(f)
    def wrapper(*args):
        return 2.0 * f(*args)

    return wrapper


@doubled
def product(x, y):
    return np.sin(x) * y


@construct(lambda n: (0.5, 0.7), linear=False)
def decorated(x: float, y: float):
    return product(x, y)


def line(slope, shift):
    return lambda x: slope * x + shift


@construct(lambda n: (0.5, 0.7), linear=False)
def function_results(x: float, a: float):
    f = line(a, x)
    return f(f(x))


class Vector:
    def __init__(self, x, y):
        self.x, self.y = x, y

    def __add__(self, other):
        return Vector(self.x + other.x, self.y + other.y)

    def __rmul__(self, k):
        return Vector(k * self.x, k * self.y)

    @property
    def square(self):
        return self.x**2 + self.y**2


class Weighted(Vector):
    weight = 0.5

    @classmethod
    def of(cls, v):
        return cls(v.x, v.y)

    @property
    def square(self):
        return self.weight * super().square

    def __call__(self, k):
        return k * self.square


@construct(lambda n: (0.5, 0.7, n))
def classes(a: float, b: float, n: int):
    p = Vector(a, b)
    for _ in range(n):
        p = p + 0.1 * Vector(p.y, a)
    return Weighted.of(p)(a)
