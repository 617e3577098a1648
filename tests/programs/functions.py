"""Functions made of functions: decorators, folds, `operator` and `itertools`; loops that differ from turn to turn."""

from __future__ import annotations

import functools
import itertools
import operator

import numpy as np

from tests.programs.cases import Cases, array, signed

cases = Cases()
V = np.array([0.5, 1.2, -0.7, 2.0])


def doubled(fun):
    @functools.wraps(fun)
    def wrapper(*args, **kwargs):
        return fun(*args, **kwargs) * 2.0

    return wrapper


def times(k):
    def decorate(fun):
        @functools.wraps(fun)
        def inner(x):
            return k * fun(x) + x

        return inner

    return decorate


@doubled
def cube(x, *, shift=0.0):
    return x**3 + shift


@functools.cache
def square(x):
    return x * x


@cases(1.3)
def decorated_helpers(x):
    return cube(x, shift=x) + cube(2 * x) * square(x)


@cases(1.3)
@times(3.0)
@doubled
def decorated_with_arguments(x):
    return np.sin(x)


@cases(1.3)
@functools.lru_cache
def cached(x):
    return x**3


@cases(1.3)
def decorated_inside(x):
    def twice(f):
        @functools.wraps(f)
        def g(y):
            return f(f(y))

        return g

    @twice
    @doubled
    def step(y):
        return y * y + x

    return step(x)


class Polynomial:
    def __init__(self, *coefficients):
        self.coefficients = coefficients

    @doubled
    def __call__(self, x):
        return functools.reduce(lambda total, c: total * x + c, self.coefficients)


@cases(1.3, 0.2)
def decorated_method(x, c):
    return Polynomial(c, x, 2.0)(x)


@cases(V)
@cases(V[:1])
def reduced_arrays(v):
    largest = functools.reduce(lambda a, b: a if a > b else b, v)
    return largest * functools.reduce(operator.mul, v, 2.0) + functools.reduce(lambda a, b: a * b + 1, v)


@cases(V)
def extremes_by_key(v):
    return max(v, key=abs) * min(v, key=lambda a: (a - 1.1) ** 2) + max([], default=v[0])


@cases(1.3, 0.4)
def operators_as_functions(x, y):
    table = {"+": operator.add, "^": operator.pow, "/": operator.truediv, "%": operator.mod}
    total = 0.0
    for name in ("+", "^", "/", "%"):
        total += table[name](x, y)
    return operator.neg(total) if operator.lt(y, x) else total


@cases(V)
def iteration_tools(v):
    total = sum((b - a) ** 2 for a, b in itertools.pairwise(v))
    for s in itertools.accumulate(v, lambda a, b: a * b + 1.0):
        total += s
    for a, b in itertools.combinations(v, 2):
        total += a * b
    return total + sum(a * b * v[0] for a, b in itertools.product((1, 2), itertools.chain((3,), [4.0])))


@cases(V, signed(4))
def strict_zip(v, w):
    total = 0.0
    for a, b, k in zip(v, w, range(len(v)), strict=True):
        total += a * b * k
    return total


@cases(V)
@cases(array(3))
def left_by_break_or_not(v):
    for i, a in enumerate(v):  # noqa: B007
        if a < 0:
            break
    else:
        return v.sum()
    return v[i] * i


@cases(V)
def bound_in_a_condition(v):
    return sum(y * y for a in v if (y := a + 1) > 0.5) * y


@cases(1.3)
def another_type_in_one_turn(x):
    y = x
    for k in range(3):
        y = (y, x * x) if k == 1 else y
    return y[0] * y[1]


def _twice_as_much(g):
    return lambda *args: 2.0 * g(*args)


@cases(signed(4), 0.7)
def decorated_in_a_loop_over_a_list(v, x):
    """What the decorated function reads is bound anew in each turn, of which nobody knows how many there are."""
    s = 0.0
    for u in [t for t in v if t > -9.0]:
        pair = [u * x, x]

        @_twice_as_much
        def weigh(z):
            return z * pair[0] + pair[1]  # noqa: B023

        s = s + weigh(u)
    return s


_double = functools.partial(operator.mul, 2.0)
_length = functools.partial(np.linalg.norm, ord=2)
_clipped = functools.partial(np.clip, a_min=0.0, a_max=1.0)
_product = functools.partial(functools.reduce, operator.mul)
_cubed = functools.partial(functools.partial(lambda x, y, k: x * y * k, 3.0), k=2.0)
_squares = functools.partial(map, lambda t: t * t)
_total, _weighted, _rate = np.add.reduce, V.dot, {"slow": 0.5}.get


@cases(signed(4), 0.7)
def partials_of_builtins_from_outside(v, x):
    """And methods of arrays, dicts and ufuncs under a name."""
    s = _double(x) * _length(v) + np.sum(_clipped(v) * v) + _product([x, x, v[0]]) + _cubed(x)
    return s + sum(_squares(v)) * sum(map(_double, [x, x * x])) + _total(v * x) + _weighted(v) * _rate("slow")
