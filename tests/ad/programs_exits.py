"""Loops that end early: of a for and of a while; over streams, matrices and lists; forwards and backwards; no turns."""

from __future__ import annotations

import numpy as np

from symdiff.ir import types
from tests.ad.bank import F8, N, at, entry, for_, normal, number, program, real, size, vec, vector_and_scalar, while_

# --- early exit, of a for and of a while; also without turns, and over a stream


def _exits(b, x, w):
    def turn(b, i, s, v, w):
        s = s + b.sin(v) * w
        return [number(b, b.gt(b.abs(s), 1.2)), s, s * s]

    code, s, ys, count = for_(b, (0, size(b), 1), [w * 0.3], turn, xs=[x], caps=[w], exit=True)
    total = for_(b, (0, count, 1), [real(b, 0.0)], lambda b, i, t, y: [t * 0.5 + y], xs=[ys])[0]
    return [code, s, total]


@entry(program("exits", [vec(), F8], _exits, "x w"), vector_and_scalar, (0, 1), linear=True)
def exits(x, w):
    s, code, squares = w * 0.3, 0, []
    for v in x:
        s = s + np.sin(v) * w
        squares.append(s * s)
        if abs(s) > 1.2:
            code = 1
            break
    total = 0.0
    for y in squares:
        total = total * 0.5 + y
    return code, s, total


def _exits_captured(b, x, w):
    def turn(b, i, s, x, w):
        s = s * w + at(b, x, i)
        return [number(b, b.gt(b.abs(s), 1.5)), s]

    return for_(b, (1, size(b), 2), [w * 0.3], turn, caps=[x, w], exit=True)[1:2]


@entry(program("exits_captured", [vec(), F8], _exits_captured, "x w"), vector_and_scalar, (0, 1), linear=True)
def exits_captured(x, w):
    s = w * 0.3
    for i in range(1, len(x), 2):
        s = s * w + x[i]
        if abs(s) > 1.5:
            break
    return (s,)


def _while_exits(b, x, w):
    n = size(b)

    def after(b, i, s, x, n, w):
        s = s * b.cos(at(b, x, i)) + w
        return [number(b, b.gt(s, 4.0)), i + 1, s, s * w]

    code, _, s, ys, count = while_(b, [0, w], lambda b, i, s, x, n, w: b.lt(i, n), after, caps=[x, n, w], exit=True)
    total = for_(b, (0, count, 1), [real(b, 1.0)], lambda b, k, t, y: [t * 0.5 + b.sin(y)], xs=[ys])[0]
    return [s * total, code]


@entry(
    program("while_exits", [vec(), F8], _while_exits, "x w"),
    lambda rng, n: (normal(rng, n), np.float64(1.3)),
    (0, 1),
    linear=True,
)
def while_exits(x, w):
    i, s, code, ys = 0, w, 0, []
    while i < len(x):
        s = s * np.cos(x[i]) + w
        ys.append(s * w)
        i += 1
        if s > 4.0:
            code = 1
            break
    total = 1.0
    for y in ys:
        total = total * 0.5 + np.sin(y)
    return s * total, code


# --- early exit over matrices and lists, in both directions


def _exits_streams(b, m, w, reverse):
    def widen(b, i, row, w):
        return [b.sum(row) * w]

    n = size(b)
    sums, _ = for_(b, (0, n, 1), [], widen, xs=[m], caps=[w])

    def turn(b, i, s, row, v):
        s = s * 0.5 + b.sum(row * row) * v
        return [number(b, b.gt(b.abs(s), 1.0)), s, v * s]

    _, s, ys, count = for_(b, (1, n + 1, 1), [w], turn, xs=[m, sums], exit=True, reverse=reverse)
    total = for_(b, (0, count, 1), [real(b, 0.0)], lambda b, i, t, y: [t * 0.5 + b.sin(y)], xs=[ys])[0]
    return [s, total]


def _exits_streams_python(m, w, turns):
    sums = [np.sum(row) * w for row in m]
    s, ys = w, []
    for i in turns:
        s = s * 0.5 + np.sum(m[i] * m[i]) * sums[i]
        ys.append(sums[i] * s)
        if abs(s) > 1.0:
            break
    total = 0.0
    for y in ys if turns.step > 0 else ys[::-1]:
        total = total * 0.5 + np.sin(y)
    return s, total


def _rows_and_scalar(rng, n):
    return 0.4 * normal(rng, n, 3), np.float64(0.5)


def _exits_program(name, reverse):
    return program(name, [types.array("f8", N, 3), F8], lambda b, m, w: _exits_streams(b, m, w, reverse), "m w")


@entry(_exits_program("exits_streams", False), _rows_and_scalar, (0, 1), size=9, linear=True)
def exits_streams(m, w):
    return _exits_streams_python(m, w, range(len(m)))


@entry(_exits_program("exits_backwards", True), _rows_and_scalar, (0, 1), size=9, linear=True)
def exits_backwards(m, w):
    return _exits_streams_python(m, w, range(len(m) - 1, -1, -1))
