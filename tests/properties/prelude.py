"""What the random programs call: functions and classes at module level, none of which they define themselves."""

from __future__ import annotations

import dataclasses
from typing import NamedTuple

import numpy as np
from numpy import tanh as squash

import symdiff

SCALE = 0.75
TABLE = {"half": 0.5, "rows": [0.25, 1.5]}
WEIGHTS = np.array([0.3, -0.2, 0.9])


def square(t, k=0.5, *, shift=0.0):
    return k * t * t + shift


def pick(t, u):
    if t > u:
        return t - u
    return squash(u) - t


def norm2(w):
    s = 0
    for t in w:
        s += t * t
    return s


def starred(t, *rest, scale=1.0, **more):
    return (t + sum(rest)) * scale + more.get("shift", 0.0)


def first_above(w, t):
    """An early return from two loops."""
    for i, a in enumerate(w):
        for b in w[i:]:
            if a * b > t:
                return a - b * t
    return 0.5 * t


def first_of(w, t):
    for u in w:
        if u > t:
            return u
    return None


def damped(t):
    """A `while` with both ways out."""
    turns = 0
    while True:
        t = 0.5 * t + 0.1
        turns += 1
        if turns > 4:
            break
        if t > 0.3:
            continue
        t = t - 0.2
    return t


# --- recursion


def nested(t, k):
    return np.tanh(t) if k <= 0 else np.cos(nested(t * 0.5, k - 1) + 0.1 * k)


def halves(w, t):
    if len(w) < 2:
        return np.sum(w) * t
    return np.sin(halves(w[: len(w) // 2], t)) - halves(w[len(w) // 2 :], t * 0.5)


def mirrored(w, k):
    if k <= 0:
        return w
    return np.tanh(mirrored(w[::-1], k - 1) + w)


def even(k, t):
    return t if k <= 0 else odd(k - 1, np.sin(t) + 0.3)


def odd(k, t):
    if k <= 0:
        return t * t
    if t > 1.0:
        return even(k - 1, t - 1.0)
    return 0.5 * even(k - 1, t)


# --- helpers that change their parameter


def bump(w, t):
    w[0] += t
    if t > 0.4:
        return t
    w[-1] = 0.5 * w[-1] - t
    return w[0]


def relax(w):
    for i in range(1, len(w) - 1):
        w[i] = 0.4 * (w[i - 1] + w[i + 1])
    return w


def normalise(w, t):
    w *= t
    w -= 0.1
    return w


def push(items, t):
    items[0] = items[-1] * 0.5 + t
    return items


def advance(state, t):
    state["a"] = np.tanh(state["a"] + t)
    if t > 0.0:
        state["b"] -= 0.2 * t
    return state["a"]


def shove(layer, t):
    layer.w += 0.2 * t
    if t < -0.2:
        return layer.b
    layer.b = layer.b * 0.5
    return layer.w


def cascade(w, k, t):
    """A recursion that writes into the array it is given."""
    w[k] = np.sin(w[k] * t) + 0.1
    if k > 0 and t < 1.2:
        w[0] += cascade(w, k - 1, t + 0.1)
    return w[k] * t


# --- functions to take derivatives of, and rules of the user's own


def bowl(w, t):
    return 0.3 * (w - t) ** 2 + 0.1 * np.cos(w * t)


def well(w, t):
    """With branches and a loop."""
    for i in range(3):
        if w * t > 0.2:
            w = np.sin(w) * t
        elif w < -0.4:
            return 0.5 * w * w + t * w
        w = w + 0.1 * i * t
    return w * w * t


def energy(w, t):
    """Of an array that it writes into a copy of, element by element."""
    u = w * 1.0
    s = 0.3 * t
    for i in range(1, len(u)):
        u[i] += 0.5 * u[i - 1] * t
        if u[i] > 0.0:
            s = s + np.sin(u[i]) * t
    return s + u @ w


def layer(w, t):
    return np.tanh(w * t) + 0.2 * w[::-1]


@symdiff.grad
def slope_of_well(w, t):
    return well(w, t)


@symdiff.custom_jvp
def softened(t):
    return np.log1p(np.exp(t))


@softened.defjvp
def softened_rule(primals, tangents):
    (t,), (d,) = primals, tangents
    return softened(t), d / (1.0 + np.exp(-t))


@symdiff.custom_jvp
def blended(t, u):
    if t > u:
        return t * u
    return t + 0.5 * u * u


@blended.defjvp
def blended_rule(primals, tangents):
    (t, u), (d, e) = primals, tangents
    if t > u:
        return t * u, d * u + t * e
    return t + 0.5 * u * u, d + u * e


@symdiff.custom_vjp
def cubed(t):
    return t * t * t


def cubed_forward(t):
    return t * t * t, t


def cubed_backward(t, d_y):
    return (3.0 * d_y * t * t,)


cubed.defvjp(cubed_forward, cubed_backward)


# --- functions of functions


def scaler(c):
    return lambda z: np.sin(z) * c


def applied(g, t, times=2):
    for _ in range(times):
        t = 0.5 * g(t)
    return t


def halved(g):
    def inner(*args, **kwargs):
        return 0.5 * g(*args, **kwargs)

    return inner


def scaled_by(c):
    def decorate(g):
        return lambda *args, **kwargs: c * g(*args, **kwargs)

    return decorate


def gentle(t, c=0.3):
    return np.tanh(t) + c


# --- classes


class Layer:
    gain = 1.5

    def __init__(self, w, b=0.25):
        self.w = w
        self.b = b

    def __call__(self, t):
        return np.tanh(self.w * t) + self.b

    @property
    def scale(self):
        return self.w * self.gain

    @scale.setter
    def scale(self, value):
        self.w = value / self.gain

    def step(self, t):
        self.w = 0.5 * self.w + np.sin(t)
        self.b -= 0.1 * self.w
        return self

    def moved(self, t):
        return Layer(np.tanh(self.w + t), self.b * 0.5)

    def __add__(self, other):
        return Layer(np.sin(self.w + other.w), self.b)

    def __neg__(self):
        return Layer(-self.w, self.b)

    def __lt__(self, other):
        return self.w < other.w

    @staticmethod
    def square(t):
        return t * t

    @classmethod
    def twice(cls, w):
        return cls(2 * w)


LAYER = Layer(0.6, -0.3)


class Scaled(Layer):
    gain = 0.5

    def __init__(self, w):
        super().__init__(w, b=np.tanh(w))
        self.calls = 0

    def __call__(self, t):
        self.calls += 1
        return super().__call__(t) * 0.5 + 0.1 * self.calls


@dataclasses.dataclass
class State:
    x: float
    v: float = 1.0
    seen: list = dataclasses.field(default_factory=list)

    def step(self, dt):
        self.x += 0.1 * dt * self.v
        self.v -= 0.1 * self.x
        self.seen.append(self.x)
        return self.x


class Tank:
    """Holds an array, which its methods write into."""

    def __init__(self, h):
        self.h = h * 1.0

    def pour(self, t):
        self.h[0] += t
        self.h *= 0.9
        return self.h[-1]

    @property
    def level(self):
        return self.h.sum()


class Pair(NamedTuple):
    a: float
    b: float

    def turned(self):
        return Pair(self.b, 0.5 * self.a)

    @property
    def gap(self):
        return self.a - self.b
