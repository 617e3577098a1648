"""What programs say in passing: names that builtins have, names of functions, steps of the run."""

from __future__ import annotations

import math

import numpy as np

from tests.programs.cases import Cases, signed

cases = Cases()


@cases(signed(6), 0.7)
def names_of_builtins(v, x):
    """The compiler's own loops say `len`, `range`, `zip`, `enumerate` and raise a ValueError."""
    len, range, zip, enumerate, ValueError = x, v[0], v[1], x * x, v.max()
    list, max, sorted = v[2], v[3], x + 1.0
    a = [t * x for t in v if t > 0]
    a[::2] = [t * t for t in a[::2]]
    b, *c = a
    del c[::2]
    least = min(a, key=lambda t: -t)
    first = next(t for t in a if t > 0)
    return b * first * len + sum(c) * range + zip * enumerate + list * max * sorted + least * ValueError


class Step:
    """One step, called as its function is."""

    def __init__(self, function):
        self.function, self.name = function, function.__name__

    def apply(self, x):
        return self.function(x)


@cases(0.7)
@cases(-0.7)
def names_of_functions(x):
    steps = [Step(np.square), Step(math.exp), Step(np.mean), Step(Step(np.sin).apply)]
    chosen = np.sin if x > 0 else math.cos
    table = {step.name: step.apply(x) for step in steps}
    return table["square"] * table["exp"] + table["mean"] * len(chosen.__name__) + table["apply"] * chosen(x)


@cases(1.3, 30)
@cases(1.3, 3)
def sieves(s, n):
    """Of Eratosthenes, as a list and as an array: the step of each slice is the prime that was found."""
    is_prime, also = [True] * (n + 1), np.ones(n + 1, dtype=bool)
    is_prime[:2], also[:2] = [False, False], False
    for p in range(2, int(n**0.5) + 1):
        if is_prime[p]:
            is_prime[p * p :: p] = [False] * len(range(p * p, n + 1, p))
        if also[p]:
            also[p * p :: p] = False
    return sum(k**-s for k, prime in enumerate(is_prime) if prime) - np.sum(np.flatnonzero(also) ** -2.0) * s


@cases(signed(6), np.array([2, 1, -1, -3]))
@cases(signed(0), np.array([2, -1]))
def steps(v, ks):
    total = 0.0
    for k in ks:
        a, b = [t * t for t in v], v * v
        a[::k] = [t * k for t in a[::k]]
        b[::k] *= k
        c = a + a
        del c[1::k]
        total += sum(i * t for i, t in enumerate(c)) + b @ v + np.sum(v[::k] * b[::k])
        total += sum(v[i] for i in range(6)[::k] if i < v.size and i in range(0, 2 * k, k)) * len(range(1, 9)[::k])
    return total


@cases(np.array([[3.0, 4.0], [1.0, 2.0], [0.5, 3.0], [2.0, 0.1]]))
@cases(np.array([[3.0, 4.0], [1.0, 2.0], [0.5, 3.0]], dtype=np.float32))
@cases(np.ones((0, 2)))
def area_of_hull(points):
    """Andrew's monotone chain, of the rows as Python's lists, which it sorts."""

    def half(points):
        found = []
        for p in points:
            while len(found) > 1:
                (x1, y1), (x2, y2) = found[-2], found[-1]
                if (x2 - x1) * (p[1] - y1) > (y2 - y1) * (p[0] - x1):
                    break
                found.pop()
            found.append(p)
        return found

    points = sorted(points.tolist())
    ring = half(points)[:-1] + half(points[::-1])[:-1]
    return sum(a[0] * b[1] - a[1] * b[0] for a, b in zip(ring, ring[1:] + ring[:1])) / 2.0


class Ball:
    def __init__(self, radius):
        self.radius, self.hits = radius, 0

    def distance(self, x):
        return abs(x - self.radius)

    def colour(self, x):
        return x / self.radius


class Floor(Ball):
    def __init__(self, height):
        super().__init__(height * height)
        self.height = height

    def distance(self, x):
        return x + self.height

    def colour(self, x):
        return 0.5 * self.height * x


@cases(1.7, 0.4)
@cases(-3.0, 0.4)
def nearest_of_two_classes(x, y):
    scene = [Ball(1.0 + y), Floor(2.0 * y), Ball(3.0)]
    least, found = math.inf, None
    for thing in scene:
        distance = thing.distance(x)
        if distance < least:
            least, found = distance, thing
    if found is None:
        return 0.0
    found.hits += 1
    if isinstance(found, Floor):
        found.height *= x
    made = Ball(x * x) if x > 0 else Floor(y)
    return least * found.colour(x) + made.distance(y) + sum(t.hits * t.colour(y) for t in scene)


@cases(signed(6), 0.7)
def one_of_two_classes_in_a_loop(v, x):
    ball, floor = Ball(x), Floor(x * x)
    thing, total = ball, 0.0
    for t in v:
        total += thing.colour(t)
        thing.hits += t
        if t > 0.5:
            thing = floor
        elif thing is floor and t < 0:
            thing = ball
    return total * thing.distance(x) + ball.hits - floor.hits * x


class Expert:
    def __init__(self, weights):
        self.weights, self.used = weights, 0

    def __call__(self, x):
        return np.tanh(self.weights @ x)


@cases([np.eye(2), np.full((2, 2), 0.3), np.full((2, 2), -0.2)], np.array([[1.0, 0.4], [0.3, 0.9], [0.1, 0.5]]))
def mixture(weights, rows):
    experts = [Expert(w) for w in weights]
    total = 0.0
    for x in rows:
        expert = experts[int(np.argmax(x)) + 1]
        total += expert(x).sum()
        expert.used += 1
        expert.weights = 0.9 * expert.weights
    return total + sum(e.used * (e.weights[0] @ rows[0]) for e in experts)


START = (1.0, 2.0)


class State:
    def __init__(self):
        self.at = START

    def step(self, x):
        self.at = (self.at[1], self.at[0] * x + 1.0)


@cases(0.3)
@cases(-20.0)
def tuples_from_outside_replaced(x):
    at, state, rows, n = START, State(), [START, x], 0
    while n < 4 and at[0] < 9.0 + x:
        at = (at[0] * 2.0 + x, at[1] + x * at[0])
        state.step(x)
        rows[0] = (rows[0][1], n * x)
        n += 1
    return at[0] * at[1] + state.at[0] * state.at[1] + rows[0][0] * n
