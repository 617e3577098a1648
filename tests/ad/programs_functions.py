"""Functions that call each other: recursion over slices, minors, two functions that take turns, helpers."""

from __future__ import annotations

import numpy as np

from symdiff.ir import dims, types
from symdiff.ir.core import Program
from symdiff.ir.types import Seq
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
)

M = dims.opaque("m")


# --- a tree of sums over slices: nonlinear leaves


def _tree(b, x, w):
    def leaf(b, x, w, n):
        return [b.sin(at(b, x, 0)) * w]

    def halves(b, x, w, n):
        middle = b.op("floordiv", n, 2)
        left = call(b, "tree", [cut(b, x, (None, middle, K)), w], F8)[0]
        right = call(b, "tree", [cut(b, x, (middle, None, M)), w], F8)[0]
        return [left + right * b.cos(left)]

    return cond(b, b.eq(size(b), 1), leaf, halves, [x, w, size(b)])


@entry(
    program("tree", [vec(), F8], _tree, "x w"),
    lambda rng, n: (normal(rng, n), normal(rng)),
    (0, 1),
    size=7,
    linear=True,
    holomorphic=True,
    least=1,
)
def tree(x, w):
    if len(x) == 1:
        return (np.sin(x[0]) * w,)
    middle = len(x) // 2
    (left,), (right,) = tree(x[:middle], w), tree(x[middle:], w)
    return (left + right * np.cos(left),)


# --- Laplace's expansion: minors, in a loop, in a branch


def _determinant(b, a):
    def one(b, a):
        return [at(b, a, 0, 0)]

    def expand(b, a):
        def column(b, j, s, sign, a):
            n = size(b)
            minor = b.op("zeros", n - 1, n - 1, type=types.array("f8", K, K))
            minor = put_cut(b, minor, cut(b, a, (1, None, K), (None, j, M)), (None, None, K), (None, j, M))
            minor = put_cut(
                b,
                minor,
                cut(b, a, (1, None, K), (j + 1, None, dims.opaque("r"))),
                (None, None, K),
                (j, None, dims.opaque("r")),
            )
            part = call(b, "determinant", [minor], F8)[0]
            return [s + sign * at(b, a, 0, j) * part, sign * -1.0]

        return for_(b, (0, size(b), 1), [real(b, 0.0), 1.0], column, caps=[a])[:1]

    return cond(b, b.eq(size(b), 1), one, expand, [a])


@entry(
    program("determinant", [types.array("f8", N, N)], _determinant, "a"),
    lambda rng, n: (normal(rng, n, n),),
    (0,),
    size=4,
    holomorphic=True,
    least=1,
)
def determinant(a):
    if len(a) == 1:
        return (a[0, 0],)
    total, sign = 0.0, 1.0
    for j in range(len(a)):
        (part,) = determinant(np.delete(a[1:], j, axis=1))
        total, sign = total + sign * a[0, j] * part, -sign
    return (total,)


# --- two functions that call each other; the value varies only through the other one


def _ping(b, x, w, k):
    return cond(
        b,
        b.le(k, 0),
        lambda b, x, w, k: [w * 1.0],
        lambda b, x, w, k: call(b, "pong", [b.sin(x) * w, w, k - 1], F8),
        [x, w, k],
    )


def _pong(b, x, w, k):
    return cond(
        b,
        b.le(k, 0),
        lambda b, x, w, k: [x * x],
        lambda b, x, w, k: [call(b, "ping", [x * 1.5, w, k - 1], F8)[0] * x],
        [x, w, k],
    )


_PONG = function("pong", [F8, F8, INT], _pong, "x w k")


@entry(
    program("ping", [F8, F8, INT], _ping, "x w k", [_PONG]),
    lambda rng, n: (normal(rng), normal(rng), n),
    (0, 1),
    holomorphic=True,
)
def ping(x, w, k):
    return (w * 1.0,) if k <= 0 else pong(np.sin(x) * w, w, k - 1)


def pong(x, w, k):
    return (x * x,) if k <= 0 else (ping(x * 1.5, w, k - 1)[0] * x,)


# --- the argument differentiated by reaches the result only through the function called back


def _first(b, x, k):
    return cond(b, b.le(k, 0), lambda b, x, k: [x * x], lambda b, x, k: call(b, "second", [x, k], F8), [x, k])


def _second(b, x, k):
    return [call(b, "first", [x, k - 1], F8)[0] * 2.0]


_BACK = {
    f.name: f for f in (function("first", [F8, INT], _first, "x k"), function("second", [F8, INT], _second, "x k"))
}


@entry(Program(_BACK, "second"), lambda rng, n: (normal(rng), n + 1), (0,), holomorphic=True)
def called_back(x, k):
    return (x * x * 2.0**k,)


# --- helpers: called twice with different active arguments, in a loop, with arrays and two results


def _helper(b, x, y):
    p = x * b.tanh(y)
    return [p, b.sum(p * y)]


def _helped(b, x, c, w):
    known = types.array("f8", N)
    p, s = call(b, "helper", [x, c], known, F8)
    q, r = call(b, "helper", [c, x], known, F8)

    def turn(b, i, t, x, c):
        u, v = call(b, "helper", [x * t, c], known, F8)
        return [b.sin(v) * at(b, u, 0) + t]

    return [p * w, s * r, for_(b, (0, 3, 1), [w], turn, caps=[x, c])[0], q]


_HELPER = function("helper", [vec(), vec()], _helper, "x y")


@entry(
    program("helped", [vec(), vec(), F8], _helped, "x c w", [_HELPER]),
    lambda rng, n: (normal(rng, n), normal(rng, n), normal(rng)),
    (0, 2),
    linear=True,
    holomorphic=True,
    least=1,
)
def helped(x, c, w):
    def helper(x, y):
        return x * np.tanh(y), np.sum(x * np.tanh(y) * y)

    (p, s), (q, r), t = helper(x, c), helper(c, x), w
    for _ in range(3):
        u, v = helper(x * t, c)
        t = np.sin(v) * u[0] + t
    return p * w, s * r, t, q


# --- recursion that reads elements of one array: what is handed down is the whole array


def _walk(b, x, i, w):
    n = size(b)

    def more(b, x, i, w, n):
        rest = call(b, "walk", [x, i + 1, w], F8)[0]
        return [b.sin(at(b, x, i)) * w + rest * 0.5]

    return cond(b, b.ge(i, n), lambda b, x, i, w, n: [w * 1.0], more, [x, i, w, n])


@entry(
    program("walk", [vec(), INT, F8], _walk, "x i w"),
    lambda rng, n: (normal(rng, n), 0, normal(rng)),
    (0, 2),
    linear=True,
    holomorphic=True,
)
def walk(x, i, w):
    return (w * 1.0 if i >= len(x) else np.sin(x[i]) * w + walk(x, i + 1, w)[0] * 0.5,)


# --- recursion that hands on an array first and overwrites it then


def _cascade(b, y, i, w):
    def more(b, y, i, w):
        y = call(b, "cascade", [y, i - 1, w], vec())[0]
        return [put(b, y, at(b, y, i - 1) * w + b.sin(at(b, y, i)), i)]

    return cond(b, b.le(i, 0), lambda b, y, i, w: [y], more, [y, i, w])


@entry(
    program("cascade", [vec(), INT, F8], _cascade, "y i w"),
    lambda rng, n: (normal(rng, n), n - 1, np.float64(0.3)),
    (0, 2),
    linear=True,
    holomorphic=True,
    least=1,
)
def cascade(y, i, w):
    y = y + 0 * w
    for k in range(1, i + 1):
        y[k] = y[k - 1] * w + np.sin(y[k])
    return (y,)


# --- recursion that appends to the list it hands on, where it does; the list is made, read and left by the caller


def _push(b, s, x, i):
    def more(b, s, x, i):
        v = at(b, x, i)

        def pushed(b, s, x, i, v):
            return [call(b, "push", [b.op("seq_append", s, b.op("seq_last", s) * b.sin(v)), x, i + 1], Seq(F8))[0]]

        skipped = lambda b, s, x, i, v: [call(b, "push", [s, x, i + 1], Seq(F8))[0]]
        return cond(b, b.eq(b.op("mod", i, 3), 0), pushed, skipped, [s, x, i, v])

    return cond(b, b.ge(i, size(b)), lambda b, s, x, i: [s], more, [s, x, i])


def _pushing(b, x, w):
    s = call(b, "push", [b.op("seq_append", b.op("seq_empty", elem=F8), w), x, 0], Seq(F8))[0]
    return for_(b, (0, b.op("seq_len", s), 1), [real(b, 0.0)], lambda b, i, t, v: [t * 0.5 + v * v], xs=[s])[:1]


_PUSH = function("push", [Seq(F8), vec(), INT], _push, "s x i")


@entry(
    program("pushing", [vec(), F8], _pushing, "x w", [_PUSH]),
    lambda rng, n: (normal(rng, n), normal(rng)),
    (0, 1),
    linear=True,
    holomorphic=True,
)
def pushing(x, w):
    s = [w]
    for v in x[::3]:
        s.append(s[-1] * np.sin(v))
    t = 0.0
    for v in s:
        t = t * 0.5 + v * v
    return (t,)
