"""Classes of layers and of vectors, tables, trees of states: what libraries of scientists are made of."""

from __future__ import annotations

import math
from typing import Any, NamedTuple

import numpy as np

from tests.programs.cases import Cases, array, signed

cases = Cases()


class Layer:
    training = True

    def __call__(self, x: Any) -> Any:
        return self.forward(x)


class Linear(Layer):
    def __init__(self, w: Any, b: Any) -> None:
        self.w, self.b = w, b

    def forward(self, x: Any) -> Any:
        return x @ self.w + self.b


class Dropout(Layer):
    def __init__(self, p: float, rng: Any) -> None:
        self.p, self.rng = p, rng

    def forward(self, x: Any) -> Any:
        return x * (self.rng.random(x.shape) >= self.p) / (1 - self.p) if self.training else x


class Tanh(Layer):
    def forward(self, x: Any) -> Any:
        return np.tanh(x)


class Sequential(Layer):
    def __init__(self, *layers: Any) -> None:
        self.layers = list(layers)

    def forward(self, x: Any) -> Any:
        for layer in self.layers:
            x = layer(x)
        return x


@cases(signed(3, 4), signed(4, 2), array(2))
def layers_that_inherit_their_call(x, w, b):
    rng = np.random.default_rng(3)
    net = Sequential(Linear(w, b), Dropout(0.25, rng), Sequential(Tanh(), Linear(w.T, 0.1)), Tanh())
    return np.sum(net(x) ** 2)


class Vector:
    def __init__(self, *parts: Any) -> None:
        self.parts = list(parts)

    def __mul__(self, k: Any) -> Any:
        return Vector(*[part * k for part in self.parts])

    __rmul__ = __mul__

    def __len__(self) -> int:
        return len(self.parts)

    def __getitem__(self, i: int) -> Any:
        return self.parts[i]


@cases(2.0, 3.0)
def a_float_times_a_vector(x, y):
    return (x * Vector(1.0, y))[1] * len(y * Vector(x)) + (2.0 * Vector(y))[0]


@cases(2.0)
def a_table_of_sums(x):
    total, seen = dict.fromkeys(["a", "b"], 0.0), dict.fromkeys("ab")
    for key, weight in [("a", 2.0), ("b", 3.0), ("a", x)]:
        total[key] += weight * x
        seen[key] = weight if seen[key] is None else seen[key] * x
    shared = dict.fromkeys(range(2), [x])  # noqa: RUF024  (one list, as in Python)
    shared[0].append(x * x)
    return sum(total.values()) * seen["a"] + shared[1][1]


def _mapped(function: Any, *trees: Any) -> Any:
    first = trees[0]
    if isinstance(first, dict):
        return {k: _mapped(function, *(tree[k] for tree in trees)) for k in first}
    if isinstance(first, (list, tuple)):
        return type(first)(_mapped(function, *parts) for parts in zip(*trees))
    return function(*trees)


@cases(array(3))
def a_tree_of_states(x):
    state = {"x": x, "energy": 0.0, "pair": (0, 1.0)}
    for _ in range(3):
        slope = {"x": -state["x"], "energy": np.sum(state["x"] ** 2), "pair": (state["pair"][1], 2.0)}
        state = _mapped(lambda u, v: u + 0.1 * v, state, slope)
    return state["energy"] * state["pair"][0]


@cases(array(3))
def a_distance_from_a_sum(v):
    x = 0.0
    for t in v:
        x = x + t
    return math.dist((x, 1.0), (0.0, v[0])) + (x if isinstance(x, str) else 2.0 * x)


class Subject(NamedTuple):
    time: Any
    x: Any


@cases(array(2), [Subject(3.0, array(2, seed=1)), Subject(1.0, array(2, seed=2)), Subject(2.0, array(2, seed=3))])
def subjects_in_the_order_of_their_times(beta, subjects):
    order = sorted(subjects, key=lambda s: s.time)
    total = 0.0
    for i, s in enumerate(order):
        total += beta @ s.x - np.log(sum(np.exp(beta @ o.x) for o in order[i:])) * s.time
    return -total


@cases(array(2))
def a_simplex_sorted_by_its_values(x):
    value = lambda p: (1 - p[0]) ** 2 + (p[1] - p[0] ** 2) ** 2
    simplex = [(value(p), p) for p in [x, x + np.array([0.5, 0.0]), x + np.array([0.0, 0.5])]]
    simplex.sort(key=lambda pair: pair[0])
    return simplex[0][0] + np.sum(simplex[-1][1] ** 2)
