"""Tuples, lists, dicts, objects: as arguments, and made and changed inside."""

# ruff: noqa: F821  (sizes in annotations)

import math
from bisect import insort
from collections import deque
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np

from tests.constructs.bank import construct, matrix, vector


@construct(lambda n: ([(matrix(4, n), vector(4)), (matrix(2, 4), vector(2))], vector(n)))
def list_of_layers(layers: "[(f8[h, d], f8[h]), (f8[o, h], f8[o])]", x: "f8[d]"):
    for W, b in layers:
        x = np.tanh(W @ x + b)
    return np.sum(x)


@construct(lambda n: ({"w": vector(n), "b": 0.5}, 0.1))
def dict_items(p: "{w: f8[n], b: float}", penalty: float):
    weight = {"w": penalty, "b": 1.0}
    total = 0.0
    for name, value in p.items():
        total += weight[name] * np.sum(value * value)
    return total


class Line(NamedTuple):
    slope: float
    shift: float


@construct(lambda n: (Line(0.5, 0.7), vector(n)), example=True)
def named_tuple(line, x):
    error = line.slope * x + line.shift - np.sin(x)
    return np.sum(error * error)


@dataclass
class Spring:
    stiffness: float
    rest: float

    def force(self, x):
        return self.stiffness * (self.rest - x)


@construct(lambda n: (Spring(2.0, 0.5), 0.7, n), example=True)
def dataclass_argument(spring, x, n):
    v = 0.0
    for _ in range(n):
        v += 0.1 * spring.force(x)
        x += 0.1 * v
    return x * x


class Pendulum:
    def __init__(self, length: float, angle: float, speed: float):
        self.length = length
        self.angle = angle
        self.speed = speed

    @property
    def energy(self):
        return 0.5 * (self.length * self.speed) ** 2 - 9.81 * self.length * math.cos(self.angle)

    def swing(self, dt):
        self.speed -= dt * 9.81 / self.length * math.sin(self.angle)
        self.angle += dt * self.speed


@construct(lambda n: (Pendulum(2.0, 0.5, 0.1), 0.01, n), example=True)
def object_argument(pendulum, dt, n):
    for _ in range(n):
        pendulum.swing(dt)
    return pendulum.energy


@construct(lambda n: (0.5, 0.7), linear=False)
def changed_list(x: float, y: float):
    held = [x]
    held.append(x * y)
    held.extend([y, y * y])
    held.insert(0, 2.0)
    held[1] += held.pop()
    del held[0]
    return held[0] * held[-1] + sum(held[1:])


@construct(lambda n: (vector(n), 0.7))
def queue(v: "f8[n]", x: float):
    waiting = deque([x])
    s = 0.0
    for t in v:
        first = waiting.popleft()
        s = s * 0.5 + first * t
        waiting.append(first * x)
        if t > 0.5:
            waiting.append(t)
    return s


@construct(lambda n: (vector(n), 0.7))
def changes_anywhere(v: "f8[n]", x: float):
    circle = [t * x for t in v]
    circle[1:2] = [x, x * x]
    s = k = 0
    while len(circle) > 1:
        k = (k + 2) % len(circle)
        s = s * x + circle.pop(k)
    return s


@construct(lambda n: (vector(n), 0.7), linear=False)
def kept_in_order(v: "f8[n]", x: float):
    held = []
    s = 0.0
    for t in v:
        insort(held, t * x)
        s += held[len(held) // 2]
    return s


@construct(lambda n: (vector(n), 0.7), linear=False)
def earlier_ones(v: "f8[n]", x: float):
    seen, s = [], 0.0
    for t in v:
        for j in range(len(seen)):
            s += seen[j] * t
        seen.append(t * x)
    return s


@construct(lambda n: (0.5, 0.7), linear=False)
def changed_dict(x: float, y: float):
    d = {"a": x, "b": y}
    d.update(b=x * y, c=y)
    d["a"] *= d.pop("c")
    return d["a"] * sum(d.values()) if "c" not in d else x


@construct(lambda n: (0.5, 0.7, vector(n)))
def unpacking(x: float, y: float, v: "f8[n]"):
    first, *rest = (x, y, x * y)
    (a, b), c = rest, first
    head, *_, last = [a, *[b, c], *(2.0, a)]
    return head * last * v[0] + b


@construct(lambda n: (0.5, n))
def tuple_state(x: float, n: int):
    a, b = x, 1.0
    pair = (a, b)
    for _ in range(n):
        pair = (pair[0] + pair[1] * x, pair[0])
    return pair[0] * pair[1]


@construct(lambda n: (vector(n),))
def error_state(p: "f8[n]"):
    with np.errstate(divide="ignore", invalid="ignore"):
        terms = p * np.log(p)
    return -np.sum(np.where(p > 0, terms, 0.0))


@construct(lambda n: (2.6, 0.7), linear=False)
def conversions(x: float, y: float):
    whole: int = int(x)
    part = x - round(y) - float(whole)
    return part * y ** len((x, y)) * math.exp(y) if isinstance(x, float) else 0.0
