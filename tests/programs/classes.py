"""Classes with more of what Python has for them: inherited fields, type parameters, deleters, subscripts by slices."""

from __future__ import annotations

import dataclasses
from typing import Generic, TypeVar

import numpy as np

from tests.programs.cases import Cases, array

cases = Cases()


@dataclasses.dataclass
class Spring:
    stiffness: float
    energy: float = dataclasses.field(init=False, default=0.5)
    history: list[float] = dataclasses.field(init=False, default_factory=list)

    def __post_init__(self):
        self.history.append(self.energy)
        self.energy = self.stiffness * self.energy


@dataclasses.dataclass
class Damped(Spring):
    friction: float = 2.0


@dataclasses.dataclass(slots=True)
class Slotted:
    a: float
    fixed: float = dataclasses.field(init=False, default=3.0)


@dataclasses.dataclass(slots=True)
class SlottedToo(Slotted):
    b: float = 1.0


@dataclasses.dataclass
class Other(Slotted):
    fixed: float = dataclasses.field(init=False, default=5.0)


class Plain(Spring):
    energy = 7.0


@cases(1.5)
def inherited_fields_that_are_no_parameters(x):
    damped, slotted = Damped(x, friction=x), SlottedToo(x)
    again = dataclasses.replace(damped, stiffness=x * x)
    parts = [damped.energy * damped.friction, again.energy * again.history[0], slotted.fixed * slotted.a * slotted.b]
    return sum(parts) + Plain(x).energy * x + Plain(x).history[0] + Other(x).fixed * x * x


T = TypeVar("T")


class Box(Generic[T]):
    def __init__(self, v: T):
        self.v = v

    @classmethod
    def doubled(cls, v: T) -> Box[T]:
        return cls(v * 2)


@cases(1.5)
def a_class_with_type_parameters(x):
    return Box[float](x).v * Box[float].doubled(x).v


class Row:
    def __init__(self, v):
        self.v = v

    def __getitem__(self, k):
        if isinstance(k, slice):
            return Row(self.v * (k.stop - (k.start or 0)) if k.step is None else self.v * k.step)
        return self.v * k


@cases(1.5, 4)
def parts_of_a_slice(x, n):
    row = Row(x)
    return row[1:4].v * row[:n].v + row[::3][2]


class Pair:
    def __init__(self, a, b):
        self.a, self.b = a, b

    def __len__(self):
        return 2

    def __getitem__(self, k):
        return (self.a, self.b)[k]


class Checked(Pair):
    def __getitem__(self, k):
        if k < 2:
            return self.b if k else self.a
        raise IndexError(k)


class Polynomial:
    def __init__(self, coefficients):
        self.coefficients = coefficients

    def __getitem__(self, k):
        """The coefficient of x**k."""
        return self.coefficients[k]


@cases(0.7)
def iterated_by_index(x):
    a, b = Pair(x, 2 * x)
    for t in Checked(x, x * x):
        a = a * t + b
    product = (lambda p, q: p * q)(*Pair(x, 3.0))
    return a + sum(p * q for p, q in zip(Pair(x, x), Checked(x, 1.0))) + max(list(Pair(x, x * x))) * product


@cases(array(4), 0.7)
def coefficients_of_any_number(v, x):
    s = 0.0
    for k, c in enumerate(Polynomial([t * x for t in v])):
        s += c * x**k
    return s + sum(Polynomial(v)) * x


@dataclasses.dataclass(frozen=True)
class Vector:
    x: float
    y: float

    def __add__(self, other):
        return Vector(self.x + other.x, self.y + other.y)

    def __iter__(self):
        return iter((self.x, self.y))


@cases(0.7, 1.3)
def a_sum_of_vectors_that_unpack(a, b):
    x, y = sum([Vector(a, b), Vector(b, a * a)], Vector(a * b, 1.0))
    return x * y


class Scaled:
    """Iterated over by index, as far as `n` and the array go."""

    def __init__(self, a, n):
        self.a, self.n = a, n

    def __getitem__(self, k):
        if k < 0 or k >= self.n:
            raise IndexError("there are no more")
        return self.a[k] * 2 + k


class Squares:
    def __init__(self, a):
        self.items = [t * t for t in a]

    def __len__(self):
        return 2

    def __getitem__(self, k):
        if not 0 <= k < len(self.items):
            raise IndexError
        return np.sin(self.items[k])


class Products:
    def __init__(self, a, b):
        self.a, self.b = a, b

    def __getitem__(self, k):
        return self.a[k] * self.b[k]


@cases(array(4), 1.5, 3)
@cases(array(4), 1.5, 0)
@cases(array(4), 1.5, 9)
@cases(array(4), 1.5, -2)
def elements_until_there_are_no_more(v, x, n):
    scaled, s = Scaled(v, n), x
    for k, t in enumerate(scaled):
        s = s * 0.5 + t * k * x
        if s > 9.0:
            break
    return s + sum(scaled) * len(list(scaled)) + sum(t * u for t, u in zip(scaled, v))


@cases(array(4), 1.5)
@cases(array(4)[:0], 1.5)
def elements_of_lists_in_an_object(v, x):
    s = x
    for t in Squares(v * x):
        s += t * t
    for t in Products(v, [x, 2.0, 3.0]):
        s = s * t + x
    return s
