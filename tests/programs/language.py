"""Python's own constructs: `else` of loops, `match`, `:=`, `nonlocal`, comprehensions of any size, folds."""

from __future__ import annotations

import dataclasses
from typing import NamedTuple

import numpy as np

from tests.programs.cases import Cases, array, signed

cases = Cases()


@dataclasses.dataclass
class Polar:
    r: float
    phi: float


class Pair(NamedTuple):
    a: float
    b: float


@cases(1.3, 3)
@cases(1.3, 9)
@cases(1.3, 0)
def for_else(x, n):
    s = 0.1
    for _ in range(n):
        if s > 5.0:
            break
        s = s + x * x
    else:
        s = s * 10.0
    return s


@cases(1.1, 1)
@cases(1.1, 3)
@cases(3.6, 4)
def while_else_with_inner_else(x, n):
    while x < 10.0:
        x = x * 1.5
        if x > 7.0 and n > 2:
            break
        for _ in range(n):
            if x > 3.0:
                break
            x = x + 0.5
        else:
            continue
        x = x + 0.1
    else:
        x = -x
    return x


@cases(array(5), 0.9)
@cases(array(5), 0.0)
def break_of_the_outer_loop_in_an_else(v, limit):
    s = 0.0
    for i in range(len(v)):
        for j in range(i):
            if v[j] < limit:
                s = s + v[i] * v[j]
                break
        else:
            if i > 2:
                break
            s = s - v[i]
        s = s * 1.5
    return s


@cases(array(4), 1.0)
@cases(array(4), 9.0)
def return_or_else(v, limit):
    s = 0.0
    for t in v:
        s = s + t * t
        if s > limit:
            return s * t
    else:
        s = np.sqrt(s)
    return s + 1.0


@cases(5.0)
@cases(1.5)
def walrus_in_while(x):
    while (y := x * 0.5) > 1.0:
        x = y
    return x * y


@cases(0.7, 4)
def walrus_in_comprehension(x, n):
    terms = [(power := x**k) * k for k in range(1, n)]
    return sum(terms) * power


@cases(0.7)
@cases(-0.7)
def nonlocal_in_branch_and_loop(x):
    total = 1.0

    def add(t):
        nonlocal total
        if t > 0.5:
            total = total * t
        return total + t

    for i in range(3):
        x = x + 0.1 * add(x + i)
    return x * total


@cases(signed(5))
def nonlocal_count(v):
    out = np.zeros(len(v))
    count = 0

    def put(t):
        nonlocal count
        out[count] = t * t
        count += 1

    for t in v:
        if t > 0:
            put(t)
    return np.sum(out) * count


@cases((2.0, 0), 1.5)
@cases((2.0, 3.0), 1.5)
@cases((2.0, 0.5), 1.5)
@cases(Polar(2.0, 0.3), 1.5)
@cases((1.0, 2.0, 3.0), 1.5)
def match_shapes(p, x):
    match p:
        case Polar(r, phi=angle):
            return r * np.cos(angle) * x
        case (a, 0):
            return a * x
        case (a, b) if b > 1:
            return a * b * x
        case (first, *rest):
            return first * sum(rest) * x


@cases(0.4, 1)
@cases(0.4, 2)
@cases(0.4, 7)
def match_numbers(x, n):
    match n:
        case 1 | 3:
            y = x * 2.0
        case 2:
            y = x * x
        case _:
            y = np.exp(x)
    return y + n


@cases(signed(6))
@cases(signed(1))
@cases(signed(0))
def filtered_list(v):
    kept = [t * t for t in v if t > 0]
    return sum(kept) * len(kept)


@cases(array(4))
def list_of_arrays(v):
    parts = [np.sin(v * k) for k in range(len(v))]
    return np.sum(parts[0] * parts[-1]) + np.sum(np.array(parts) ** 2)


@cases(array(4), 3)
@cases(array(4), 0)
def double_sum(v, n):
    return sum(v[i] * v[j] * (i + 1) for i in range(n) for j in range(i + 1))


@cases(array(5))
@cases(array(1))
def extremes(v):
    return max(t * t for t in v) + min(v) * max(v)


@cases(array(3))
def any_all(v):
    scale = 1.0 if any(t > 1.0 for t in v) else 2.0
    return scale * v[0] + (1.0 if all(t > 0 for t in v) else 3.0) * v[1]


@cases(array(4))
def mapped(v):
    return sum(map(lambda a, b: a * b, v, v[1:]))


@cases(array(4))
def nested_folds(v):
    return sum(sum([t * k for k in range(3)]) * max(v[0], t) for t in v)


@cases(array(4))
def moving_means(v):
    return np.array([np.mean(v[max(0, i - 1) : i + 1]) for i in range(len(v))]) * 2.0


@cases(0.8)
def deleted(x):
    a = [x, 2 * x, 3 * x, 4.0]
    del a[0], a[-1]
    d = {"k": x, "m": 2.0}
    del d["m"]
    y = d["k"] * a[0]
    z = y
    del y
    return z + len(a) * a[1] + len(d)


@cases(0.8, 3)
def membership(x, n):
    import math
    from math import sin as s

    if n in {1, 3} and x not in (0.1, 0.2):
        return math.exp(x) * s(x)
    return x


@cases(Pair(0.3, 0.7), 2)
def class_patterns(p, n):
    match (p, n):
        case (Pair(a=a, b=0.0), _):
            return a
        case (Pair(a, b), int(k)) if k > 1:
            return a * b**k
        case _:
            return p.b


@cases(1.5)
def list_methods(x):
    a = [x]
    a.append(2 * x)
    a.extend([1.0, x])
    a.insert(0, x * x)
    y = a.pop()
    a[1] = y * 3
    a += [x]
    b = a[1:3]
    a.reverse()
    order = [3, 1, 2]
    order.sort(key=lambda k: -k)
    names = sorted({"b": x, "a": 2.0}.items(), key=lambda item: item[0], reverse=True)
    return sum(a) * b[0] * len(a) + order[0] * names[0][1]


@cases(1.5)
def dict_methods(x):
    d = {"a": x}
    d["b"] = 2 * x
    d.update(c=x * x)
    d.update({"a": 3 * x}, e=1.0)
    s = 0.0
    for k, v in d.items():
        s += v * len(k)
    last, value = d.popitem()
    return s * d.get("z", x) + sum(d.values()) + d.pop("a") + d.setdefault("q", x) * value + d["q"] * len(last)


@cases(signed(5), 0.4)
def functional(v, x):
    import functools

    scaled = functools.partial(lambda a, b, c=1.0: a * b * c, x, c=2.0)
    product = functools.reduce(lambda a, b: a * b, [x, 2.0, scaled(3.0)])
    kept = list(filter(lambda t: t > 0, v))
    known = list(filter(None, [0, 1, 2]))
    return sum(kept) * product + len(known) * scaled(b=x)


class Gain:
    def __init__(self, w):
        self.w = w


@cases(0.7, 3)
@cases(0.7, 0)
def functions_made_in_a_loop(x, n):
    """Each turn makes them of what that turn made: nothing of it is there before the loop."""
    s = 0.0
    for i in range(n):
        gain, pair = Gain(x * i), [x, s]
        g = lambda z: gain.w * z + i  # noqa: B023  # called in its turn

        def power(z, k):
            return z if k <= 0 else np.sin(power(z * x, k - 1))

        s += g(x) + power(x, i) + sum(map(lambda u: u * pair[1], (0.5, x)))
    return s


@cases(0.7)
def a_function_that_outlives_its_turn(x):
    c = 1.0
    for _ in range(3):
        g = lambda z: c * z  # noqa: B023  # it sees the last c
        c = c * x + 0.1
    return g(x)


@cases(0.7)
def a_filtered_list(x):
    return sum(filter(lambda u: u > 0.5, [x, 2.0 * x, 0.1])) * len(list(filter(None, [0, 1])))


@cases(0.7, 0)
@cases(0.7, 3)
def captured_where_all_matches(x, n):
    a = 10.0
    match [n, x]:
        case [0, *rest]:
            return sum(rest) * 7
        case [1, a]:
            return a
        case [a, 0.25]:
            return x
        case [k, v] if k > 2:
            return v * k * a
    return x * a
