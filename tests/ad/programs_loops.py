"""Loops and branches: nesting, captures, counts, exits, streams, carries of all sorts."""

from __future__ import annotations

import numpy as np

from symdiff.ir import dims, types
from tests.ad.bank import (
    F8,
    INT,
    K,
    N,
    at,
    cond,
    cut,
    entry,
    for_,
    normal,
    program,
    put,
    put_cut,
    real,
    size,
    vec,
    vector_and_scalar,
    while_,
)

# --- nested for with captures


def _nested(b, x, w):
    def inner(b, j, t, x, w):
        return [b.sin(t * w) + at(b, x, j)]

    def outer(b, i, s, x, w):
        t = for_(b, (0, 3, 1), [at(b, x, i) * 1.5], inner, caps=[x, w])[0]
        return [s + t * w]

    return [for_(b, (0, size(b), 1), [real(b, 0.0)], outer, caps=[x, w])[0]]


@entry(
    program("nested", [vec(), F8], _nested, "x w"), vector_and_scalar, (0, 1), linear=True, holomorphic=True, least=3
)
def nested(x, w):
    s = 0.0
    for i in range(len(x)):
        t = x[i] * 1.5
        for j in range(3):
            t = np.sin(t * w) + x[j]
        s = s + t * w
    return (s,)


# --- ragged slices per turn: a Cholesky factorisation by rows


def _cholesky(b, a):
    n = size(b)

    def column(b, j, low, i, a):
        left, right = cut(b, low, i, (None, j, K)), cut(b, low, j, (None, j, K))
        s = at(b, a, i, j) - b.dot(left, right)
        entry = cond(
            b, b.eq(i, j), lambda b, s, low, j: [b.sqrt(s)], lambda b, s, low, j: [s / at(b, low, j, j)], [s, low, j]
        )[0]
        return [put(b, low, entry, i, j)]

    def row(b, i, low, a):
        return [for_(b, (0, i + 1, 1), [low], column, caps=[i, a])[0]]

    start = b.op("zeros", type=types.array("f8", N, N), shape=(N, N))
    return [for_(b, (0, n, 1), [start], row, caps=[a])[0]]


def _positive(rng, n):
    m = normal(rng, n, n)
    return (m @ m.T + n * np.eye(n),)


@entry(program("cholesky", [types.array("f8", N, N)], _cholesky, "a"), _positive, (0,), size=4, holomorphic=True)
def cholesky(a):
    n = len(a)
    low = np.zeros_like(a)
    for i in range(n):
        for j in range(i + 1):
            s = a[i, j] - low[i, :j] @ low[j, :j]
            low[i, j] = np.sqrt(s) if i == j else s / low[j, j]
    return (low,)


# --- a while with different counts inside a for


def _iterate(b, x, w):
    def turn(b, i, s, k, x, w):
        y, m, count = while_(
            b,
            [at(b, x, i) * w, 0],
            lambda b, y, m, w: b.gt(b.abs(y), 0.3),
            lambda b, y, m, w: [b.sin(y) * 0.6 * w, m + 1],
            caps=[w],
        )
        return [s + y * y, k + count + m]

    s, k, _ = for_(b, (0, size(b), 1), [real(b, 0.0), 0], turn, caps=[x, w])
    return [s, k]


@entry(
    program("iterate", [vec(), F8], _iterate, "x w"),
    lambda rng, n: (3 * normal(rng, n), np.float64(1.1)),
    (0, 1),
    linear=True,
)
def iterate(x, w):
    s, k = 0.0, 0
    for i in range(len(x)):
        y = x[i] * w
        while abs(y) > 0.3:
            y = np.sin(y) * 0.6 * w
            k += 2
        s = s + y * y
    return s, k


# --- cond inside loops: one branch saves, the other does not; a branch that returns what it captured


def _branches(b, x, w):
    def turn(b, i, s, c, v, w):
        t, c = cond(
            b, b.gt(v, 0.0), lambda b, v, w, c: [b.exp(v) * w * b.sin(c), c], lambda b, v, w, c: [v, w * 0.5], [v, w, c]
        )
        return [s + t, c]

    s, c, _ = for_(b, (0, size(b), 1), [real(b, 0.0), w * w], turn, xs=[x], caps=[w])
    return [s, c]


@entry(program("branches", [vec(), F8], _branches, "x w"), vector_and_scalar, (0, 1), linear=True)
def branches(x, w):
    s, c = 0.0, w * w
    for v in x:
        if v > 0:
            s = s + np.exp(v) * w * np.sin(c)
        else:
            s, c = s + v, w * 0.5
    return s, c


# --- reversed loops; xs streamed from arrays and Seqs; ys collected into arrays


def _streams(b, x, m, w):
    def first(b, i, c, v, row, w):
        c = b.tanh(c * v) + w
        return [c, c * v, row * c]

    n = size(b)
    c, ys, rows, _ = for_(b, (0, n, 1), [w], first, xs=[x, m], caps=[w], reverse=True)
    rows = b.op("as_array", rows, type=types.array("f8", N, 3), shape=(N, 3))

    def second(b, i, d, y, row):
        return [d * 0.5 + b.sin(y) * b.sum(row), d * y]

    d, zs, _ = for_(b, (0, n, 1), [c], second, xs=[ys, rows])
    return [d, b.op("as_array", zs, type=vec(), shape=(N,)), rows]


@entry(
    program("streams", [vec(), types.array("f8", N, 3), F8], _streams, "x m w"),
    lambda rng, n: (normal(rng, n), normal(rng, n, 3), normal(rng)),
    (0, 1, 2),
    linear=True,
    holomorphic=True,
)
def streams(x, m, w):
    n = len(x)
    kind = np.result_type(x, m, w)
    ys, rows, zs = np.zeros(n, kind), np.zeros((n, 3), kind), np.zeros(n, kind)
    c = w
    for i in reversed(range(n)):
        c = np.tanh(c * x[i]) + w
        ys[i], rows[i] = c * x[i], m[i] * c
    d = c
    for i in range(n):
        zs[i], d = d * ys[i], d * 0.5 + np.sin(ys[i]) * np.sum(rows[i])
    return d, zs, rows


# --- one value captured twice; streamed and captured at once


def _twice(b, x, w):
    def turn(b, i, s, v, x1, x2, w1, w2):
        return [s + at(b, x1, i) * b.sin(at(b, x2, 0)) * w1 * w1 * w2 + v * v]

    return for_(b, (0, size(b), 1), [real(b, 0.0)], turn, xs=[x], caps=[x, x, w, w])[:1]


@entry(program("twice", [vec(), F8], _twice, "x w"), vector_and_scalar, (0, 1), linear=True, holomorphic=True)
def twice(x, w):
    s = 0.0
    for i in range(len(x)):
        s = s + x[i] * np.sin(x[0]) * w**3 + x[i] * x[i]
    return (s,)


# --- carries: swapped, overwritten, with an inactive start, inactive, integer and boolean


def _swapped(b, x, w):
    def turn(b, i, p, q, v):
        return [q, b.sin(p) * v]

    return for_(b, (0, size(b), 1), [w, w * 2.0], turn, xs=[x])[:2]


@entry(program("swapped", [vec(), F8], _swapped, "x w"), vector_and_scalar, (0, 1), linear=True, holomorphic=True)
def swapped(x, w):
    p, q = w, w * 2.0
    for v in x:
        p, q = q, np.sin(p) * v
    return p, q


def _overwritten(b, x, w):
    return for_(b, (0, size(b), 1), [w], lambda b, i, c, v: [b.sin(v)], xs=[x])[:1]


@entry(
    program("overwritten", [vec(), F8], _overwritten, "x w"), vector_and_scalar, (0, 1), linear=True, holomorphic=True
)
def overwritten(x, w):
    c = w
    for v in x:
        c = np.sin(v)
    return (c,)


def _same_ends(b, x, w):
    def turn(b, i, p, q, v):
        t = p * v + q
        return [t, t]

    return for_(b, (0, size(b), 1), [w, w * 2.0], turn, xs=[x])[:2]


@entry(program("same_ends", [vec(), F8], _same_ends, "x w"), vector_and_scalar, (0, 1), linear=True, holomorphic=True)
def same_ends(x, w):
    p, q = w, w * 2.0
    for v in x:
        p = q = p * v + q
    return p, q


def _inactive(b, x, idx, mask, scale):
    n = size(b)

    def turn(b, i, c, k, f, v, x, idx, mask, scale):
        j = b.op("convert", at(b, idx, i), kind=types.Kind.PYTHON, dtype="i8")
        r = at(b, x, j)
        t = b.select(at(b, mask, i), r * scale, b.sin(v) * f)
        return [c * t + v, k + j, f * 1.1]

    return for_(b, (0, n, 1), [real(b, 1.0), 0, scale], turn, xs=[x], caps=[x, idx, mask, scale])[:3]


def _inactive_args(rng, n):
    return normal(rng, n), rng.integers(0, max(n, 1), n), rng.integers(0, 2, n) == 1, normal(rng)


@entry(
    program("inactive", [vec(), vec(dtype="i8"), vec(dtype="b1"), F8], _inactive, "x idx mask scale"),
    _inactive_args,
    (0,),
    linear=True,
    holomorphic=True,
)
def inactive(x, idx, mask, scale):
    c, k, f = 1.0, 0, scale
    for i in range(len(x)):
        t = x[idx[i]] * scale if mask[i] else np.sin(x[i]) * f
        c, k, f = c * t + x[i], k + int(idx[i]), f * 1.1
    return c, k, f


# --- two buffers that change places: time steps of a stencil


def _stencil(b, u, dt):
    inside = dims.sub(N, 2)

    def step(b, t, old, new, dt):
        here, left, right = (cut(b, old, (lo, hi, inside)) for lo, hi in ((1, -1), (None, -2), (2, None)))
        moved = here + dt * (left - 2.0 * here + right) - dt * here * here
        return [put_cut(b, new, moved, (1, -1, inside)), old]

    return for_(b, (0, 4, 1), [u, u * 1.0], step, caps=[dt])[:2]


@entry(
    program("stencil", [vec(), F8], _stencil, "u dt"),
    lambda rng, n: (normal(rng, n + 2), np.float64(0.1)),
    (0, 1),
    linear=True,
    holomorphic=True,
)
def stencil(u, dt):
    old, new = u.astype(np.result_type(u, dt)), u.astype(np.result_type(u, dt))
    for _ in range(4):
        new[1:-1] = old[1:-1] + dt * (old[:-2] - 2 * old[1:-1] + old[2:]) - dt * old[1:-1] ** 2
        old, new = new, old
    return old, new


# --- Python numbers all the way, with a branch inside a while


def _pythons(b, x, y):
    def after(b, x, y, k):
        x, y = cond(b, b.gt(x, y), lambda b, x, y: [x * 0.5, y * x], lambda b, x, y: [y, x * 0.75], [x, y])
        return [x, y, k + 1]

    x, y, _, _ = while_(b, [x, y, 0], lambda b, x, y, k: b.lt(k, 6), after)
    return [x * y, x]


@entry(program("pythons", [types.FLOAT, types.FLOAT], _pythons, "x y"), lambda rng, n: (1.3, 0.7), (0, 1))
def pythons(x, y):
    for _ in range(6):
        x, y = (x * 0.5, y * x) if x > y else (y, x * 0.75)
    return x * y, x


# --- a loop with a step, whose bounds are values, that writes where it read


def _recurrence(b, x, w, lo):
    def turn(b, i, y, w):
        v = at(b, y, i)
        y = put(b, y, b.sin(v) * w, i)
        return [put(b, y, at(b, y, i) * at(b, y, i - 1), i - 1)]

    return for_(b, (size(b) - 1, lo, -2), [x], turn, caps=[w])[:1]


@entry(
    program("recurrence", [vec(), F8, INT], _recurrence, "x w lo"),
    lambda rng, n: (normal(rng, n), normal(rng), 0),
    (0, 1),
    linear=True,
    holomorphic=True,
)
def recurrence(x, w, lo):
    y = x.astype(np.result_type(x, w))
    for i in range(len(x) - 1, lo, -2):
        y[i] = np.sin(y[i]) * w
        y[i - 1] = y[i] * y[i - 1]
    return (y,)


# --- a cond in a cond in a loop, whose carries are arrays written in one branch only


def _written_in_branch(b, x, w):
    def write(b, y, i, w):
        return [put(b, y, b.exp(at(b, y, i)) * w, i)]

    def outer(b, y, i, w):
        return cond(b, b.gt(at(b, y, i), 0.5), write, lambda b, y, i, w: [put(b, y, w, i)], [y, i, w])

    def turn(b, i, y, w):
        return cond(b, b.gt(at(b, y, i), 0.0), outer, lambda b, y, i, w: [y], [y, i, w])

    return for_(b, (0, size(b), 1), [x], turn, caps=[w])[:1]


@entry(
    program("written_in_branch", [vec(), F8], _written_in_branch, "x w"),
    vector_and_scalar,
    (0, 1),
    linear=True,
    count=128,
)
def written_in_branch(x, w):
    y = x.copy()
    for i in range(len(x)):
        if y[i] > 0:
            y[i] = np.exp(y[i]) * w if y[i] > 0.5 else w
    return (y,)
