"""Lists that grow by tuples, named tuples, objects, dicts and lists."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any, NamedTuple

import numpy as np

from tests.programs.cases import Cases, array, signed

cases = Cases()


class State(NamedTuple):
    t: float
    y: float


@dataclass
class Dense:
    w: Any
    b: Any = 0.5

    def __call__(self, x):
        return np.tanh(self.w * x + self.b)


@dataclass
class Particle:
    position: np.ndarray
    velocity: np.ndarray


# --- elements of a structure


@cases(0.7, 5)
def history_of_pairs(x, n):
    hist = []
    y = x
    for i in range(n):
        y = y + 0.1 * math.sin(y)
        hist.append((i * 0.1, y))
    s = 0.0
    for t, y in hist:
        s += t * y * y
    return s + hist[-1][1] * hist[0][1]


@cases(0.7, 5)
@cases(0.7, 0)
def euler_with_its_history(y0, n):
    hist = [(0.0, y0)]
    for _ in range(n):
        t, y = hist[-1]
        hist.append((t + 0.1, y + 0.1 * np.sin(y * t)))
    return hist[-1][1] + sum(t * y for t, y in hist)


@cases(array(3), 0.6, 4)
def history_of_arrays(v, x, n):
    hist = []
    y = v * x
    for i in range(n):
        y = np.sin(y) + x
        hist.append((i, y))
    s = np.sum(hist[-1][1])
    for i, y in hist:
        s += i * np.sum(y * y)
    return s


@cases(0.7, 4)
def history_of_states(x, n):
    hist = [State(0.0, x)]
    for _ in range(n):
        s = hist[-1]
        hist.append(State(s.t + 0.1, s.y * 1.1 + s.t))
    return sum(s.y * s.t for s in hist) + hist[-1].y


@cases(signed(4), 0.3)
def layers_in_a_list(weights, x):
    layers = []
    for w in weights:
        layers.append(Dense(w))
    for layer in layers:
        x = layer(x)
    return x * layers[-1].w + layers[0].b


@cases(signed(4), array(3), 0.3)
def layers_of_a_comprehension(weights, v, b):
    layers = [Dense(w, v * b) for w in weights]
    for layer in layers:
        v = layer(v)
    return np.sum(v)


@cases(array(2), array(2), 5)
def path_of_particles(position, velocity, n):
    path = []
    p = Particle(position, velocity)
    for _ in range(n):
        p = Particle(p.position + 0.1 * p.velocity, p.velocity - 0.1 * p.position)
        path.append(p)
    return sum(np.sum(q.position**2) for q in path) + path[-1].velocity[0]


@cases(signed(5), 0.8)
def records_that_are_kept(v, x):
    kept = []
    for i, a in enumerate(v):
        if a > 0:
            kept.append({"place": i, "value": a * x})
    return sum(r["value"] * r["place"] for r in kept)


@cases(0.9)
def tree_on_a_stack(x):
    stack = [(x, 0)]
    s = 0.0
    while stack:
        a, depth = stack.pop()
        s = s + a * a
        if depth < 3:
            stack.append((a * 0.5, depth + 1))
            stack.append((math.sin(a), depth + 1))
    return s


@cases(0.9)
def until_it_is_large(x):
    hist = [(x, 0)]
    while hist[-1][0] < 50.0:
        a, k = hist[-1]
        hist.append((a * 1.5 + 1.0, k + 1))
    return hist[-1][0] * len(hist) + hist[-1][1]


# --- arguments that the function changes for itself


@cases({"w": array(2), "b": array(3)}, 0.7)
def keys_are_written(d, x):
    d["w"] = d["w"] * x
    d["scale"] = x
    if x > 0:
        d["b"] = d["b"] + 1.0
    d["b"][0] = 3.0 * x
    return np.sum(d["w"]) * d["scale"] + np.sum(d["b"] ** 2)


@cases([1.0, 2.0], 0.7, 4)
def a_list_goes_on(found, x, n):
    for i in range(n):
        found.append(found[-1] * x + i)
    return sum(a * b for a, b in zip(found[2:], found, strict=False))


# --- lists in lists


@cases(array(4), 0.6, 3)
def rows_of_numbers(v, x, n):
    rows = []
    for i in range(n):
        row = []
        for a in v:
            row.append(a * x + i)
        rows.append(row)
    s = rows[1][2] * rows[-1][-1]
    for row in rows:
        for a in row:
            s += a * a
    return s


@cases(0.8, 5)
def pascal_triangle(x, n):
    rows = [[x]]
    for _ in range(n):
        last = rows[-1]
        row = [x]
        for j in range(len(last) - 1):
            row.append(last[j] + last[j + 1])
        row.append(x * x)
        rows.append(row)
    return sum(a * a for a in rows[-1]) + rows[2][1]


@cases(signed(3, 4), 0.8)
def rows_of_pairs(m, x):
    rows = []
    for r in m:
        rows.append([(a, a * x) for a in r if a > 0])
    return sum(a * b for row in rows for a, b in row)


@cases(array(2, 3), 0.8)
def rows_of_arrays(m, x):
    rows = []
    for r in m:
        row = []
        for a in r:
            row.append(np.sin(r * a) * x)
        rows.append(row)
    return np.sum(rows[0][1] * rows[1][0]) + sum(np.sum(r[-1] ** 2) for r in rows)


# --- an element that a staged index chooses


@cases(0.7, 7)
def weights_in_turn(x, n):
    w = [x, x * x, 2.0]
    s = 0.0
    for i in range(n):
        s += w[i % 3] * i
    return s


@cases(0.7, 7)
def sums_in_turn(x, n):
    c = [0.0, 0.0, 0.0]
    for i in range(n):
        c[i % 3] += x * i
    return c[0] * c[1] + c[2]


@cases({"w": [array(2, 2), array(3, 2)], "b": [array(2), array(3)]}, signed(2))
def lists_that_their_elements_tell_apart(params, x):
    """Lists of as many matrices and vectors cannot be one list, so each may be changed."""
    for k, (w, b) in enumerate(zip(params["w"], params["b"])):
        x = w @ x + b
        if k < len(params["w"]) - 1:
            x = np.tanh(x)
    params["b"][0][:] = x[:2]
    params["w"].append(x)
    return np.sum(params["b"][0]) * x[-1] + len(params["w"])


HEIGHTS, TABLE = [1.5, 2.0, 0.5], {"a": [1.0], "b": 2.0}


@cases(0.7)
def a_list_from_outside_by_its_slices(x):
    d, rest = HEIGHTS[:], HEIGHTS[1:]
    d.append(x)
    rest[0] = d[0] = x * x
    d += rest
    return sum(d) * x + sum(HEIGHTS)


@cases(0.7)
def dicts_of_other_things(x):
    d = {**TABLE, "a": x}
    equal = (d == TABLE) + 2 * ([x] == 1.0) + 4 * (x == {}) + 8 * (x != [x]) + 16 * ([x] == [[x]])
    keys = (d.keys() == {"a", "b"}) + 2 * (d.keys() <= {"a", "b", "c"}) + 4 * ({"a"} < d.keys())
    return x * equal + x * x * (keys + 8 * (d.keys() == TABLE.keys()))


# --- containers of the arguments, changed


@cases([1.5, 2.0], [0.5, 3.0])
def one_of_two_lists_is_changed(a, b):
    a[0] = a[0] * 3
    a *= 2
    b += a
    return a[2] * b[0] + sum(b)


@cases({"w": 1.5, "b": 0.5}, {"w": 0.7, "b": 2.0}, 0.1)
def momentum(params, velocity, rate):
    for _ in range(3):
        for key in params:
            velocity[key] = 0.9 * velocity[key] - rate * 2 * params[key]
            params[key] += velocity[key]
    return params["w"] * params["b"] + velocity["w"] * velocity["b"]


@cases([[2.0, 0.5], [0.7, 1.5]], [[1.0, 0.3], [0.2, 1.0]])
def elimination_in_two_tables(m, inverse):
    for i in range(2):
        pivot = m[i][i]
        for row in (m[i], inverse[i]):
            for k in range(2):
                row[k] /= pivot
        other, factor = 1 - i, m[1 - i][i]
        for k in range(2):
            m[other][k] -= factor * m[i][k]
            inverse[other][k] -= factor * inverse[i][k]
    return inverse[0][0] * inverse[1][1] - inverse[0][1] * inverse[1][0]


@cases([array(2), array(2, seed=1)], [array(2, seed=2), array(2, seed=3)], 0.1)
def arrays_in_two_lists(places, speeds, dt):
    for place, speed in zip(places, speeds):
        speed -= dt * np.sin(place)
        place += dt * speed
    places[0], places[1] = places[1], places[0]
    speeds.append(places[0] - places[1])
    return np.sum(places[0] * speeds[0]) + np.sum(speeds[2] ** 2)


@cases([Dense(0.5), Dense(0.7, 0.1)], Dense(1.2, 0.2), 0.3)
def layers_that_are_told_apart(layers, last, x):
    for layer in layers:
        layer.b += 0.1 * last.w
        for other in layers:
            if other is not layer:
                other.w -= 0.1 * layer.w
        x = layer(x) if layer is not last else x
    return last(x)


@cases(Dense([1.5, 2.0], [0.5, 3.0]), [0.2, 0.4])
def lists_in_an_object(dense, weights):
    for k, w in enumerate(weights):
        dense.w[k] *= w
        dense.b[k], weights[k] = dense.w[k] * dense.b[k], dense.b[k]
    dense.b.reverse()
    return sum(w * b for w, b in zip(dense.w, dense.b)) * weights[0] + weights[1]
