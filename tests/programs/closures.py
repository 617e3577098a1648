"""Functions with a memory: what a call that is over left to the functions it made, changed in loops and branches."""

from __future__ import annotations

import numpy as np

from tests.programs.cases import Cases, signed

cases = Cases()


def counter(start):
    total = start

    def add(t):
        nonlocal total
        total = total + t
        return total * t

    def value():
        return total

    return add, value


class Meter:
    def __init__(self, k):
        reading = 0.0

        def turn(t):
            nonlocal reading
            reading += k * t
            return reading

        self.turn = turn


@cases(2.0, 4)
@cases(2.0, 0)
def counts_in_a_loop(x, n: int):
    add, value = counter(1.0)
    for i in range(n):
        add(x * i)
    return value() ** 2


@cases(2.0)
@cases(-2.0)
def counts_in_a_branch(x):
    add, value = counter(1.0)
    if x > 0:
        add(x * x)
    return value() * x


@cases(signed(6))
def two_counters(v):
    up, high = counter(v[0])
    down, low = counter(0.0)
    y = 0.0
    for t in v:
        if t > 0:
            y += up(t)
            continue
        y *= down(0.5)
        while low() > -2.0:
            down(-1.0)
            if low() * t > 1.5:
                break
    return y + high() * low()


@cases(1.1, 3)
def made_in_every_turn(x, n: int):
    y = 0.0
    for i in range(n):
        add, value = counter(y)
        for k in range(3):
            if k < i:
                add(x * k)
            y += value() * 0.1
    return y


@cases(1.3, 5)
@cases(1.3, 1)
def made_with_a_buffer(x, n: int):
    def window(size):
        buffer, used = np.zeros(size), 0

        def push(t):
            nonlocal buffer, used
            if used < size:
                buffer[used] = t
                used += 1
            else:
                buffer = np.concatenate([buffer[1:], np.array([t])])
            return buffer.mean()

        return push

    push = window(2)
    y = 0.0
    for i in range(n):
        y += push(x * i + 1.0)
    return y


@cases(1.3, 4)
def made_in_a_constructor(x, n: int):
    meter = Meter(x)
    y = 0.0
    for i in range(n):
        if i != 2:
            y += meter.turn(i + 0.5)
    return y


@cases(signed(4))
def called_in_comprehensions(v):
    add, value = counter(v[0])
    y = [add(t) for t in v]
    z = sum(add(t) for t in v if t > 0)
    return sum(y) * z + value()


def damped(k, start=1.0):
    def step(x):
        y = start
        for _ in range(3):
            y = np.sin(y) * k + x * y
        return y * y + np.exp(-x * x) * k

    return step


def folded(k):
    def fold(x, n):
        return x * k if n <= 0 else fold(x, n - 1) * k + x * x

    return fold


slow, fast, late = damped(0.5), damped(2.0), damped(0.5, 3.0)
halves, thirds = folded(0.5), folded(0.3)


@cases(0.7)
def closures_of_one_definition(x):
    return slow(x) * fast(x) + late(x) - fast(x * x) * slow(x * x)


@cases(0.7, 3)
def recursive_closures_of_one_definition(x, n: int):
    return halves(x, n) * thirds(x, n) + halves(x * x, n)


class Mass:
    def __init__(self, place, weight):
        self.place, self.weight = place, weight


@cases(np.array([0.7, -0.4, 1.3]))
def loop_names_that_are_parameters_of_lambdas(v):
    masses = [Mass(t, t * t) for t in v]
    for m in masses:
        m.place = m.weight * v[0]
    heaviest = max(masses, key=lambda m: m.weight)
    rows = [[t, v[0]] for t in v]
    rows.sort(key=lambda z: -z[0])
    s = heaviest.place
    for z in v:
        s += z * z
    for z in rows:
        s += z[0] * z[1]
    return s


@cases(np.array([0.7, -0.4, 1.3]))
def defaults_and_inner_functions_read_the_names(v):
    s = 0.0
    for z in v:
        f = lambda t, z=z: t * z
        s += f(z)

    def g(a):
        z = a * 2

        def h(b):
            nonlocal z
            z = z + b
            return z * s

        return h(a) + z

    return g(s) + z
