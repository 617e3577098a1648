"""Memory: views and in-place updates, growing lists, values bound on one path, unused and repeated results."""

from __future__ import annotations

import numpy as np

from symdiff.ir import dims, types
from symdiff.ir.types import Opt
from tests.ad.bank import (
    F8,
    INT,
    K,
    N,
    at,
    call,
    cond,
    cut,
    entry,
    for_,
    function,
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

# --- a view read before and after the write


def _viewed(b, x, w):
    part = dims.sub(N, 1)
    before = cut(b, x, (1, None, part))
    y = put_cut(b, x, b.sin(before) * w, (1, None, part))
    after = cut(b, y, (1, None, part))

    def turn(b, i, y, s, w):
        v = at(b, y, i)  # the element before and after it is written, and the row it is in
        y = put(b, y, v * v * w, i)
        y = put(b, y, at(b, y, i) * v, 0, name="index_add")
        return [y, s + v * at(b, y, i)]

    y, s, _ = for_(b, (1, size(b), 1), [y, b.sum(before * after)], turn, caps=[w])
    return [y, s]


@entry(
    program("viewed", [vec(), F8], _viewed, "x w"), vector_and_scalar, (0, 1), linear=True, holomorphic=True, least=1
)
def viewed(x, w):
    y = x.astype(np.result_type(x, w))
    view = y[1:]
    before = view.copy()
    view[:] = np.sin(view) * w
    s = np.sum(before * view)
    for i in range(1, len(y)):
        v = y[i]
        y[i] = v * v * w
        y[0] += y[i] * v
        s = s + v * y[i]
    return y, s


# --- rows written in place, and repeated positions gathered


def _rows(b, m, idx):
    picked = b.op("index", m, idx, spec=(("array",),))

    def turn(b, i, m, row):
        m = put_cut(b, m, b.exp(cut(b, m, i) * 0.1) * row, i)
        return [put_cut(b, m, cut(b, m, (None, None, N), 1) * 0.5, (None, None, N), 0)]

    return [for_(b, (0, 3, 1), [m], turn, xs=[cut(b, picked, (0, 3, 3))])[0], picked]


@entry(
    program("rows", [types.array("f8", N, 2), types.array("i8", 4)], _rows, "m idx"),
    lambda rng, n: (normal(rng, n, 2), np.array([0, 2, 2, 1])),
    (0,),
    linear=True,
    holomorphic=True,
    least=3,
)
def rows(m, idx):
    y = m.copy()
    picked = m[idx]
    for i in range(3):
        y[i] = np.exp(y[i] * 0.1) * picked[i]
        y[:, 0] = y[:, 1] * 0.5
    return y, picked


# --- a row seen in another form before the next one is written


def _flipped(b, m, w):
    def turn(b, i, m, w):
        row = b.op("flip", cut(b, m, i - 1), axis=0)
        return [put_cut(b, m, row * row * w, i)]

    return for_(b, (1, size(b), 1), [m], turn, caps=[w])[:1]


@entry(
    program("flipped", [types.array("f8", N, 2), F8], _flipped, "m w"),
    lambda rng, n: (rng.uniform(0.8, 1.2, (n, 2)), np.float64(0.9)),
    (0, 1),
    linear=True,
    least=1,
)
def flipped(m, w):
    m = m.copy()
    for i in range(1, len(m)):
        row = np.flip(m[i - 1])
        m[i] = row * row * w
    return (m,)


# --- an array written by every turn and read whole by few


def _seldom(b, x, w):
    def whole(b, y, s, w):
        return [b.sin(y) * w, s + b.sum(b.cos(y))]

    def turn(b, i, y, s, w):
        y = put(b, y, at(b, y, i) * at(b, y, i - 1) * w, i)
        return cond(b, b.eq(i, 3), whole, lambda b, y, s, w: [y, s], [y, s, w])

    return for_(b, (1, size(b), 1), [x, real(b, 0.0)], turn, caps=[w])[:2]


@entry(
    program("seldom", [vec(), F8], _seldom, "x w"), vector_and_scalar, (0, 1), linear=True, holomorphic=True, least=1
)
def seldom(x, w):
    y = x.astype(np.result_type(x, w))
    s = 0.0
    for i in range(1, len(y)):
        y[i] = y[i] * y[i - 1] * w
        if i == 3:
            y, s = np.sin(y) * w, s + np.sum(np.cos(y))
    return y, s


# --- lists that grow: read while they grow, emptied again, ragged


def _growing(b, x, w):
    n = size(b)
    start = b.op("seq_append", b.op("seq_empty", elem=F8), w)

    def grow(b, i, s, v):
        return [b.op("seq_append", s, b.sin(b.op("seq_get", s, i)) * v + b.op("seq_last", s))]

    s = for_(b, (0, n, 1), [start], grow, xs=[x])[0]
    s = b.op("seq_set", s, 0, b.op("seq_get", s, -1) * w)

    def shrink(b, i, s, t):
        return [b.op("seq_rest", s), t * 0.5 + b.op("seq_last", s) * t]

    rest, t, _ = for_(b, (0, n, 1), [s, real(b, 1.0)], shrink)
    return [
        t,
        b.op("seq_last", rest),
        for_(b, (0, n + 1, 1), [real(b, 0.0)], lambda b, i, t, v: [t + v * v], xs=[s])[0],
    ]


@entry(program("growing", [vec(), F8], _growing, "x w"), vector_and_scalar, (0, 1), linear=True, holomorphic=True)
def growing(x, w):
    s = [w]
    for i, v in enumerate(x):
        s.append(np.sin(s[i]) * v + s[-1])
    s[0] = s[-1] * w
    total = sum(v * v for v in s)
    t = 1.0
    for _ in x:
        t = t * 0.5 + s.pop() * t
    return t, s[-1], total


def _ragged(b, x, w):
    ragged = types.array("f8", K)

    def grow(b, i, s, x, w):
        part = cut(b, x, (None, i + 1, K)) * w
        return [b.op("seq_append", s, part), b.exp(part * 0.1)]

    s, ys, _ = for_(b, (0, size(b), 1), [b.op("seq_empty", elem=ragged)], grow, caps=[x, w])

    def shrink(b, i, s, t, y):
        last = b.op("seq_last", s)
        first = b.op("seq_get", s, 0)
        return [b.op("seq_rest", s), t * 0.5 + b.sum(last * last) * at(b, first, 0) + b.sum(y)]

    return [for_(b, (0, size(b), 1), [s, w], shrink, xs=[ys])[1]]


@entry(program("ragged", [vec(), F8], _ragged, "x w"), vector_and_scalar, (0, 1), holomorphic=True)
def ragged(x, w):
    s = [x[: i + 1] * w for i in range(len(x))]
    ys = [np.exp(part * 0.1) for part in s]
    t = w
    for y in ys:
        t = t * 0.5 + np.sum(s[-1] * s[-1]) * s[0][0] + np.sum(y)
        s.pop()
    return (t,)


# --- a list captured by a loop and by a branch: elements read at random


def _looked_up(b, x, idx):
    squares, _ = for_(b, (0, size(b), 1), [], lambda b, i, v: [v * v], xs=[x])

    def turn(b, i, t, k, s, x):
        j = b.op("convert", k, kind=types.Kind.PYTHON, dtype="i8")
        v = cond(
            b,
            b.gt(at(b, x, j), 0.0),
            lambda b, s, j: [b.op("seq_get", s, j)],
            lambda b, s, j: [b.op("seq_last", s) * 2.0],
            [s, j],
        )[0]
        return [t * 0.5 + b.sin(v)]

    return [for_(b, (0, size(b), 1), [real(b, 0.0)], turn, xs=[idx], caps=[squares, x])[0]]


@entry(
    program("looked_up", [vec(), vec(dtype="i8")], _looked_up, "x idx"),
    lambda rng, n: (normal(rng, n), rng.integers(0, max(n, 1), n)),
    (0,),
    linear=True,
)
def looked_up(x, idx):
    t = 0.0
    for k in idx:
        t = t * 0.5 + np.sin(x[k] ** 2 if x[k] > 0 else x[-1] ** 2 * 2.0)
    return (t,)


# --- a list of long arrays: one number, or a few, read out of one of them in each turn


def _elements(b, x, idx, w):
    def grow(b, i, s, x):
        return [b.op("seq_append", s, b.sin(x * (i + 1)))]

    rows = for_(b, (0, 3, 1), [b.op("seq_empty", elem=vec())], grow, caps=[x])[0]

    def turn(b, i, t, k, rows, w):
        j = b.op("convert", k, kind=types.Kind.PYTHON, dtype="i8")
        v = at(b, b.op("seq_get", rows, j), i)
        u = cond(
            b,
            b.gt(v, 0.0),
            lambda b, rows, i, w: [at(b, b.op("seq_last", rows), i) * w],
            lambda b, rows, i, w: [b.sum(cut(b, b.op("seq_get", rows, 0), (0, 2, 2)))],
            [rows, i, w],
        )[0]
        return [t * 0.5 + v * u]

    t = for_(b, (0, size(b), 1), [w], turn, xs=[idx], caps=[rows, w])[0]
    return [t, b.sum(b.op("seq_get", rows, 1)) + at(b, b.op("seq_get", rows, 1), 0)]


@entry(
    program("elements", [vec(), vec(dtype="i8"), F8], _elements, "x idx w"),
    lambda rng, n: (normal(rng, n), rng.integers(0, 3, n), normal(rng)),
    (0, 2),
    linear=True,
    least=2,
)
def elements(x, idx, w):
    rows = [np.sin(x * (i + 1)) for i in range(3)]
    t = w
    for i, k in enumerate(idx):
        v = rows[k][i]
        t = t * 0.5 + v * (rows[-1][i] * w if v > 0 else rows[0][0] + rows[0][1])
    return t, np.sum(rows[1]) + rows[1][0]


# --- values bound on one path


def _bound(b, x, w):
    found = Opt(F8)

    def turn(b, i, t, last, v, w):
        test = b.gt(v, 0.0)
        best = cond(
            b,
            test,
            lambda b, v, w: [b.op("opt_some", b.exp(v) * w)],
            lambda b, v, w: [b.op("opt_none", elem=F8)],
            [v, w],
        )[0]
        got = lambda b, best, v, t, last: [t + b.op("opt_get", best, name="best") * v, best, 1]
        t, last, _ = cond(b, test, got, lambda b, best, v, t, last: [t * 0.5, last, 0], [best, v, t, last])
        return [t, last]

    t, last, _ = for_(b, (0, size(b), 1), [w, b.op("opt_none", elem=F8)], turn, xs=[x], caps=[w])
    assert last.type == found
    positive = b.any(b.gt(x, 0.0))
    return cond(
        b, positive, lambda b, t, last: [t + b.op("opt_get", last, name="best")], lambda b, t, last: [t], [t, last]
    )


@entry(program("bound", [vec(), F8], _bound, "x w"), vector_and_scalar, (0, 1), linear=True)
def bound(x, w):
    t = w
    for v in x:
        if v > 0:
            best = np.exp(v) * w
            t = t + best * v
        else:
            t = t * 0.5
    return (t + best if np.any(x > 0) else t,)


# --- results: a parameter itself, one twice, one that does not depend on anything; an unused parameter


def _results(b, x, w, unused, k):
    y = b.sin(x) * w
    return [x, y, y, w, k, b.op("zeros", type=vec(), shape=(N,)), 2.5]


@entry(
    program("results", [vec(), F8, types.array("f8", N, dims.var("m")), types.FLOAT], _results, "x w unused k"),
    lambda rng, n: (normal(rng, n), normal(rng), normal(rng, n, 3), 1.5),
    (0, 1, 2, 3),
    linear=True,
    holomorphic=True,
)
def results(x, w, unused, k):
    y = np.sin(x) * w
    return x, y, y, w, k, np.zeros(len(x)), 2.5


# --- a list passed to a function, and one that comes back


def _listed(b, x, w):
    ys, _ = for_(b, (0, size(b), 1), [], lambda b, i, v, w: [b.sin(v) * w], xs=[x], caps=[w])
    zs, s = call(b, "scaled", [ys, w, size(b)], types.Seq(F8), F8)
    return [s, for_(b, (0, size(b), 1), [real(b, 0.0)], lambda b, i, t, z, y: [t * 0.9 + z * y], xs=[zs, ys])[0]]


def _scaled(b, ys, w, n):
    s, zs, _ = for_(b, (0, n, 1), [w], lambda b, i, s, y: [s + y * y, y * s], xs=[ys])
    return [zs, s]


@entry(
    program("listed", [vec(), F8], _listed, "x w", [function("scaled", [types.Seq(F8), F8, INT], _scaled, "ys w n")]),
    vector_and_scalar,
    (0, 1),
    linear=True,
    holomorphic=True,
)
def listed(x, w):
    s, t, pairs = w, 0.0, []
    for v in x:
        y = np.sin(v) * w
        pairs.append((y * s, y))
        s = s + y * y
    for z, y in pairs:
        t = t * 0.9 + z * y
    return s, t


# --- a while whose condition reads an array that the body writes


def _relaxed(b, x, w):
    def after(b, y, k, w):
        y = put(b, y, at(b, y, 0) * 0.5 + b.sin(at(b, y, 1)) * 0.1 * w, 0)
        return [put(b, y, at(b, y, 0) * 0.25, 1, name="index_add"), k + 1]

    y, k, _ = while_(b, [x, 0], lambda b, y, k, w: b.gt(b.abs(at(b, y, 0)), 0.2), after, caps=[w])
    return [y, k]


@entry(
    program("relaxed", [vec(), F8], _relaxed, "x w"),
    lambda rng, n: (3 * normal(rng, n), np.float64(0.7)),
    (0, 1),
    least=2,
)
def relaxed(x, w):
    y, k = x.copy(), 0
    while abs(y[0]) > 0.2:
        y[0] = y[0] * 0.5 + np.sin(y[1]) * 0.1 * w
        y[1] += y[0] * 0.25
        k += 1
    return y, k
