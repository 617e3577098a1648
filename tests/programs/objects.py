"""Objects: plain classes and dataclasses made, changed and called inside a function, and objects from outside."""

from __future__ import annotations

import abc
import copy
import dataclasses
import functools
import math
from typing import NamedTuple

import numpy as np

from symdiff import grad
from tests.programs.cases import Cases, array

cases = Cases()


class Layer:
    """Plain: attributes, a call, a property, static and class methods."""

    power = 2
    gain = 1.5

    def __init__(self, w, b=0.25):
        self.w = w
        self.b = b

    def __call__(self, x):
        return self.w * x + self.b

    @property
    def scale(self):
        return self.w * self.gain

    @scale.setter
    def scale(self, value):
        self.w = value / self.gain

    @staticmethod
    def square(x):
        return x * x

    @classmethod
    def twice(cls, w):
        return cls(2 * w, b=cls.gain)

    @functools.cached_property
    def both(self):
        return self.w * self.b


class Doubled(Layer):
    gain = 3.0

    def __init__(self, w):
        super().__init__(w, b=w * w)
        self.calls = 0

    def __call__(self, x):
        self.calls += 1
        return super().__call__(x) * 2


class Arrow:
    """No sequence, of which NumPy would make an array."""

    def __init__(self, x, y):
        self.x = x
        self.y = y

    def __add__(self, other):
        return Arrow(self.x + other.x, self.y + other.y)

    def __rmul__(self, k):
        return Arrow(self.x * k, self.y * k)

    def __matmul__(self, other):
        return self.x * other.x + self.y * other.y


class Vec:
    """Operators, and nothing else."""

    __slots__ = ("x", "y")

    def __init__(self, x, y):
        self.x = x
        self.y = y

    def __add__(self, other):
        if not isinstance(other, Vec):
            return NotImplemented
        return Vec(self.x + other.x, self.y + other.y)

    def __radd__(self, other):
        return self if other == 0 else NotImplemented

    def __sub__(self, other):
        return self + -other

    def __neg__(self):
        return Vec(-self.x, -self.y)

    def __mul__(self, k):
        return Vec(self.x * k, self.y * k)

    __rmul__ = __mul__

    def __imul__(self, k):
        self.x *= k
        self.y *= k
        return self

    def __matmul__(self, other):
        return self.x * other.x + self.y * other.y

    def __abs__(self):
        return math.sqrt(self @ self)

    def __getitem__(self, k):
        return (self.x, self.y)[k]

    def __setitem__(self, k, value):
        if k == 0:
            self.x = value
        else:
            self.y = value

    def __len__(self):
        return 2

    def __iter__(self):
        return iter((self.x, self.y))

    def __contains__(self, t):
        return t in (self.x, self.y)

    def __eq__(self, other):
        return self.x == other.x and self.y == other.y

    def __lt__(self, other):
        return abs(self) < abs(other)

    def __bool__(self):
        return self.x > 0.5


@dataclasses.dataclass
class State:
    x: float
    v: float = 1.0
    hist: list = dataclasses.field(default_factory=list)

    def step(self, dt):
        self.x += dt * self.v
        self.v -= dt * self.x
        return self


@dataclasses.dataclass
class Ball:
    at: Vec
    speed: Vec
    turns: int = dataclasses.field(default=0, kw_only=True)
    energy: float = dataclasses.field(init=False)
    scale: dataclasses.InitVar[float] = 1.0

    def __post_init__(self, scale):
        self.energy = scale * (self.speed @ self.speed)

    def move(self, dt):
        self.at = self.at + self.speed * dt
        self.turns += 1


@dataclasses.dataclass
class Params:
    w: float
    b: float

    def loss(self, x):
        return (self.w * x + self.b) ** 2


@dataclasses.dataclass(frozen=True, slots=True)
class Fixed:
    a: float
    b: float = 2.0

    def moved(self, d):
        return dataclasses.replace(self, a=self.a + d)


class Point(NamedTuple):
    x: float
    y: float

    def norm(self):
        return math.sqrt(self.x**2 + self.y**2)

    def __add__(self, other):
        return Point(self.x + other.x, self.y + other.y)

    @property
    def swapped(self):
        return Point(self.y, self.x)


CORNER = Point(0.3, -1.2)


class Shape(abc.ABC):
    @abc.abstractmethod
    def area(self): ...

    def cost(self):
        return self.area() ** 2


class Disc(Shape):
    def __init__(self, r):
        self.r = r

    def area(self):
        return math.pi * self.r**2


class Box(Shape):
    def __init__(self, a, b):
        self.sides = [a, b]

    def area(self):
        return self.sides[0] * self.sides[1]


class Net:
    def __init__(self, parts, w):
        self.layers = [w[a:b] for a, b in parts]
        self.total = 0.0

    def forward(self, x):
        for layer in self.layers:
            x = np.tanh(layer * x)
            self.total = self.total + np.sum(x * x)
        return x


class Adam:
    """Written into array attributes in place."""

    def __init__(self, n):
        self.m = np.zeros(n)
        self.t = 0

    def step(self, g):
        self.t += 1
        self.m *= 0.9
        self.m += 0.1 * g
        return self.m / (1 - 0.9**self.t)


class Node:
    def __init__(self, value, rest=None):
        self.value = value
        self.rest = rest


LAYER = Layer(2.0, 1.0)
OFFSET = Vec(0.5, 2.0)
STEP = functools.partial(LAYER.__call__)


@cases(1.5)
def made_and_read(x):
    layer = Layer(x, 1.0)
    return layer(2.0) + layer.scale + Layer.square(x) + layer.both * layer.power


@cases(1.5)
def class_methods_and_inheritance(x):
    d = Doubled(x)
    y = d(2.0) + d(x) + d.calls
    return y + d.scale + Layer.twice(x)(3.0) + d.square(d.b)


@cases(1.5)
def set_through_a_property(x):
    layer = Layer(x)
    layer.scale = x * x
    layer.w *= 2
    layer.b += layer.w
    del layer.b
    layer.b = layer.scale
    return layer(x)


@cases(0.7, 1.3)
def operators_of_a_class(x, y):
    a, b = Vec(x, y), Vec(y, 2.0)
    c = 2.0 * a + b * x - (-a)
    c *= y
    c[1] = c[0] * c[1]
    u, v = c
    n = len(c) if y in Vec(x, y) else 5
    return sum([a, b]) @ c + abs(a) * n + u * v + (x if a < b and a != b else y) + (y if a else x * y)


@cases(array(4))
def numbers_of_numpy_on_the_left(v):
    total = Arrow(0.0, 1.0)
    for t in v:
        total = total + t * Arrow(t, v[0])
    return total @ total


@cases(1.2, 4)
@cases(1.2, 0)
def replaced_in_a_loop(x, n):
    """The object is another one after every turn."""
    p = q = Vec(x, 1.0)
    for i in range(n):
        p = Vec(p.y * 0.5, p.x + i)
        q = p
    q.x = q.x * x
    return p.x * q.y + p.y


@cases(1.2, 5)
def swapped_in_a_loop(x, n):
    a, b = Vec(x, 2.0), Vec(3.0, x * x)
    for _ in range(n):
        a, b = b, a
        a.x = a.x * b.x * 0.3
    return a @ b


@cases(1.1)
@cases(9.5)
def changed_in_a_while(x):
    s = State(x, 0.0)
    n = 0
    while s.x < 10:
        s.x = s.x * 1.5
        s.v += s.x
        n += 1
    return s.v * n + s.x


@cases(0.9, 6)
def stepped(x, n):
    s = State(x)
    for _ in range(n):
        s.step(0.1 * x).step(0.05)
        s.hist.append(s.x)
    return s.x * s.v + sum(h * h for h in s.hist)


@cases(0.9, 4)
def objects_in_objects(x, n):
    ball = Ball(Vec(x, 0.0), Vec(1.0, x), turns=2, scale=x)
    for _ in range(n):
        ball.move(0.1)
        if ball.at.x > 1.15:
            ball.speed = Vec(-ball.speed.x, ball.speed.y)
        ball.speed.y -= 0.2 * ball.at.y
    return ball.at @ ball.speed + ball.energy * ball.turns


@cases(0.4)
@cases(1.4)
def two_names_and_a_branch(x):
    s = State(x)
    t = s
    if x > 1:
        t.v = x**3
        s.x += t.v
    else:
        t.x *= 2
    return s.x * t.x + s.v


@cases(0.4)
@cases(1.4)
def one_of_two(x):
    a, b = Layer(x), Layer(2.0, x)
    c = a if x > 1 else b
    d = c(x)
    e = Layer(x, x) if x > 1 else Layer(3.0)
    e.w += d
    return e(x) + d


@cases(1.3)
@cases(-1.3)
def early_return(x):
    s = State(x)
    if s.x > 0:
        s.v = x * x
        if s.v > 1.5:
            return s.x * s.v
        s = State(s.v)
    s.x -= 0.5
    return s.step(0.1).x


@cases(1.3)
def polymorphic(x):
    total = 0.0
    for shape in [Disc(x), Box(x, 2.0), Disc(0.5)]:
        if isinstance(shape, Box):
            shape.sides[1] = x * x
        total += shape.cost()
    return total


@cases(array(6), 0.7)
def a_network(w, x):
    net = Net([(0, 3), (3, 6)], w)
    y = net.forward(x)
    return np.sum(y) + net.total


@cases(array(3))
def an_optimiser(v):
    adam = Adam(3)
    for _ in range(4):
        v = v - 0.1 * adam.step(v * v)
    return np.sum(v * adam.m)


@cases(array(3))
def arrays_written_through_attributes(v):
    class_ = State(v * 1.0)
    y = class_.x
    class_.x[0] = v[1] * 3
    class_.x += v
    return y @ y


@cases(0.8)
def linked(x):
    node = None
    for k in range(4):
        node = Node(x**k, node)
    total = 0.0
    while node is not None:
        total = total * x + node.value
        node = node.rest
    return total


@cases(0.8)
def copies(x):
    a = State(x, hist=[x, 2.0])
    b, c = copy.copy(a), copy.deepcopy(a)
    b.x = x * x
    b.hist[0] = 5.0 * x
    return a.x + b.x * a.hist[0] + c.hist[0] * dataclasses.replace(c, v=x).v


@cases(0.8, 3)
def frozen_ones(x, n):
    f = Fixed(x)
    for _ in range(n):
        f = f.moved(x * f.b)
    return f.a * (2.0 if f == Fixed(x) else x)


@cases(0.8)
def named_tuples_of_ones_own(x):
    p = Point(x, 2.0) + Point(1.0, x)
    return p.norm() * p.swapped.y + p[0]


@cases(0.8)
def from_outside(x):
    return LAYER(x) + LAYER.scale * x + Layer.gain * x + STEP(x) + (OFFSET * x + Vec(x, 1.0)) @ OFFSET


@cases(Params(1.5, 2.0), 0.7)
def a_dataclass_argument(p, x):
    q = dataclasses.replace(p, b=p.b * x)
    q.w += p.loss(x)
    return q.loss(x) + p.w


@cases(Params(1.5, 2.0), 0.7, 3)
def a_dataclass_result(p, x, n):
    for _ in range(n):
        p = Params(p.w - 0.1 * p.b, p.b * x)
    return p


@cases(1.5, 2)
def objects_in_a_result(x, n):
    layer = Layer(x * x)
    for _ in range(n):
        layer.b = layer.b * layer(x)
    return {"layers": [layer, Doubled(x)], "state": State(x, hist=[x * n]), "vector": Vec(x, layer.w)}


@cases(Point(1.5, 2.0))
def a_named_tuple_argument(p):
    return p.norm() * p.swapped.x


@cases(1.7, 5.0)
def read_by_a_recursion(x, limit):
    """What the recursion reads of the object has changed between its two calls."""
    layer = Layer(x)

    def until(y):
        return y if y > limit else until(y * layer.w)

    first = until(x)
    layer.w = 2 * x
    return first * until(x)


@cases(0.8)
def named_tuple_from_outside(x):
    """Its methods and properties too, of the module's and of one that an inner function reads."""
    here = Point(x, 2.0 * x) + CORNER
    slope = grad(lambda t: here.norm() * t * t + here.swapped.x * t)(x)
    return CORNER.norm() * x + CORNER._replace(x=x).swapped.y * here.y + slope * CORNER._asdict()["y"]
