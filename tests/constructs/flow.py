"""Loops, exits, branches."""

# ruff: noqa: F821  (sizes in annotations)

import logging
import math
import warnings

import numpy as np

from tests.constructs.bank import construct, matrix, vector


@construct(lambda n: (0.5, vector(n)))
def for_range(a: float, x: "f8[n]"):
    h = 0.0
    for i in range(len(x)):
        h = a * h + x[i]
    return h * h


@construct(lambda n: (matrix(n, 3), vector(3)))
def for_rows(A: "f8[n, d]", h: "f8[d]"):
    for row in A:
        h = np.tanh(h + row)
    return np.sum(h)


@construct(lambda n: (matrix(n, 3), vector(3)))
def row_by_index(A: "f8[n, m]", x: "f8[m]"):
    s = 0.0
    for i in range(len(A)):
        row = A[i]
        for j in range(len(x)):
            s += row[j] * x[j] ** 2
    return s


@construct(lambda n: (vector(n), vector(n)))
def for_zip(a: "f8[n]", b: "f8[n]"):
    s = 0.0
    for x, y in zip(a, b):
        s += np.sin(x) * y
    return s


@construct(lambda n: (vector(n), 0.5))
def for_enumerate_reversed(c: "f8[n]", x: float):
    p = 0.0
    for k, a in enumerate(reversed(c)):
        p = p * x + a * k
    return p


@construct(lambda n: (2.0, 1e-3), linear=False)
def while_loop(a: float, tol: float):
    x = a
    while abs(x * x - a) > tol:
        if x < 0.1:
            x = x + 1.0
        else:
            x = 0.5 * (x + a / x)
    return x


@construct(lambda n: (3.0,), linear=False)
def while_walrus(x: float):
    n = 0
    while (r := x * x) > 1.0:
        x = 0.5 * x + 0.1 / r
        n += 1
    return x * n


@construct(lambda n: (0.5, 1e-3), linear=False)
def while_true_break(x: float, tol: float):
    while True:
        step = math.sin(x) / math.cos(x)
        x = x - step
        if abs(step) < tol:
            break
    return x


@construct(lambda n: (0.5, n - 0.5))
def while_count(x: float, n: float):
    k = 0.0
    while k < n:
        x = np.sin(x) + 0.1 * x
        k += 1.0
    return x


@construct(lambda n: (vector(n), 1000000000.0))
def for_break(v: "f8[n]", limit: float):
    s = 0.0
    for t in v:
        if s > limit:
            break
        s += t * t
    return s


@construct(lambda n: (vector(n, -0.5, 0.5),))
def for_continue(v: "f8[n]"):
    s = 0.0
    for t in v:
        if t < 0:
            continue
        s += t * t
    return s


@construct(lambda n: (vector(n), 1000000000.0))
def loop_else(v: "f8[n]", limit: float):
    s = 1.0
    for t in v:
        s = s * t
        if s > limit:
            break
    else:
        s = s * s
    return s


@construct(lambda n: (vector(n), 1000000000.0))
def early_return(v: "f8[n]", limit: float):
    s = 0.0
    for t in v:
        s += t * t
        if s > limit:
            return s * s
    return s


@construct(lambda n: (2.0, 0.7), linear=False)
def branches(r: float, delta: float):
    if abs(r) <= delta:
        y = 0.5 * r * r
    elif r > 0:
        y = delta * (r - 0.5 * delta)
    else:
        y = delta * (-r - 0.5 * delta)
    return y


@construct(lambda n: (vector(n), 0.5))
def branch_in_loop(x: "f8[n]", a: float):
    s = 0.0
    for i in range(len(x)):
        if x[i] > a:
            s = s + x[i] * a
        else:
            s = s * 0.5
    return s


@construct(lambda n: (vector(n),))
def carry_in_one_branch(x: "f8[n]"):
    best = x[0] * 1.0
    for i in range(1, len(x)):
        if x[i] > best:
            best = x[i] * x[i]
    return best


@construct(lambda n: (1.5, 0.5, 2), linear=False)
def match_statement(x: float, y: float, k: int):
    match (x, k):
        case (a, 1):
            return a * y
        case (a, 2) if y > 0:
            return a * a * y
        case _:
            return x + y


@construct(lambda n: (matrix(n, 3), 0.5))
def nested(A: "f8[n, m]", x: float):
    s = 0.0
    for i in range(len(A)):
        t = 1.0
        for j in range(A.shape[1]):
            t = t * (A[i, j] + x)
        s += t
    return s


@construct(lambda n: (vector(n),))
def slices(v: "f8[n]"):
    s = 0.0
    for i in range(len(v) - 2):
        w = v[i : i + 3]
        s += w[0] * w[1] * np.sum(w * w)
    return s


@construct(lambda n: (matrix(n, 3), matrix(n, 3)))
def rows_zip(A: "f8[n, d]", B: "f8[n, d]"):
    s = 0.0
    for a, b in zip(A, B):
        s += np.dot(a, b) * a[0]
    return s


@construct(lambda n: (0.5,), linear=False)
def checked(x: float):
    print(f"x = {x:.3f}")
    assert x < 9, f"x = {x}"
    if x < 0:
        raise ValueError("negative")
    return np.sqrt(x)


@construct(lambda n: (-0.5, 0.7), linear=False)
def conditional_expression(x: float, a: float):
    return a * x if x > 0 else a * (np.exp(x) - 1)


@construct(lambda n: (0.5, 0.7), linear=False)
def short_circuit(x: float, limit: float):
    if (x > 0 and np.log(x) < limit) or not limit > 0:
        return x * x * limit
    return x


@construct(lambda n: (0.5, 0.1, 0.9), linear=False)
def chained_comparison(x: float, low: float, high: float):
    if low < x <= high:
        return (x - low) * (high - x)
    return 0.0


@construct(lambda n: (vector(2 * n), 0.5))
def range_step(v: "f8[n]", x: float):
    s = 0.0
    for i in range(len(v) - 1, 0, -2):
        s = s * x + v[i] * v[i - 1]
    return s


@construct(lambda n: (0.5, 0.1), linear=False)
def bound_in_one_branch(x: float, a: float):
    if x > a:
        y = x * a
    if x > 2 * a:
        return y * y
    return x


@construct(lambda n: (vector(n),))
def changing_shape(x: "f8[n]"):
    for k in range(2):
        x = np.append(x, k * x[0])
    return np.sum(x * x)


@construct(lambda n: (vector(n), 2.0))
def checked_in_loop(v: "f8[n]", limit: float):
    s = 0.0
    for i, t in enumerate(v):
        assert t > 0, f"v[{i}] = {t}"
        s += np.log(t) * t
        if s > limit:
            raise ValueError(f"{s} after {i} turns")
    return s


@construct(lambda n: (matrix(n, 3), 1000000000.0))
def exits_of_two_loops(A: "f8[n, m]", limit: float):
    s = 1.0
    for row in A:
        for t in row:
            if t > limit:
                break
            s = s * t
        else:
            continue
        if s > limit:
            return s
    return s * s


@construct(lambda n: (0.5, n))
def drawn(x: float, n: int):
    rng = np.random.default_rng(0)
    total = 0.0
    for k in range(n):
        noise = rng.normal()
        logging.debug("turn %d: %g", k, noise)
        total += (x + noise) ** 2
    return total


@construct(lambda n: (vector(n),))
def without_warnings(v: "f8[n]"):
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", RuntimeWarning)
        terms = v * np.log(v)
    return np.sum(np.where(v > 0, terms, 0.0))


@construct(lambda n: (vector(n), 0.5))
def return_of_a_slice(x: "f8[n]", a: float):
    y = np.zeros_like(x)
    for i in range(1, len(x)):
        y[i] = y[i - 1] * a + x[i]
        if 2 * i > len(x):
            return np.sum(y[i - 1 : i + 1] ** 2)
    return np.sum(y)


@construct(lambda n: (vector(3), n - 0.5))
def arrays_from_zero(x: "f8[m]", stop: float):
    s, k = 0, 0.0
    while k < stop:
        if k > 1:
            s += x * k
        k += 1.0
    return s @ s
