"""Arrays written in place, and views."""

# ruff: noqa: F821  (sizes in annotations)

import numpy as np

from tests.constructs.bank import construct, matrix, vector


@construct(lambda n: (0.5, vector(n)))
def recurrence(a: float, x: "f8[n]"):
    y = np.zeros_like(x)
    y[0] = x[0]
    for i in range(1, len(x)):
        y[i] = a * y[i - 1] + x[i] * x[i]
    return np.sum(y * y)


@construct(lambda n: (matrix(n, n) + n * np.eye(n), vector(n), vector(n)), linear=False)
def gauss_seidel(A: "f8[n, n]", b: "f8[n]", x: "f8[n]"):
    for i in range(len(b)):
        x[i] = (b[i] - A[i] @ x + A[i, i] * x[i]) / A[i, i]
    return np.sum(x * x)


@construct(lambda n: (0.3, vector(n)))
def sweeps(a: float, x: "f8[n]"):
    y = x.copy()
    for _k in range(3):
        for i in range(1, len(x)):
            y[i] = y[i] * a + y[i - 1]
    return np.sum(y)


@construct(lambda n: (vector(n), 0.5))
def views(v: "f8[n]", x: float):
    y = np.zeros(len(v))
    left = y[:-1]
    left += v[1:] * x
    left[0] = x * x
    return np.sum(y * y)


@construct(lambda n: (vector(n),))
def complex_parts(x: "f8[n]"):
    z = np.zeros(len(x), dtype=complex)
    for i in range(len(x)):
        z.real[i] = x[i]
        z.imag[i] += z.real[i - 1] * x[i]
    return np.sum(np.abs(z) ** 2)


@construct(lambda n: (vector(n), np.arange(n) % 5, 0.5))
def add_at(v: "f8[n]", idx: "i8[n]", x: float):
    y = np.zeros(5)
    np.add.at(y, idx, v * x)
    return np.sum(y * y)


@construct(lambda n: (vector(n), np.arange(n) * 3 % 5))
def repeated_store(v: "f8[n]", idx: "i8[n]"):
    y = np.zeros(5)
    y[idx] = v
    y[idx] += v * v
    return np.sum(y * y)


@construct(lambda n: (vector(n, -0.5, 0.5), 0.5))
def masked_store(v: "f8[n]", x: float):
    y = v * x
    y[y < 0] = 0.1 * x
    return np.sum(y * y)


@construct(lambda n: (matrix(n, 3), vector(3)))
def row_update(A: "f8[n, d]", b: "f8[d]"):
    B = A.copy()
    for row in B:
        row += b
        row *= row
    return np.sum(B)


@construct(lambda n: (vector(n), 0.1, 3))
def double_buffering(u: "f8[n]", k: float, steps: int):
    old = u.copy()
    new = u.copy()
    for _ in range(steps):
        new[1:-1] = old[1:-1] + k * (old[2:] - 2.0 * old[1:-1] + old[:-2])
        old, new = new, old
    return np.sum(old * old)


@construct(lambda n: (vector(n), vector(n, 0.1, 0.3)))
def exchanged_where_better(x: "f8[n]", u: "f8[n]"):
    best, work = x.copy(), np.zeros_like(x)
    for i in range(1, len(x)):
        work[i] = best[i - 1] * u[i] + x[i]
        if work[i] > best[i]:
            best, work = work, best
    return np.sum(best * work)


@construct(lambda n: (vector(n), vector(n, 0.3, 1.2)))
def one_until_the_other(x: "f8[n]", u: "f8[n]"):
    low, high = x.copy(), x * 2
    t = low
    for i in range(1, len(x)):
        if u[i] > 1.0:
            t = high
        t[i] = t[i - 1] * u[i] + low[i] * high[i - 1]
    return np.sum(low * high)


@construct(lambda n: (matrix(n, n) / n + np.eye(n) * n,), linear=False)
def cholesky(A: "f8[n, n]"):
    n = len(A)
    L = np.zeros((n, n))
    for i in range(n):
        for j in range(i + 1):
            s = A[i, j]
            for k in range(j):
                s -= L[i, k] * L[j, k]
            if i == j:
                L[i, j] = np.sqrt(s)
            else:
                L[i, j] = s / L[j, j]
    return np.sum(L)


@construct(lambda n: (matrix(n, n),), linear=False)
def swap_rows(A: "f8[n, n]"):
    B = A.copy()
    B[[0, 1]] = B[[1, 0]]
    B[0] *= B[1]
    return np.sum(B)


@construct(lambda n: (vector(n), 0.5))
def mutating_helper(v: "f8[n]", x: float):
    def fill(y, s):
        for i in range(len(y)):
            y[i] += s * i

    y = v * x
    fill(y, x)
    fill(y[1:], 2.0)
    return np.sum(y * y)


@construct(lambda n: (vector(n), 0.5))
def view_reads(v: "f8[n]", x: float):
    y = v * x
    w = y[1:]
    for i in range(len(w)):
        y[i] = w[i] * y[i] + x
    return np.sum(y * y)


@construct(lambda n: (vector(n), 0.5))
def view_writes(v: "f8[n]", x: float):
    y = v * x
    w = y[1:]
    for i in range(len(w)):
        w[i] = w[i] * y[i] + x
    return np.sum(y * y)


@construct(lambda n: (vector(n), 0.5))
def view_of_view(v: "f8[n]", x: float):
    y = v * x
    w = y[1:]
    u = w[::2]
    for i in range(len(u)):
        u[i] += u[i] * x
    return np.sum(y * y)


@construct(lambda n: (matrix(n, 3),))
def rows_inner(rows: "f8[n, m]"):
    s = 0.0
    for i in range(len(rows)):
        row = rows[i]
        t = 1.0
        for j in range(len(row)):
            t *= row[j]
        s += t
    return s


@construct(lambda n: (matrix(3, n),))
def columns(A: "f8[k, n]"):
    s = 0.0
    for j in range(A.shape[1]):
        c = A[:, j]
        s += c[0] * c[1]
    return s


@construct(lambda n: (matrix(3, n),))
def row_of_big(A: "f8[k, n]"):
    B = A.copy()
    r = B[0]
    for j in range(len(r)):
        B[1, j] = r[j] * r[j]
        r[j] = B[1, j] * 2.0
    return np.sum(B)


@construct(lambda n: (matrix(3, n),))
def row_write(A: "f8[k, n]"):
    B = A.copy()
    for row in B:
        for j in range(len(row)):
            row[j] = row[j] * row[j]
    return np.sum(B)


@construct(lambda n: (vector(n),))
def stencil(u: "f8[n]"):
    for i in range(1, len(u) - 1):
        u[i] = 0.5 * (u[i - 1] * u[i + 1] + u[i])
    return np.sum(u * u)


@construct(lambda n: (vector(4), 0.1, n))
def time_stepping(u: "f8[m]", dt: float, steps: int):
    U = np.zeros((steps + 1, len(u)))
    U[0] = u
    for t in range(steps):
        U[t + 1] = U[t] + dt * np.sin(U[t])
    return np.sum(U[steps] ** 2)


@construct(lambda n: (vector(n), 0.5))
def branch_write(v: "f8[n]", x: float):
    y = v * x
    for i in range(1, len(y)):
        if y[i] > 0.3:
            y[i] = y[i] * y[i - 1]
        else:
            y[i - 1] += x
    return np.sum(y)


@construct(lambda n: (matrix(3, 2), matrix(3, 3), vector(3), matrix(n, 2), vector(3)))
def rnn(W: "f8[k, d]", U: "f8[k, k]", b: "f8[k]", xs: "f8[n, d]", h: "f8[k]"):
    for x in xs:
        h = np.tanh(W @ x + U @ h + b)
    return np.sum(h * h)


@construct(lambda n: (vector(n), 0.5))
def operators_in_place(v: "f8[n]", x: float):
    y = v * x
    y *= v
    y -= x
    y /= v
    y **= 2
    return np.sum(y)


@construct(lambda n: (vector(n), 0.5))
def out_argument(v: "f8[n]", x: float):
    y = np.empty(len(v))
    np.multiply(v, x, out=y)
    np.sin(y, out=y)
    return np.sum(y * y)


@construct(lambda n: (vector(n), 0.5))
def two_names(v: "f8[n]", x: float):
    y = v * x
    z = y
    z[0] = x * x
    y[1:] += z[:-1]
    return np.sum(z * z)


@construct(lambda n: (vector(n), vector(n + 1)), linear=False)
def dynamic_programming(a: "f8[n]", b: "f8[m]"):
    D = np.zeros((len(a) + 1, len(b) + 1))
    for i in range(1, len(a) + 1):
        for j in range(1, len(b) + 1):
            cost = (a[i - 1] - b[j - 1]) ** 2
            D[i, j] = cost + min(D[i - 1, j], D[i, j - 1], D[i - 1, j - 1])
    return D[len(a), len(b)]


@construct(lambda n: (vector(4), vector(n)))
def table_of_lists(a: "f8[n]", b: "f8[m]"):
    t = [[0.0] * (len(b) + 1) for _ in range(len(a) + 1)]
    for i in range(1, len(a) + 1):
        for j in range(1, len(b) + 1):
            t[i][j] = max(t[i - 1][j], t[i][j - 1]) + a[i - 1] * b[j - 1]
    return t[-1][-1]


@construct(lambda n: (vector(n), 0.5))
def arrays_in_a_list(v: "f8[n]", x: float):
    rows = []
    for k in range(3):
        rows.append(v * k)
    for i in range(1, len(rows)):
        for j in range(1, len(v)):
            rows[i][j] += rows[i - 1][j - 1] * x
    return np.sum(rows[-1])


@construct(lambda n: (vector(n), 0.5, 3))
def rows_of_lists(v: "f8[n]", x: float, m: int):
    t = [[x] * len(v) for _ in range(m)]
    for row in t:
        for j in range(1, len(v)):
            row[j] = row[j - 1] * v[j]
    return t[0][-1] * t[-1][-1]


@construct(lambda n: (vector(n), 0.5))
def made_on_first_use(v: "f8[n]", x: float):
    y = None
    for i, t in enumerate(v):
        if y is None:
            y = np.zeros(len(v))
        y[i] = t * x + y[i // 2]
    return x if y is None else np.sum(y * y)


@construct(lambda n: (vector(n), 0.5))
def made_together(v: "f8[n]", x: float):
    y = z = None
    k = 0
    while k < len(v):
        if y is None:
            y, z = np.zeros(len(v)), np.zeros(len(v))
        y[k] = v[k] * x
        z[k] += y[k] * v[k]
        k += 1
    return x if y is None else np.sum(y * z)


@construct(lambda n: (vector(n), vector(n), vector(n)))
def one_of_three(x: "f8[n]", y: "f8[n]", z: "f8[n]"):
    s = 0.0
    for i in range(1, len(x)):
        if i % 3 == 0:
            t = x
        elif x[i] > 0.5:
            t = y
        else:
            t = z
        s += t[i] * t[i - 1]
    return s


@construct(lambda n: (vector(n), vector(n)))
def chosen_for_turns(x: "f8[n]", y: "f8[n]"):
    s = 0.0
    t = x
    for i in range(len(x)):
        if x[i] > 0.7:
            t = y
        elif x[i] < 0.3:
            t = x
        s += t[i] * t[i]
    return s


@construct(lambda n: (vector(n), vector(n), vector(n)))
def list_of_arrays_at_an_index(x: "f8[n]", y: "f8[n]", z: "f8[n]"):
    rows = [x, y, z]
    s = 0.0
    for i in range(len(x)):
        s += rows[i % 3][i] * rows[(i + 1) % 3][0]
    return s


@construct(lambda n: (vector(n), vector(n + 1)))
def arrays_of_two_sizes_at_an_index(x: "f8[n]", y: "f8[m]"):
    s, k = 0.0, 0
    for i in range(len(x)):
        s += (x, y)[k][i] ** 2
        k = 1 - k
    return s


@construct(lambda n: (vector(n), 0.5))
def write_into_one_of_three(x: "f8[n]", a: float):
    low, middle, high = np.zeros(len(x)), np.ones(len(x)), x * a
    for i in range(1, len(x)):
        if x[i] < 0.3:
            t = low
        elif x[i] < 0.6:
            t = middle
        else:
            t = high
        t[i] = t[i - 1] * a + x[i]
    return np.sum(low * middle * high)


@construct(lambda n: (vector(n), 0.5))
def slices_of_one_of_two(x: "f8[n]", a: float):
    y, z = x * a, x + a
    for i in range(1, len(x)):
        t = y if x[i] < 0.5 else z
        t[i - 1 : i + 1] *= a + x[i]
    return np.sum(y * z)
