"""NumPy functions that write where they are told: `out=`, `copy=False`, np.place and np.putmask, `ufunc.at`."""

from __future__ import annotations

import numpy as np

from tests.programs.cases import Cases, array

cases = Cases()
V = np.array([0.7, 1.2, 0.4, 1.5])
W = np.array([1.1, 0.3, 0.9, 0.6])
M = array(4, 3)


@cases(V)
@cases(V.astype(np.float32))
def running_into_an_array(x):
    y, z = np.zeros_like(x), x.copy()
    np.add.accumulate(x * x, out=y)
    r = np.multiply.accumulate(z, out=z)
    return y @ x + np.sum(z * z) + r[1]


@cases(M)
def running_along_rows(m):
    y = np.zeros_like(m)
    np.add.accumulate(m, axis=1, out=y)
    np.maximum.accumulate(y[::-1], 0, None, y)
    return np.sum(y * m)


@cases(M)
def reduced_into_arrays(m):
    y, z = np.zeros((2, 3)), np.zeros(4)
    np.add.reduce(m * m, axis=0, out=y[1])
    np.maximum.reduce(m, out=y[0])
    np.multiply.reduce(m, 1, None, z)
    return np.sum(y * y) + np.sum(z)


@cases(V)
@cases(V.astype(np.float32))
def parts_reduced(x):
    y = np.zeros(3, x.dtype)
    np.add.reduceat(x * x, [0, 3, 1], out=y)
    return np.sum(y * y) + np.sum(np.multiply.reduceat(x, [1, 2]) * np.maximum.reduceat(x, [0, 2]))


@cases(M, np.array([0, 2, 1, 3]))
def rows_reduced(m, where):
    return np.sum(np.add.reduceat(m, where) ** 2)


@cases(V, W)
def outer_into(x, y):
    a = np.empty((4, 4))
    np.multiply.outer(x, y, out=a)
    return np.sum(a * a)


@cases(V)
def two_results(x):
    whole, rest = np.zeros(4), np.zeros(4)
    np.modf(x, rest, whole)
    quotient, _ = np.divmod(x, 0.47, out=(None, rest[::-1]))
    return np.sum(rest * x) + np.sum(whole) + np.sum(quotient)


@cases(V)
def holes_filled_in_place(x):
    y = x.copy()
    y[1], y[2] = np.nan, np.inf
    same = np.nan_to_num(y[:3], copy=False, posinf=3.0)
    same[0] = x[3]
    return np.sum(y * x) + np.sum(np.nan_to_num(x, nan=0.0))


@cases(V)
def no_copies(x):
    y = x.copy()
    np.array(y, copy=False)[0] = x[1] * 2
    np.asarray(y, copy=False)[1] += x[0]
    np.asanyarray(y)[2] *= x[3]
    return np.sum(y * y)


@cases(V)
@cases(V[:0])
def of_iterators(x):
    squares = np.fromiter((t * t for t in x), float)
    first = np.fromiter(x, dtype=float, count=len(x) // 2)
    rest = np.fromiter((t for t in x if t > 0.5), np.float64)
    return squares @ x + np.sum(first) * np.sum(rest * rest)


@cases(V)
@cases(V.astype(np.float32))
def repeated_to_a_size(x):
    return np.sum(np.resize(x, 6) ** 2) + np.sum(np.resize(x * x, (3, 2))[:, 1])


@cases(V, W)
@cases(-V, W)
def masks_with_fewer_values(x, y):
    a, b = x.copy(), np.outer(x, y)
    np.putmask(a, a > 0.5, y[:3])
    np.place(a, a > 1.0, y[1:3])
    np.place(b, b > 0.4, y)
    np.putmask(b, b < 0.2, a)
    return np.sum(a * x) + np.sum(b * b)


@cases(V)
def updates_of_what_is_read(x):
    a = x.copy()
    np.multiply.at(a, [0, 1, 0], a[1:])
    np.maximum.at(a[1:], [0, 2], a[:2])
    np.divide.at(a, np.array([3, 2, 1, 0]), a)
    return np.sum(a * x) + a[1] ** 2


@cases(array(3, 3))
def diagonals_of_what_is_there(m):
    a, b = m.copy(), m * 2
    np.fill_diagonal(a, a[1])
    np.fill_diagonal(b, b[:, 2])
    np.fill_diagonal(b[::-1], b[0, :2])
    return np.sum(a * a * m) + np.sum(b * m)
