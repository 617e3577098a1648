"""In-place writes: rows, views of views, arrays chosen by a condition, recursion that fills arrays."""

from __future__ import annotations

import numpy as np

from tests.programs.cases import Cases, array, signed

cases = Cases()


def _normalize(row):
    row /= np.sqrt(np.sum(row**2))
    return row


def quick(a, lo, hi):
    if lo < hi:
        p = a[hi]
        i = lo
        for j in range(lo, hi):
            if a[j] < p:
                a[i], a[j] = a[j], a[i]
                i += 1
        a[i], a[hi] = a[hi], a[i]
        quick(a, lo, i - 1)
        quick(a, i + 1, hi)


def _fib(n, x, memo):
    if n < 2:
        return x
    if memo[n] == 0.0:
        memo[n] = _fib(n - 1, x, memo) + _fib(n - 2, x, memo) * x
    return memo[n]


def _merge(a, tmp):
    n = len(a)
    if n <= 1:
        return
    h = n // 2
    _merge(a[:h], tmp)
    _merge(a[h:], tmp)
    i, j = 0, h
    for k in range(n):
        if j >= n or (i < h and a[i] <= a[j]):
            tmp[k] = a[i]
            i += 1
        else:
            tmp[k] = a[j]
            j += 1
    a[:] = tmp[:n]


def _normal(v, k):
    if k == 0:
        return v
    v /= np.sqrt(np.sum(v * v))
    v[0] += 1
    return _normal(v, k - 1)


def _bad(a, b, k):
    a[0] += b[0]
    if k > 0:
        _bad(a, b, k - 1)


@cases(array(4, 3), 1.3)
def enum_rows(A, k):
    B = A.copy()
    for i, row in enumerate(B):
        row[i % 3] *= k
        row -= row.mean()
    return B


@cases(array(4, 3), 1, 3)
def swap_rows_ij(A, i, j):
    B = A * A
    B[[i, j]] = B[[j, i]]
    return B * np.arange(12.0).reshape(4, 3)


@cases(array(5, 5), 3)
def gauss_seidel(u, n):
    for _ in range(n):
        for i in range(1, u.shape[0] - 1):
            for j in range(1, u.shape[1] - 1):
                u[i, j] = 0.25 * (u[i - 1, j] + u[i + 1, j] + u[i, j - 1] + u[i, j + 1])
    return u


@cases(array(6))
def np_put(x):
    y = x * x
    np.put(y, [0, 2], x[:2])
    np.put(y, 4, 3.0)
    return y


@cases(array(5))
def np_copyto(x):
    y = np.zeros(5)
    np.copyto(y, x * x)
    np.copyto(y, 0.5, where=x > 1)
    return y * x


@cases(array(3, 3))
def fill_diag(A):
    B = A @ A
    np.fill_diagonal(B, 0)
    C = A * 2
    np.fill_diagonal(C, A[0])
    return B, C


@cases(array(3, 3))
def diag_write(A):
    B = A * A
    B[np.arange(3), np.arange(3)] = 1.0
    B[np.diag_indices(3)] += A[0]
    return B


@cases(array(3, 3))
def tri_write(A):
    B = A * A
    B[np.triu_indices(3, 1)] = 0.0
    B[np.tril_indices(3)] *= A[0, 0]
    return B


@cases(array(4), np.array([0, 1, 1]))
def max_at(x, i):
    y = np.zeros(3)
    np.maximum.at(y, i, x[:3])
    return y * x[3]


@cases(array(4), np.array([0, 1, 1]))
def mul_at(x, i):
    y = np.ones(3)
    np.multiply.at(y, i, x[:3])
    return y * x[3]


@cases(array(4, 3), array(2), np.array([0, 1, 1]))
def at_of_rows_and_columns(A, v, k):
    """What broadcasts along the part that one position names, and what has one number for each position."""
    B = A * A
    np.maximum.at(B, [0, 2], v[:, None] * 2)
    np.minimum.at(B, k, A[0])
    np.multiply.at(B, (k, 2), A[:3, 1])
    np.multiply.at(B, (slice(None), k), A[:, :1])
    np.multiply.at(B, ([[1], [3]], k[:2]), v)
    np.divide.at(B, B > 1.0, v[0])
    np.add.at(B, (slice(1, 3), [1, 1]), v)
    np.subtract.at(B, [1, 1], [v[0], 2.0, v[1]])
    np.add.at(B, k[:2], v[:, None])
    return B


@cases(array(4, 3), array(3))
def at_of_sums(A, x):
    """The values are of a size that meets 3, and of that of A: both are checked."""
    np.multiply.at(A, [1, 0, 3], x + np.ones((3, 3)))
    np.maximum.at(A, (slice(None), [2, 2]), x[:2] + np.zeros((4, 2)))
    return A


@cases(array(3))
def one_operand_at(x):
    """Repeated positions are changed again."""
    y = np.stack([x, x * 2])
    np.sin.at(y, ([0, 0, 1], [1, 1, 2]))
    np.square.at(y, (slice(None), [0, 0]))
    np.tanh.at(y, [0, 0])
    np.negative.at(y, y > 0.5)
    np.cos.at(y, (0, slice(1, None)))
    return y


@cases(array(4), np.array([0.7, 1.9, 2.2]))
def floats_in_integer_arrays(x, t):
    """Neither what is not differentiated nor what is piecewise constant has a derivative to lose."""
    bins = np.empty(3, dtype=int)
    for i in range(3):
        bins[i] = np.floor(t[i])
    counts = np.zeros(4, dtype=np.int32)
    counts[:3] = 2.9
    counts[3] += 1.5
    near = np.zeros(4, dtype=int)
    near[:] = np.floor(x + 0.1)
    odd = np.zeros(4, dtype=bool)
    odd[1] = 0.5
    return np.sum(x[bins] ** 2) * counts * near + np.sum(x[odd])


@cases(array(3))
def of_one_element(x):
    """As many as there are are one at this call."""
    y = np.ones(4)
    y[2:3] *= x[1:-1]
    y[:1] += x[x > np.sort(x)[1]]
    np.multiply(y[1:2], x[2:], out=y[1:2])
    return y**2


@cases(array(3, 3))
def squares_stored(B):
    """Sizes that the store makes equal, of an argument and of parts of it."""
    B[:] = B.T * 2
    B[1:, ::-1] = B[:, 1:].T
    B[...] = 0.5 * (B + B.T)
    B @= B
    B[:, 1:] @= B[1:, 1:]
    np.copyto(B, np.linalg.inv(B + 9 * np.eye(3)))
    return B


@cases(array(3, 4))
def parts_of_one_size(A):
    A[:, 1:] += A[:, 1:].T
    A[:, 1:] @= A[:, :-1]
    A[-1:] *= A[:1, None, 0]
    A[...] = A[None, ::-1]
    return A


@cases(array(5))
def sizes_found_at_run_time(x):
    i = np.nonzero(x > 0.8)[0]
    x[i] = x[: len(i)] * 2
    m = x > 1.0
    y = np.zeros(len(x))
    y[: np.sum(m)] = x[m]
    y[m] += x[m][::-1]
    A = np.tanh(np.outer(x, x)[m][:, m])
    A[:] = A.T * x[m]
    A @= A
    return y * A.sum()


@cases(array(4))
def mask_that_takes_all(x):
    y = np.zeros_like(x)
    y[x > 0] = x * x
    return y


@cases(array(5), 2)
def ranges_as_arrays(x, k):
    y = x * x
    y[1:] = range(4)
    y[k:] *= range(k, len(y))
    y[range(2)] += x[0]
    return y * np.array(range(5, 0, -1)) + x * range(len(x))


@cases(signed(4, 3))
def mask_2d_store(x):
    y = np.zeros((4, 3))
    m = x > 0
    y[m] = x[m] ** 2
    y[x[:, 0] > 0] += 1
    y[:, x[0] > 0] *= 2
    y[x[:, 0] > 0, 1] = 5.0
    return y * x


@cases(array(3, 4, 2))
def mixed_indices(x):
    y = np.zeros((3, 4, 2))
    y[[0, 2], 1:3, 0] = x[[1, 1], :2, 1]
    y[1, [0, 3]] += x[0, [1, 2]]
    y[:, [0, 1], ::-1] *= 2
    y[[0, 1], :, [1, 0]] = x[[0, 1], :, [0, 1]]
    return y


@cases(array(4, 4), np.array([0, 2]), np.array([1, 3]))
def np_ix(x, r, c):
    y = x * x
    y[np.ix_(r, c)] += x[:2, :2]
    return y[np.ix_([0, 2, 3], [1, 1])], y


@cases(array(4, 4))
def take_put_along(x):
    i = np.argsort(x, axis=1)
    y = np.zeros((4, 4))
    np.put_along_axis(y, i, x, axis=1)
    return np.take_along_axis(x, i, axis=1) * y


@cases(signed(3, 4))
def nonzero_(x):
    r, c = np.nonzero(x > 0)
    y = np.zeros((3, 4))
    y[r, c] = x[r, c] ** 2
    y[np.where(x < -0.5)] = 3.0
    k = np.flatnonzero(x[0] > 0)
    y[0, k] *= 2
    idx = np.argwhere(x > 0)
    return y + len(idx)


@cases(array(3, 4))
def view_of_view(x):
    y = x * 1
    v = y[1:]
    w = v[:, ::2]
    u = w.T
    u[0] += x[0, 0]
    w[1, 1] *= 3
    v[0] = x[0]
    return y, u


@cases(array(3, 4))
def helper_mutates_rows(x):
    for i in range(3):
        _normalize(x[i])
    return x


@cases(array(2, 3))
def reshape_then_write(x):
    m = np.zeros((2, 3))
    r = m.reshape(-1)
    r[1] = x[0, 0]
    m[1, 2] = x[1, 1]
    r[3:] += x[1]
    return m, r


@cases(array(6))
def reshape_arith(x):
    m = (x * x).reshape(2, 3)
    m[0] += 1
    r = m.ravel()
    r[0] = x[1]
    return m * r[3]


@cases(array(6))
def reshape_vec_arg(x):
    m = x.reshape(2, 3)
    m[0] = m[1] * 2
    return x


@cases(array(6), 2, 3)
def reshape_nm(x, n, k):
    y = x * 1
    m = y.reshape(n, k)
    for i in range(n):
        m[i] *= i + x[i]
    return y


@cases(array(4), array(4, seed=1), 1.0)
def cond_view(x, w, c):
    y, z = x * 2, w * 3
    r = y if c > 0 else z
    r[0] = 5.0
    return y * z


@cases(array(4, 3), 1.0)
def cond_view_row(x, c):
    y = x * 2
    r = y[0] if c > 0 else y[2]
    r *= 3
    return y


@cases(array(4, 3), 5)
def cond_loop(x, n):
    y = np.zeros(3)
    z = np.zeros(3)
    for i in range(n):
        t = y if i % 2 == 0 else z
        t += x[i % 4]
    return y * z


@cases(array(4), -1.0)
def cond_view_same2(x, c):
    y, z = x * 2, x * 3
    if c > 0:
        r = y
    else:
        r = z
    r[0] = 5.0
    r[1:] += x[1]
    r[[0, 1]] += x[2:]
    r[r > 2] = x[0]
    y[2] = 7 * r[3]
    z[1] = r[2]
    return y * z + r


@cases(array(4), 6, 1.0)
def cond_outside_loop(x, n, c):
    y, z = x * 2, x * 3
    r = y if c > 0 else z
    for i in range(1, 4):
        r[i] = x[i] * r[i - 1]
        if i == 2:
            y[0] += r[2]
    return y * z + r[1]


@cases(array(4), 1.0, -1.0)
def cond_pair(x, c, d):
    y, z = x * 2, x * 3
    p, q = (y, z) if c > 0 else (z, y)
    p[0] = q[1]
    q[2] += p[0]
    return y * z + p


@cases(array(5), array(5, seed=3), 4)
def ping_pong(x, k, n):
    a, b = x.copy(), np.zeros(5)
    for t in range(n):
        src, dst = (a, b) if t % 2 == 0 else (b, a)
        for i in range(1, 4):
            dst[i] = k[i] * src[i - 1] + src[i + 1]
    return a * b


@cases(array(4, 4))
def lu_pivot(A):
    A = A.copy()
    n = len(A)
    p = np.arange(n)
    for k in range(n - 1):
        j = k + np.argmax(np.abs(A[k:, k]))
        if j != k:
            A[[k, j]] = A[[j, k]]
            p[[k, j]] = p[[j, k]]
        A[k + 1 :, k] /= A[k, k]
        A[k + 1 :, k + 1 :] -= A[k + 1 :, k, None] * A[k, k + 1 :]
    return A, p


@cases(array(3, 3))
def out_kw(x):
    y = np.empty((3, 3))
    np.matmul(x, x, out=y)
    np.dot(x, y, out=y.copy())
    np.sum(x, axis=0, out=y[0])
    np.clip(y, 0.1, 2.0, out=y)
    x.sum(axis=1, out=y[:, 1])
    np.multiply(x, 2.0, out=x)
    return y, x


@cases(array(1, 4))
def squeeze_view(x):
    y = x * 1
    z = y.squeeze()
    z[0] = 3.0
    e = np.expand_dims(z, 1)
    e[1] += 1.0
    return y


@cases(array(6))
def split_views(x):
    y = x * 1
    a, b = np.split(y, 2)
    a += b
    return y


@cases(array(4, 3), np.array([0, 2, 1, 0]))
def onehot(x, lab):
    p = np.exp(x)
    p /= p.sum(axis=1, keepdims=True)
    p[np.arange(4), lab] -= 1
    return p


@cases(array(5), np.array([0, 1, 1, 2, 0]))
def bincount(x, g):
    return np.bincount(g, weights=x) * np.bincount(g, weights=x, minlength=3)


@cases(array(2, 3, 4))
def nested_rows(A):
    for page in A:
        for row in page:
            row /= row.sum()
            row[0] += page[0, 1]
    return A


@cases(array(6))
def quicksort(x):
    y = x * 1
    quick(y, 0, len(y) - 1)
    return y * np.arange(6.0)


@cases(1.2, 6)
def fib_memo(x, n):
    return _fib(n, x, np.zeros(n + 1))


@cases(array(6))
def mergesort(x):
    y = x * 1
    _merge(y, np.zeros(6))
    return y * np.arange(6.0)


@cases(array(4, 4))
def flood(img):
    seen = np.zeros((4, 4), dtype=bool)

    def visit(i, j):
        if i < 0 or j < 0 or i >= 4 or j >= 4:
            return 0.0
        if seen[i, j] or img[i, j] < 0.5:
            return 0.0
        seen[i, j] = True
        return img[i, j] + visit(i + 1, j) + visit(i - 1, j) + visit(i, j + 1) + visit(i, j - 1)

    return visit(1, 1)


@cases(1.2, 6)
def closure_memo(x, n):
    memo = np.zeros(n + 1)

    def fib(k):
        if k < 2:
            return x
        if memo[k] == 0:
            memo[k] = fib(k - 1) + x * fib(k - 2)
        return memo[k]

    return fib(n) + fib(n - 1)


@cases(array(4), 3)
def returns_written(v, k):
    y = v * 2
    z = _normal(y, k)
    return z.sum()


@cases(array(6), 3)
def fine_two(v, k):
    w = v * 2
    _bad(v[1:], w, k)
    return v


@cases(array(4, 4))
def sierpinski(A):
    B = A * 1

    def fill(M, depth):
        n = M.shape[0]
        M[0, 0] *= 2
        if n > 1 and depth > 0:
            h = n // 2
            fill(M[:h, :h], depth - 1)
            fill(M[h:, h:], depth - 1)

    fill(B, 2)
    return B


@cases(array(6))
def heap(x):
    y = x * 1
    n = len(y)

    def sift(a, i, n):
        big = i
        left, r = 2 * i + 1, 2 * i + 2
        if left < n and a[left] > a[big]:
            big = left
        if r < n and a[r] > a[big]:
            big = r
        if big != i:
            a[i], a[big] = a[big], a[i]
            sift(a, big, n)

    for i in range(n // 2 - 1, -1, -1):
        sift(y, i, n)
    for i in range(n - 1, 0, -1):
        y[0], y[i] = y[i], y[0]
        sift(y, 0, i)
    return y * np.arange(6.0)


def _first_of_next(w, x):
    w[0] = w[1] * x
    return w[1]


@cases(array(5), 0.7)
def element_taken_before_the_value_writes_it(v, x):
    w = v * x
    v[0] += _first_of_next(v, x)
    w[0] *= _first_of_next(w, x)
    w[[0, 2]] += _first_of_next(w, x)
    v[:2] -= _first_of_next(v, x)
    return v @ w


@cases(array(5), 0.7, 3)
def element_taken_before_the_recursion_writes_it(v, x, n):
    def g(w, k):
        w[0] = w[k] * x
        if k > 0:
            w[0] += g(w, k - 1)
        return w[1]

    return g(v, n) + v.sum()


# --- arrays of a list that a number of the run chooses


@cases(signed(5), 0)
@cases(signed(5), 3)
def two_buffers(u, n):
    bufs, k = [u.copy(), np.zeros_like(u)], 0
    for _ in range(n):
        bufs[1 - k][1:-1] = np.sin(bufs[k][1:-1]) + 0.1 * bufs[k][2:]
        k = 1 - k
    return np.sum(bufs[k] ** 2) + bufs[0] @ bufs[1]


@cases(signed(4), 3)
def two_buffers_entry_by_entry(u, n):
    bufs, k = [u.copy(), u * u], 0
    for _ in range(n):
        for i in range(1, len(u)):
            bufs[1 - k][i] = bufs[k][i - 1] * bufs[1 - k][i]
        k = 1 - k
    return np.sum(bufs[k]) * bufs[1 - k][1]


@cases(array(3), 4)
def three_buffers(u, n):
    bufs, k = [u * 1.0, u * u, np.sin(u)], 0
    for _ in range(n):
        bufs[(k + 1) % 3][:] = np.cos(bufs[k]) + 0.5 * bufs[(k + 2) % 3]
        k = (k + 1) % 3
    return np.sum(bufs[0] * bufs[1]) + np.sum(bufs[2] ** 2)


class Heat:
    def __init__(self, u):
        self.bufs, self.now = [u.copy(), np.zeros_like(u)], 0

    def step(self, dt):
        u, new = self.bufs[self.now], self.bufs[1 - self.now]
        new[1:-1] = u[1:-1] + dt * (u[2:] - 2 * u[1:-1] + u[:-2])
        new[0], new[-1] = u[0] * u[1], u[-1]
        self.now = 1 - self.now


@cases(signed(5), 0.1, 3)
def buffers_of_an_object(u, dt, n):
    heat = Heat(u)
    for _ in range(n):
        heat.step(dt)
    return np.sum(heat.bufs[heat.now] ** 2)


@cases(0.7, signed(6))
@cases(-0.7, signed(6))
def two_stores_in_a_branch(x, v):
    """Both places are known only at run time: the adjoint of each clears its own."""
    a = [x, 1.5, 0.5]
    b = np.zeros(3)
    for k in range(len(v)):
        if v[k] > -9.0:
            a[k // 3] = x * x
            a[k % 3] = x
            b[k // 2], b[(k + 1) % 3] = x, v[k] * x
    return a[0] + 2.0 * a[1] + 3.0 * a[2] + b @ np.array([1.0, 2.0, 3.0])


@cases(1.3, np.array([0.3, 1.7, -0.6, 2.2]))
def a_store_over_a_store_in_a_branch(x, v):
    r = [x, 1.5, 0.5]
    r[int(abs(v[3]))] = x * x
    if x > 0:
        r[int(abs(v[3]))] = 1.5
        r[int(abs(v[1]))] = x
    return r[0] + r[1] + r[2]
