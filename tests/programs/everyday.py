"""Everyday Python: members of enums, known strings, caches, getters, patterns."""

from __future__ import annotations

import enum
import functools
import math
import operator
from dataclasses import dataclass

import numpy as np

from tests.programs.cases import Cases, array

cases = Cases()


class Level(enum.IntEnum):
    LOW = 1
    HIGH = 3

    def twice(self):
        return 2 * self


class Color(enum.Enum):
    RED = 1
    GREEN = 2


class Planet(enum.Enum):
    EARTH = (5.9, 6.4)
    MARS = (0.6, 3.4)

    def __init__(self, mass, radius):
        self.mass = mass
        self.radius = radius

    @property
    def gravity(self):
        return self.mass / self.radius**2


class Step(enum.Enum):
    SIN = "sin"
    COS = "cos"

    def __call__(self, t):
        return getattr(math, self.value)(t)


class Bits(enum.IntFlag):
    A = 1
    B = 2


@cases(0.7, Level.LOW)
@cases(0.7, Level.HIGH)
def enum_argument(x, level):
    return x * level if level is Level.LOW else x**level


@cases(0.7)
def enum_values(x):
    y = x * Planet.EARTH.gravity + sum(p.mass * x for p in Planet) + x * len(Planet) + x * Planet["MARS"].radius
    for step in Step:
        y = step(y)
    y += Step("sin")(x) + (x if Step.SIN in (Step.COS, Step.SIN) else 0.0) + len(Color.GREEN.name) * x
    flags = Bits.A | Bits.B
    y += x * Level.HIGH.twice() + np.sin(x * Level.LOW) + [x, 1.0, 2.0, x * x][Level.HIGH] + x * flags
    return y + (x if Bits.B in flags and flags & Bits.A else 0.0)


@cases(0.7)
@cases(0.9)
def enum_machine(x):
    state = Color.RED
    for _ in range(5):
        match state:
            case Color.RED:
                x = x * 1.1
                state = Color.GREEN if x > 0.85 else Color.RED
            case Color.GREEN:
                x = x + 0.1
                state = Color.RED
    return x * state.value * {Color.RED: 2.0, Color.GREEN: 3.0}[state]


@cases(array(4))
def enum_carried(v):
    total, best = 0.0, Level.LOW
    for t in v:
        if t > 1.0:
            best = Level.HIGH
        total += t * best
    return total


@cases(0.7)
def strings(x):
    y = x
    for op in ["sin", "cos", "exp"]:
        y = getattr(math, op)(y)
    key, _, value = " w=2.5 ".strip().partition("=")
    if key.isalpha() and value.replace(".", "").isdigit() and key.endswith(("v", "w")):
        y *= float(value) + "abc".index("c") + len("7".zfill(3))
    weights = {f"w{k}": x**k for k in range(3)}
    parts = ["a", "b"]
    parts.append("c")
    return y + weights["W1".lower()] + weights["{}{}".format("w", 2)] * len(",".join(parts))


@cases(0.7)
def reverse_polish(x):
    stack = []
    for word in ["x", "2", "*", "x", "+", "x", "*"]:
        if word == "x":
            stack.append(x)
        elif word.isdigit():
            stack.append(float(word))
        else:
            b, a = stack.pop(), stack.pop()
            stack.append(a * b if word == "*" else a + b)
    return stack[0]


@cases(0.7, 1.1, 6)
def option_by_recursion(price, up, n):
    @functools.cache
    def value(i, j):
        now = max(1.0 - price * up ** (2 * j - i), 0.0)
        return now if i == n else max(now, 0.5 * (value(i + 1, j) + value(i + 1, j + 1)))

    return value(0, 0)


@cases(array(4), array(5, seed=3))
def warped_distance(a, b):
    @functools.cache
    def distance(i, j):
        if i == 0 or j == 0:
            return 3.0 * (i + j)
        return min(distance(i - 1, j), distance(i, j - 1), distance(i - 1, j - 1)) + abs(a[i - 1] - b[j - 1])

    return distance(len(a), len(b))


@cases(array(4), 6)
def legendre(v, n):
    @functools.cache
    def p(k):
        return v**k if k < 2 else ((2 * k - 1) * v * p(k - 1) - (k - 1) * p(k - 2)) / k

    return np.sum(p(n))


@cases(0.7)
def cached_in_branches(x):
    @functools.cache
    def g(t):
        return math.sin(t) * t

    y = g(x) * 2 if x > 0.5 else g(x) + 1
    return y + g(x) + sum(g(k) for k in range(3)) + sum(g(k) for k in range(3))


@functools.total_ordering
class Item:
    def __init__(self, w, inner=None):
        self.w = w
        self.inner = inner

    def __eq__(self, other):
        return self.w == other.w

    def __lt__(self, other):
        return self.w < other.w

    @functools.singledispatchmethod
    def scale(self, k):
        return self.w

    @scale.register
    def _(self, k: float):
        return self.w * k

    def power(self, k, m=1.0):
        return self.w**k * m

    cube = functools.partialmethod(power, 3)


@functools.singledispatch
def area(shape):
    raise TypeError("no shape")


@area.register
def _(shape: float):
    return shape * shape


@area.register(list)
def _(shape):
    return shape[0] * shape[1]


@cases(0.7)
@cases(1.7)
def dispatched(x):
    a, b = Item(x), Item(1.0)
    found = area(x) + area([x, 2.0]) + a.scale(x) + a.scale(2) + a.cube(m=x)
    return found * (2.0 if a >= b else x) + max(a, b).w


SECOND = operator.itemgetter(1, 0)


@cases(0.7)
def getters(x):
    rows = [(x, 2.0), (1.5, x)]
    item = Item(1.0, Item(x))
    firsts = map(operator.itemgetter(0), rows)
    found = SECOND(rows[0])[0] * operator.attrgetter("inner.w")(item) + sum(firsts)
    found += operator.methodcaller("get", "k", 2.0)({"k": x}) + max(rows, key=operator.itemgetter(1))[0]
    return found * (2.0 if operator.truth(x) and operator.contains([1, 2], 2) else x) + operator.abs(-x)


@dataclass
class Point:
    x: float
    y: float


@cases({"a": 0.7, "b": 2.0})
@cases({"a": 0.4, "b": 2.0})
def mappings(p):
    match p:
        case {"c": c}:
            return c
        case {"a": a, **rest} if a > 0.5:
            found = a * len(rest) + rest["b"] * a
        case _:
            found = p["b"]
    match {"p": Point(p["a"], 1.0), "row": [p["a"], 2.0]}:
        case {"p": Point(x, y), "row": [first, *others]}:
            return found * x * y * first * sum(others)


def weighted(items, k):
    return sum(t * k for t in items)


@cases(array(4), 0.7)
def generators(v, x):
    squares = (t * t for t in v)
    first = next(squares)
    known = (x * k for k in range(5))
    a, b = next(known), next(known)
    found = first * 3 + sum(squares) + a + b * 2 + sum(known) * 3 + weighted((x * k for k in range(4)), x)
    rest = 0.0
    for t in (t for t in v if t > 0.8):
        rest = rest * x + t
    return found * rest


@cases(0.7)
@cases(-0.7)
def signs(x):
    match (x > 0, x < 1):
        case (True, True):
            return x * x
        case (True, _):
            return x
    return -x * 3 if (x < -5) is False else x


class Gauge:
    """A reading that `del` sets back to half of it."""

    def __init__(self, reading):
        self._reading = reading

    @property
    def reading(self):
        return self._reading

    @reading.deleter
    def reading(self):
        self._reading = 0.5 * self._reading**2


@cases(1.3, 0.4, 3)
def readings_set_back(x, w, n):
    gauge = Gauge(x)
    total = 0.0
    for k in range(n):
        if range(k, n) == range(1, 3, 1 + k // 9):
            del gauge.reading
        total += gauge.reading * w
    return total if range(0, n, 2) == range(0, n + 1, 2) else total**2


@cases(1.3, 5)
@cases(0.7, 4)
def positions_in_ranges(x, n):
    evens = range(0, 12, 2)
    total = evens.index(4) * x + evens.count(n) * x * x
    if n in evens:
        total += evens.index(n) * np.sin(x)
    return total + range(n, -1, -1).index(2) * x**3
