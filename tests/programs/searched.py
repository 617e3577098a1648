"""Recursions that return None where they find nothing: numbers, arrays, tuples, dicts, objects; memos, bests so far."""

from __future__ import annotations

import numpy as np

from tests.programs.cases import Cases

cases = Cases()
V = np.array([0.5, -1.2, 2.0, 0.3])
M = np.array([[0.0, 1.1], [2.2, 3.1], [4.3, 5.7]])


@cases(V, 1.0)
@cases(V, 100.0)
@cases(V[:0], 1.0)
def the_first_that_is_large(v, c):
    def find(i):
        if i >= len(v):
            return None
        if v[i] * v[i] > c:
            return v[i]
        return find(i + 1)

    found, s = find(0), c * c
    if found is not None and c < 50.0:  # what is found is not read on every path
        s += found * found
    return s


@cases(V, 1.0)
@cases(V, 9.0)
def where_it_is(v, c):
    def find(i):
        if i == len(v):
            return None
        return i if v[i] * v[i] > c else find(i + 1)

    k, s = find(0), 0.0
    while k is not None:
        s += v[k] * c
        k = find(k + 1)
    return s + c


@cases(M, 3.0)
@cases(M, 90.0)
def the_first_row(m, c):
    def find(i):
        if i >= len(m):
            return None
        if m[i, 0] * m[i, 0] > c:
            return m[i]
        return find(i + 1)

    row = find(0)
    return c if row is None else np.sum(row * row) * c


@cases(V, 1.0)
@cases(V, 9.0)
def what_is_behind_it(v, c):
    def find(i):
        if i >= len(v):
            return None
        if v[i] * v[i] > c:
            return v[i:] * c
        return find(i + 1)

    rest = find(0)
    if rest is None:
        return c * 2
    return np.sum(rest * rest)


@cases(V, 1.0)
@cases(V, 9.0)
def with_its_place(v, c):
    def find(i):
        if i >= len(v):
            return None
        if v[i] * v[i] > c:
            return i, v[i]
        return find(i + 1)

    hit = find(0)
    if hit is None:
        return c
    i, t = hit
    return t * t * (i + 1)


@cases(V, 1.0)
@cases(V, 9.0)
def in_a_dict_of_arrays(v, c):
    def find(i):
        if i >= len(v):
            return None
        if v[i] * v[i] > c:
            return {"i": i, "t": v[i], "rest": v[i:] * c}
        return find(i + 1)

    hit = find(0)
    return c if hit is None else hit["t"] ** 2 * hit["i"] + np.sum(hit["rest"])


class Hit:
    def __init__(self, i, t):
        self.i, self.t = i, t


@cases(V, 1.0)
@cases(V, 9.0)
def an_object_that_is_changed(v, c):
    def find(i):
        if i >= len(v):
            return None
        if v[i] * v[i] > c:
            return Hit(i, v[i])
        return find(i + 1)

    hit = find(0)
    if hit is None:
        return c
    hit.t *= c + 2
    return hit.t**2 * (hit.i + 1)


@cases(V, 1.0)
@cases(V, -3.0)
def the_largest_below(v, c):
    def best(i):
        if i >= len(v):
            return None
        rest = best(i + 1)
        if v[i] < c and (rest is None or v[i] > rest):
            return v[i]
        return rest

    found = best(0)
    return c if found is None else found * found


@cases(V, 0.4)
@cases(V, 9.0)
def the_product_of_two_halves(v, c):
    def product(lo, hi):
        if hi - lo == 0:
            return None
        if hi - lo == 1:
            return v[lo] if v[lo] > c else None
        middle = (lo + hi) // 2
        a, b = product(lo, middle), product(middle, hi)
        if a is None:
            return b
        return a if b is None else a * b

    found = product(0, len(v))
    return c if found is None else found * found


@cases(V, 1.0)
@cases(V[:0], 1.0)
def the_best_so_far_around(v, c):
    best = None

    def visit(i):
        nonlocal best
        if i < len(v):
            if best is None or v[i] * c > best:
                best = v[i] * c
            visit(i + 1)

    visit(0)
    return c if best is None else best * best


@cases(V, 1.0)
@cases(V[:0], 1.0)
def the_best_so_far_passed_on(v, c):
    def best_of(i, best):
        if i >= len(v):
            return best
        if best is None or v[i] * c > best:
            best = v[i] * c
        return best_of(i + 1, best)

    found = best_of(0, None)
    return c if found is None else found * found


def even(v, i, c):
    if i >= len(v):
        return None
    return v[i] if v[i] > c else odd(v, i + 1, c)


def odd(v, i, c):
    if i >= len(v):
        return None
    return v[i] * 2 if v[i] < -c else even(v, i + 1, c)


@cases(V, 1.0)
@cases(V, 5.0)
def by_turns(v, c):
    found = even(v, 0, c)
    return c if found is None else found * found


def root(f, lo, hi, n):
    middle = 0.5 * (lo + hi)
    if n == 0:
        return None
    if abs(f(middle)) < 1e-2:
        return middle
    return root(f, middle, hi, n - 1) if f(middle) < 0 else root(f, lo, middle, n - 1)


@cases(2.0)
@cases(300.0)
def a_bisection_that_fails(a):
    found = root(lambda t: t * t - 2.0, 0.0, a, 12)
    return a if found is None else found * a


@cases(V, np.array([-1, 0, 1, 1]))
def a_memo(v, parents):
    world = [None] * len(parents)

    def transform(j):
        if world[j] is None:
            world[j] = v[j] if parents[j] < 0 else transform(parents[j]) * v[j]
        return world[j]

    return transform(len(parents) - 1)


@cases(0.7, V)
@cases(0.7, V[::-1])
@cases(0.7, V[:0])
def the_largest_of_some_paths(x, v):
    """Lists of tuples of any length, compared as Python does."""
    best = []
    for k in range(len(v)):
        path = [(v[j] > 1.0, v[j] * x) for j in range(k, -1, -1)]
        if path > best and path != [(True, v[k] * x)]:
            best = path
    return x * len(best) + sum((j + 1) * t * t for j, (_, t) in enumerate(best))
