"""Everyday Python: dataclasses, copies, objects in lists, context managers, complex numbers."""

from __future__ import annotations

import copy
import itertools
import math
import time
from collections import Counter, OrderedDict
from dataclasses import asdict, astuple, dataclass, field, fields

import numpy as np

from tests.programs.cases import Cases, array

cases = Cases()


class Particle:
    def __init__(self, v, k=1.0):
        self.v = v
        self.k = k

    def energy(self):
        return self.v * self.v * self.k


@cases(0.7)
def objects_in_lists(x):
    a, b, c = Particle(x), Particle(2.0), Particle(x)
    queue = [a, b]
    found = x * (1 if a in queue else 2) * (3 if c in queue else 5) * (queue.index(b) + 1)
    queue.remove(a)
    return found + queue[0].v * len(queue) * x


@cases(0.7)
def topological_order(x):
    a, b = Particle(x), Particle(2.0)
    a.parents, b.parents = [], []
    c = Particle(a.v * b.v)
    c.parents = [a, b]
    order = []

    def visit(node):
        if node not in order:
            for parent in node.parents:
                visit(parent)
            order.append(node)

    visit(c)
    return sum((k + 1) * node.v for k, node in enumerate(order))


@cases(array(4))
def best_of_grown(v):
    ps = [Particle(t * t, t) for t in v]
    best = max(ps, key=lambda p: p.energy())
    return best.v * best.k + min(ps, key=lambda p: p.v).k + max([], key=lambda p: p.v, default=v[0])


CONFIG = {"lr": 0.5, "w": [1.0, 2.0]}
CONFIG["same"] = CONFIG["w"]


class Model:
    def __init__(self):
        self.weights = np.ones(3)
        self.gain = 0.5
        self.history = [1.0]

    def __call__(self, x):
        return self.gain * x


MODEL = Model()


@cases(0.7)
def copies_of_captured(x):
    shallow, deep, other = copy.copy(CONFIG), copy.deepcopy(CONFIG), CONFIG.copy()
    shallow["lr"] = x
    deep["w"][0] = x
    deep["same"].append(x)
    other["new"] = x
    model, again = copy.deepcopy(MODEL), copy.copy(MODEL)
    model.weights[0] = x
    model.history.append(x)
    again.gain = x
    found = shallow["lr"] * shallow["w"][1] + sum(deep["w"]) + other["new"] * len(CONFIG["w"])
    return found + np.sum(model.weights) * again.gain + sum(model.history) * MODEL.gain


@cases(array(4))
def deep_copy_of_grown(v):
    ps = [Particle(t * t, t) for t in v]
    rows = []
    for t in v:
        rows.append(v * t)
    others, same = copy.deepcopy(ps), copy.deepcopy(rows)
    others[0].v = 3.0 * v[1]
    ps[1].v *= 2
    same[0][0] = 5.0
    for p in others:
        p.k *= p.v
    return sum(p.v for p in ps) + sum(p.v * p.k for p in others) + sum(np.sum(a * b) for a, b in zip(rows, same))


@dataclass(order=True)
class Ranked:
    a: float
    b: float = field(compare=False, default=1.0)
    tags: list = field(default_factory=list, compare=False)


@dataclass
class Nested:
    first: Ranked
    rest: list


@cases(0.7)
@cases(1.4)
def dataclass_functions(x):
    nested = Nested(Ranked(x, 2.0), [Ranked(1.0, x), 3.0])
    as_dict, as_tuple = asdict(nested), astuple(nested)
    as_dict["first"]["a"] = 9.0
    found = nested.first.a * as_dict["rest"][0]["b"] + as_tuple[0][1] * x
    found += sum(getattr(nested.first, f.name) for f in fields(Ranked)[:2])
    p, q = Ranked(x), Ranked(1.0, 5.0)
    low, high = sorted([q, p])
    print(p, f"{q!r}")
    return found + low.b * x + high.a * (2.0 if p <= q else x)


class Timer:
    """Effects on objects of the call alone, and clocks."""

    def __init__(self, log):
        self.log = log

    def __enter__(self):
        self.start = time.perf_counter()
        return self

    def __exit__(self, kind, value, traceback):
        self.elapsed = time.perf_counter() - self.start
        self.log.append(2.0)
        return False


class Scaled:
    def __init__(self, model, k):
        self.model, self.k = model, k

    def __enter__(self):
        self.old = self.model.gain
        self.model.gain = self.old * self.k
        return self.model

    def __exit__(self, *exc):
        self.model.gain = self.old


@cases(0.7)
@cases(-0.7)
def with_return(x):
    log = []

    def inside():
        with Timer(log):
            if x > 0:
                return x * x
            y = x * 3
        return y

    return inside() * sum(log)


@cases(array(5))
def with_in_a_loop(v):
    log = [1.0]
    y = 1.0
    for t in v:
        with Timer(log):
            if t < 0.5:
                continue
            y *= t
            if y > 1.5:
                break
    return y * sum(log)


@cases(0.7, 2.0)
def with_two(x, k):
    model = Model()
    before = model(x)
    with Scaled(model, k) as scaled, Timer([]):
        inside = scaled(3.0)
        with Scaled(model, x):
            inside += model(1.0)
    return before * inside + model(x)


class Stack:
    def __init__(self, x):
        self.items = [x]
        self.asked = 0.0

    @property
    def top(self):
        self.asked += 1.0
        return self

    def push(self, y):
        self.items.append(self.items[-1] * y)
        return self

    def __enter__(self):
        return self.items[-1]

    def __exit__(self, *exc):
        self.items.pop()
        return False


@cases(0.7)
@cases(1.7)
def with_what_a_call_gives(x):
    def doubled(t):
        return Stack(2.0 * t)

    stack = Stack(x)
    with stack.push(2.0) as y:
        y *= x
        with stack.top.push(x) as z, doubled(x) as w:
            if z > 2.0:
                return z * w * stack.asked
            y += z * w
    return y * stack.items[-1] * len(stack.items)


@cases(0.7)
def python_complex(x):
    z = complex(x, 2.0)
    w = z * z.conjugate() + x.imag
    return abs(z) * z.real + w.real + (z**2).imag * complex(x).real


@cases(array(2))
def abs_of_numpy_complex_numbers(x):
    z = x * (1 + 2j)
    return abs(z[0]) * x[1] + abs(x[0] + 1j * x[1]) ** 2 + abs(abs(z[1]) - 2.0)


@cases([0.7, 1.0])
def ordered(a):
    d = OrderedDict(x=a[0])
    d["y"] = a[1]
    d.move_to_end("x")
    y = 0.0
    for _, v in d.items():
        y = y * 3 + v
    _, first = d.popitem(last=False)
    return y + first * len(d) + (a[0] if d.keys() & {"x"} else 0.0)


class Reading:
    def __init__(self, value):
        self.value = value

    def __float__(self):
        return self.value * 2

    def __round__(self, digits=None):
        return round(self.value, digits)


@cases(0.756)
def converted(x):
    return (
        float(Reading(x)) * x + round(Reading(x), 1) * x + (x if 3.0 in range(5) and x not in range(2, 9, 2) else 0.0)
    )


@cases(0.7, array(2))
def python_complex_of_mixed_numbers(x, v):
    z = 1 + 0j
    for t in v:
        z *= complex(math.cos(t * x), t) + complex(math.sin(v[0]), 0.5)
    return z.real + z.imag * x


class Config(dict):
    """Keys as attributes: what many projects read their settings from."""

    scale = 2.0

    def __getattr__(self, key):
        try:
            return self[key]
        except KeyError:
            raise AttributeError(key) from None

    def total(self):
        return self.rate + self.bias


class Space(dict):
    def __init__(self, **entries):
        super().__init__(**entries)
        self.__dict__ = self


class Settings:
    def __init__(self, found):
        self._found = found

    def __getattr__(self, name):
        return self._found[name]


OPTIONS = Config(rate=0.1, bias=3, model=Config(w=np.array([1.0, 2.0]), act="tanh"))
SPACE = Space(beta=0.9)
SETTINGS = Settings({"gain": 1.5})


@cases(0.7)
def attributes_of_a_config(x):
    y = np.tanh(x) if OPTIONS.model.act == "tanh" else x
    y = y * OPTIONS.rate * np.sum(OPTIONS.model.w * x) + OPTIONS.total() * OPTIONS.scale * x
    return y + SPACE.beta * x + SETTINGS.gain * x**2 * len(OPTIONS)


WORDS = Counter("abracadabra")
MIXED = [1.0, "y", None]


@cases(0.7)
def captured_counter(x):
    (_, most), (second, _) = WORDS.most_common(2)
    return x * most + WORDS["z"] + WORDS["b"] * x**2 * (1 if second == "b" else 2) + MIXED.count(1.0) * x


@cases(0.7)
def endless_pairs(x):
    s = 0.0
    for k, (a, b) in zip(itertools.count(1), zip(itertools.cycle([x, -2.0]), itertools.repeat(x))):
        s += a * b / k
        if k > 4 or s > 5:
            break
    return s


@cases({"W0": array(2, 3), "b0": array(2), "W1": array(1, 2), "b1": array(1), "unused": array(2)}, array(3))
@cases({"W0": array(1, 1), "b0": array(1), "W1": array(2, 1), "b1": array(2), "unused": 2.0}, array(1))
def layers_by_numbered_names(params, x):
    for k in range(2):
        x = np.tanh(params[f"W{k}"] @ x + params["b" + str(k)])
    k = 0
    while f"b{k}" in params:
        x = x + params.get(f"b{k}")[0]
        k += 1
    return np.sum(x)


class Weighted:
    def __init__(self, weights):
        for k in range(3):
            setattr(self, f"w{k}", weights[k])

    def at(self, x):
        return sum(getattr(self, f"w{k}") * x**k for k in range(3) if hasattr(self, f"w{k}"))


@cases(array(3), 0.7)
def attributes_by_numbered_names(v, x):
    return Weighted(v).at(x)


@cases({("r0", 0): 0.3, ("r0", 1): 1.2, ("r1", 0): 0.7, ("r1", 1): -0.4}, 0.7)
def keys_of_several_parts(links, x):
    for i in range(2):
        for j in range(2):
            x = x + links[f"r{i}", j] * x**j
    return x


@cases(0.5, np.array([0.3, 0.2, 0.7]))
@cases(0.5, np.array([0.4]))
def methods_with_names_of_operators(x, v):
    """`a.__getitem__` is `a[…]` of the list as it is when it is called."""
    scaled, table, words = [t * x for t in v], {"a": x, "b": x * x}, ("b", "a")
    at = scaled.__getitem__
    order = sorted(range(scaled.__len__()), key=at, reverse=True)
    scaled[0] = 3 * x
    scaled.append(x)
    s = sum((j + 1) * at(k) for j, k in enumerate(order)) * at(-1)
    s += sum(map(table.__getitem__, words)) * sum(map(v.__getitem__, order)) * x
    counts = {}
    for k in order:
        counts.__setitem__(k % 2, counts.get(k % 2, 0.0) + at(k))
    return s * counts[max(counts, key=counts.get)] + x * max(
        map(counts.__getitem__, filter(counts.__contains__, (0, 5)))
    )
