"""Objects of plain classes as parameters: with `__init__`, slots, inheritance, properties, a call; namespaces."""

from __future__ import annotations

import argparse
import copy
import functools
from types import SimpleNamespace

import numpy as np

from symdiff import grad
from tests.programs.cases import Cases, array, signed

cases = Cases()


class Dense:
    """A layer of a network."""

    def __init__(self, W, b, slope=None):
        self.W = W
        self.b = b
        self.slope = slope

    def __call__(self, x):
        z = self.W @ x + self.b
        return np.tanh(z) if self.slope is None else np.where(z > 0, z, self.slope * z)


class Network:
    decay = 0.1

    def __init__(self, layers, scale):
        self.layers = layers
        self.scale = scale
        self.log = print  # read nowhere

    @property
    def penalty(self):
        return self.decay * sum(np.sum(layer.W**2) for layer in self.layers)

    def predict(self, x):
        for layer in self.layers:
            x = layer(x)
        return x * self.scale

    def loss(self, x, y):
        r = self.predict(x) - y
        return r @ r + self.penalty


class Trained(Network):
    def __init__(self, layers, scale):
        super().__init__(layers, scale)
        del self.log

    def loss(self, x, y):
        return np.log(super().loss(x, y)) + self.spread

    @functools.cached_property
    def spread(self):
        return sum(np.sum(np.abs(layer.b)) for layer in self.layers)


def layers():
    return [Dense(signed(3, 2), signed(3)), Dense(signed(2, 3), signed(2, seed=1), 0.2)]


cases(Network(layers(), 1.5), array(2), array(2, seed=3))(Network.loss)
cases(Trained(layers()[:1], 0.5), array(2), array(3, seed=3))(Trained.loss)


class Body:
    """Slots alone, one of them with a private name and one never set."""

    __slots__ = ("__charge", "q", "unset", "v")

    def __init__(self, q, v, charge):
        self.q = q
        self.v = v
        self.__charge = charge

    @property
    def charge(self):
        return self.__charge

    def kick(self, other, dt):
        r = self.q - other.q
        self.v += dt * self.charge * other.charge * r / (1.0 + r @ r)


def bodies():
    return [Body(signed(2, seed=k), signed(2, seed=7 + k), 0.5 + k) for k in range(3)]


@cases(bodies(), 0.1, 3)
def bodies_that_move_in_place(bodies, dt, steps):
    for _ in range(steps):
        for a in bodies:
            for b in bodies:
                if a is not b:
                    a.kick(b, dt)
        for a in bodies:
            a.q = a.q + dt * a.v
    return sum(a.q @ a.q + a.charge * np.sum(a.v) for a in bodies)


@cases(SimpleNamespace(mass=1.5, spring=SimpleNamespace(k=2.0, rest=0.3)), array(2), 4)
def a_namespace(p, state, n):
    s = SimpleNamespace(x=state[0], v=state[1])
    for _ in range(n):
        s = SimpleNamespace(x=s.x + 0.1 * s.v, v=s.v - 0.1 * p.spring.k * (s.x - p.spring.rest) / p.mass)
    s.energy = 0.5 * p.mass * s.v**2
    return s


@cases(argparse.Namespace(rate=0.5, **{"lambda": 0.3}), array(3))
def a_namespace_of_the_command_line(options, x):
    return np.sum(x**2) * getattr(options, "lambda") + options.rate


class Node:
    def __init__(self, value, next=None):
        self.value = value
        self.next = next


@cases(Node(0.5, Node(1.5, Node(2.5))), 0.7)
def a_linked_list(head, x):
    total, node = 0.0, head
    while node is not None:
        total = total * x + np.sin(node.value)
        node = node.next
    return total


class Branch:
    def __init__(self, at, low, high):
        self.at, self.low, self.high = at, low, high


TREE = Branch(0.9, Branch(0.4, 1.0, 2.0), Branch(1.2, 3.0, 4.0))


@cases(TREE, array(4))
def a_soft_decision_tree(tree, x):
    def value(node, t):
        if not isinstance(node, Branch):
            return node
        p = 1 / (1 + np.exp(node.at - t))
        return (1 - p) * value(node.low, t) + p * value(node.high, t)

    return sum(value(tree, t) for t in x)


class Filter:
    """What it holds is changed by its methods."""

    def __init__(self, mean, history):
        self.mean = mean
        self.history = history
        self.seen = 0

    @property
    def last(self):
        return self.history[-1]

    @last.setter
    def last(self, value):
        self.history[-1] = value

    def add(self, x):
        self.seen += 1
        self.mean = self.mean + (x - self.mean) / self.seen
        self.history.append(self.mean)
        self.last = self.last * x


@cases(0.5, [1.0, 2.0], array(4))
def an_object_that_is_filled(mean, history, x):
    f = Filter(mean, history)
    for t in x:
        f.add(t)
    return f.mean * f.history[-2] + f.last


@cases(Filter(0.5, [1.0, 2.0]), array(4))
def an_argument_that_is_filled(f, x):
    """A count keeps it from being differentiated by: what it holds is data."""
    for t in x:
        f.add(t)
    return f.mean * f.history[-2] + f.last


class Buffers:
    def __init__(self, old, new):
        self.old = old
        self.new = new


@cases(Buffers(array(5), np.zeros(5)), 0.2, 3)
def buffers_that_change_places(b, nu, n):
    for _ in range(n):
        b.new[1:-1] = b.old[1:-1] + nu * (b.old[2:] - 2 * b.old[1:-1] + b.old[:-2])
        b.old, b.new = b.new, b.old
    return np.sum(b.old**2) + np.sum(b.new)


class Params:
    def __init__(self, w, b):
        self.w = w
        self.b = b

    def __sub__(self, other):
        return Params(self.w - other.w, self.b - other.b)

    def __rmul__(self, rate):
        return Params(rate * self.w, rate * self.b)


def squares(p, X, y):
    r = X @ p.w + p.b - y
    return r @ r


@cases(Params(array(2), 0.5), array(4, 2), array(4), 0.05)
def gradient_descent(p, X, y, rate):
    for _ in range(3):
        p = p - rate * grad(squares)(p, X, y)
    return squares(p, X, y)


@cases(Params(array(3), 0.5), 0.7)
def a_copy_that_is_written(p, x):
    q = copy.deepcopy(p)
    q.w[1:] *= x * p.b
    p.w += q.w
    return Params(p.w * q.b, np.sum(q.w))


SHARED = Params(array(3), 0.5)


@cases({"first": SHARED, "again": SHARED, "both": [SHARED, Params(SHARED.w, 2.0)]}, 0.7)
def one_object_at_several_places(held, x):
    """Each place is an argument of its own: what is only read may be one object."""
    return np.sum(held["first"].w * held["again"].w) * x + sum(p.b * np.sum(p.w) for p in held["both"])


@cases([Params(array(2, seed=k), 0.3 * k) for k in range(3)], 0.8)
def the_best_of_some(candidates, x):
    best = max(candidates, key=lambda p: p.b * x - np.sum(p.w))
    return best.b**2 * best.w[0] + sum(p.b for p in candidates)


class Task:
    """The one with the least time for its weight comes first: Smith's rule."""

    def __init__(self, time, weight):
        self.time = time
        self.weight = weight
        self.done = 0.0

    def ratio(self):
        return self.time / self.weight

    def __lt__(self, other):
        return self.ratio() < other.ratio()


@cases(0.7, array(5), array(5, seed=1))
@cases(0.7, array(0), array(0))
def scheduled_tasks(x, times, weights):
    """The weighted sum of the times at which tasks are done, in the order that their class says."""
    tasks, clock = [Task(t**x, w) for t, w in zip(times, weights)], 0.0
    for task in sorted(tasks):
        clock += task.time
        task.done = clock
    return sum(task.weight * task.done**x for task in tasks)


class Deadline:
    """The earlier one comes first, of equal ones the heavier one."""

    def __init__(self, due, weight):
        self.due = due
        self.weight = weight

    def __lt__(self, other):
        if self.due != other.due:
            return self.due < other.due
        return self.weight > other.weight


class Bid:
    """The best one comes first: flags, then prices, then sizes."""

    def __init__(self, price, size):
        self.price, self.size = price, size
        self.hidden = size > 1.0

    def __lt__(self, other):
        if self.hidden != other.hidden:
            return self.hidden < other.hidden
        return (self.price, self.size) > (other.price, other.size)


@cases(0.7, np.array([2, 1, 2, 1, 3]), array(5))
@cases(0.7, array(0), array(0))
def lateness_by_deadlines(x, due, weights):
    """A tie is broken by a second number, which is differentiated too."""
    clock, late = 0.0, 0.0
    for job in sorted([Deadline(d, w * x) for d, w in zip(due, weights)]):
        clock += job.weight
        late += np.exp(0.3 * (clock - job.due)) * job.weight
    return late


@cases(1.3, np.array([0.5, 0.9, 0.5, 0.2]), np.array([0.4, 1.6, 0.7, 0.3]))
@cases(1.3, array(0), array(0))
def filled_order(wanted, prices, sizes):
    """An order is filled by the best bids, of which the last one is taken in part."""
    book = [Bid(p, s) for p, s in zip(prices, sizes)]
    book.sort()
    paid, left = 0.0, wanted
    for bid in book:
        if bid.size >= left:
            paid += left * bid.price
            break
        paid += bid.size * bid.price
        left -= bid.size
    return paid * paid


class Particle:
    """What a step needs of it besides its place is set by the step."""

    def __init__(self, at):
        self.at = at


@cases(0.05, signed(4))
@cases(0.05, signed(0))
def springs_between_particles(step, x):
    """Velocity and force are no attributes before the first step."""
    particles = [Particle(t) for t in x]
    for p in particles:
        p.velocity = 0.0
    for _ in range(3):
        for k, p in enumerate(particles):
            p.force = particles[k - 1].at - p.at
        for p in particles:
            p.velocity += step * p.force
            p.at += step * p.velocity
    return sum(p.at * p.at + p.velocity for p in particles)


class Span:
    def __init__(self, length):
        self.length = length


@cases(0.6, array(4))
@cases(0.6, array(1))
@cases(0.6, array(0))
def chain_linked_by_turns(x, lengths):
    """Each span is linked to the one before it, the first one to None; both branches set the attribute."""
    spans = [Span(x * t) for t in lengths]
    for k, span in enumerate(spans):
        if k > 0:
            span.before = spans[k - 1]
        else:
            span.before = None
    total = 0.0
    for span in spans:
        one, reach = span, 0.0
        while one is not None:
            reach += one.length
            one = one.before
        total += reach * reach
    return total


@cases(0.6, signed(5))
@cases(0.6, array(0))
def memos_kept_in_objects(x, v):
    """What is computed once is kept as an attribute of the object, None where there is no answer."""
    spans, total = [Span(t) for t in v], 0.0

    def root(span):
        if not hasattr(span, "root"):
            span.root = np.sqrt(span.length * x) if span.length > 0 else None
        return span.root

    for _ in range(2):
        for k, span in enumerate(spans):
            found = root(spans[k - 1])
            total = total * x + (span.length if found is None else found)
    for span in spans:
        total += getattr(span, "root", None) or getattr(span, "other", x)
    return total
