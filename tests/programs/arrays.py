"""Broadcasting, indexing, writes and views."""

from __future__ import annotations

import numpy as np

from tests.programs.cases import Cases, array, signed

cases = Cases()


def _broadcast(x, y):
    return x + y * x - y / x + x / y + x**y + y**x


for _left, _right in [
    ((), (3,)),
    ((3,), ()),
    ((1,), (3,)),
    ((3,), (1,)),
    ((3, 1), (4,)),
    ((4,), (3, 1)),
    ((1, 4), (3, 1)),
    ((2, 1, 3), (4, 1)),
    ((0,), (1,)),
    ((1,), (0,)),
    ((0, 3), (3,)),
    ((3, 0), (3, 1)),
    ((1, 1), (1,)),
    ((), (0,)),
    ((2, 3), (2, 3)),
    ((1,), ()),
    ((1, 1, 1), (2, 3, 4)),
]:
    cases(array(*_left), array(*_right, seed=1))(_broadcast)
for _shape in [(3,), (1,), (0,), (2, 3)]:
    cases(1.5, array(*_shape))(_broadcast)
    cases(array(*_shape), 1.5)(_broadcast)
    cases(array(*_shape), np.float64(0.7))(_broadcast)


@cases(array(3))
@cases(array(1))
@cases(array(0))
def elements(x):
    y = x * x
    return 1 / (1 + y), 2 - x, 3.0 / (x + 1), np.sum(y), -x, x - 1, 2**x


@cases(array(4))
def same_element_twice(x):
    return x[0] * x[0] + x[-1] * x[3] * x[-1]


@cases(array(4))
def repeated_indices(x):
    i = np.array([0, 1, 1, 3, 1, -1])
    return x[i] * np.arange(6.0), x[[2, 2]], np.take(x, [0, 0, 3])


@cases(array(4), np.array([0, 2, 2]))
def index_argument(x, i):
    return np.sum(x[i] ** 2)


@cases(signed(6))
def boolean_mask(x):
    return np.sum(x[x > 0] ** 2), x[x < 0.3].mean() * 2, np.where(x > 0, x, -(x**2))


@cases(signed(3, 4))
def mask_in_two_dimensions(x):
    m = x > 0
    return np.sum(x[m]) + np.sum(x[~m] ** 3) + np.sum(x[m & (x < 1)])


@cases(array(7))
def slices(x):
    return x[::-1] * x, x[::2], x[5:1:-2], x[-3:], x[:-3:2], x[4:2], x[10:], x[-100:2]


@cases(array(4, 5))
def two_dimensional_slices(x):
    return x[1:, ::-2], x[:, 2], x[1], x[..., 0], x[None, :, 1:2], x[2, 1:][::-1], x[[0, 0, 1], [1, 1, 2]], x[:, [0, 0]]


@cases(array(4, 5))
def mixed_advanced_index(x):
    return x[1, [0, 2, 2]], x[[1, 1], 1:3], x[np.array([[0, 1], [1, 0]])]


@cases(array(4), 2.0)
def item_writes(x, k):
    y = np.zeros(4)
    y[0] = k
    y[1:3] = x[:2] * k
    y[-1] += x[3]
    y[0] *= k
    y[::2] -= x[2]
    return y


@cases(array(4), 2.0)
def augmented_through_view(x, k):
    y = x * k
    v = y[1:3]
    v += x[0]
    v *= v
    y[2] /= k
    return y, v


@cases(array(4))
def view_sees_later_writes(x):
    y = x.copy()
    v = y[::-1]
    y[0] = x[1] * x[2]
    a = v[-1] * 2
    y *= 3
    return a + v.sum() + v[0]


@cases(array(2, 3))
def reshaped_view(x):
    y = np.zeros((2, 3))
    y += x
    t = y.T
    t[2, 0] = 5 * x[1, 1]
    flat = y.ravel() * 2
    return y, flat, y.reshape(-1)[::2]


@cases(array(3, 3))
def rows_as_views(x):
    y = x.copy()
    row = y[1]
    row[0] = row[1] * row[2]
    y[:, 2] = y[:, 0]
    y[0] += row
    return y


@cases(array(4))
def argument_written(x):
    x[0] = x[1] * 2
    x[2] += x[0]
    x *= x
    return x.sum()


@cases(array(4), array(4, seed=1))
def written_argument_returned(x, y):
    x += y
    y[1:] = x[:-1]
    return x, y


@cases(array(5))
def overlapping_write(x):
    y = x * 1
    y[1:] = y[:-1] * 2
    y[1:] += y[:-1]
    y[::-1] = y
    return y


@cases(signed(5))
def masked_write(x):
    y = x * 2
    y[y < 0] = 0
    y[y > 1] *= x[0]
    y[x > 0.5] = x[1]
    return y


@cases(array(5))
def fancy_write(x):
    y = np.zeros(5)
    y[[3, 0, 1]] = x[:3]
    y[[0, 2]] += x[3:]
    y[np.array([4, 1])] *= x[0]
    return y


@cases(array(4))
def sorted_in_place(x):
    y = x * np.array([1.0, -1.0, 2.0, 0.5])
    y.sort()
    z = np.outer(x, x)
    z[1].sort()
    return y * np.arange(4.0), z[1, 0]


@cases(array(3), array(3, seed=1))
def tensor_products(x, y):
    a, b = np.outer(x, y), np.outer(y, y)
    return np.tensordot(x, y, 1), np.tensordot(a, b), np.tensordot(a, b, (1, 0)), np.broadcast_to(x, (2, 3)) * y


@cases(array(3))
def full_write(x):
    y = np.empty(3)
    y[:] = x * 2
    y[...] = y * x
    z = np.empty_like(x)
    z.fill(2.0)
    z[:] += y
    return z


@cases(array(4))
def swap_elements(x):
    y = x.copy()
    y[0], y[1] = y[1], y[0]
    y[2], y[3] = y[3] * 2, y[2] * 3
    return y * np.array([1.0, 2.0, 3.0, 4.0])


@cases(array(4))
def alias_name(x):
    y = x * 2
    z = y
    z[0] = 1.0
    z = z + 1
    z[1] = 7.0
    return y, z


@cases(array(3), 2.0)
def iadd_on_name(x, k):
    y = x
    y = y * k
    a = y
    a += x
    b = y.copy()
    b -= a
    return y.sum() * k + b.sum() + a[0]


@cases(array(3, 4))
def reductions(x):
    return (
        x.sum(0),
        x.mean(axis=1, keepdims=True),
        np.max(x, axis=0),
        x.min(axis=(0, 1)),
        np.prod(x, axis=1),
        np.var(x, axis=0, ddof=1),
        np.std(x, keepdims=True),
        np.linalg.norm(x, axis=1),
    )


@cases(array(0))
@cases(array(0, 3))
@cases(array(3, 0))
def empty_reductions(x):
    return np.sum(x), np.sum(x, axis=0), np.prod(x), x.sum(axis=-1, keepdims=True)


@cases(array(1))
@cases(array(2))
@cases(array(5))
def differences(x):
    return np.sum((x[1:] - x[:-1]) ** 2) + np.sum(np.diff(x)), x[1:] * x[-1]


@cases(array(3, 1), array(1, 4))
def broadcast_write(x, y):
    z = np.zeros((3, 4))
    z += x
    z *= y
    z[0] = x[0]
    z[:, 1] = x[:, 0]
    z[1:, 2:] = y[:, 2:]
    return z


@cases(array(3), array(3, 1, seed=1))
def broadcast_functions(x, y):
    return (
        np.maximum(x, y),
        np.where(x > y, x, y),
        np.clip(y, x, 1.2),
        np.hypot(x, y),
        np.arctan2(x, y),
        np.broadcast_to(x, (2, 3)),
    )


@cases(array(4, 3), array(4))
def weighted_rows(X, w):
    return (X * w[:, np.newaxis]).sum(axis=0) / w.sum(), (w[:, None] * X).T @ X, X / X.sum(axis=1)[:, None]


@cases(array(4, 2), array(3, 2, seed=4))
def pairwise_distances(a, b):
    d = a[:, None, :] - b[None, :, :]
    return np.sqrt((d**2).sum(-1))


@cases(array(5), array(3))
def convolution_by_slices(x, k):
    n = len(x) - len(k) + 1
    y = np.zeros(n)
    for j in range(len(k)):
        y += k[j] * x[j : j + n]
    return y


@cases(array(4, 3), array(2, 2, seed=1))
def windows(x, k):
    seen = np.lib.stride_tricks.sliding_window_view(x, k.shape)
    rows = np.lib.stride_tricks.sliding_window_view(x.T, 3, axis=1)
    return np.sum(seen * k, axis=(2, 3)), np.einsum("ijab,ab->ij", seen, k), np.sum(rows * rows, axis=-1)


@cases(array(5))
def windows_in_a_loop(x):
    s = 0.0
    for w in np.lib.stride_tricks.sliding_window_view(x * x, 3):
        s += w[0] * w[2]
    return s


@cases(array(6))
def split_and_join(x):
    a, b, c = x[:2], x[2:4], x[4:]
    d = x.reshape(2, 3)
    p, q = d
    return (
        np.hstack([a * b, c]),
        np.vstack([p, q]) * 2,
        np.concatenate((d, d), axis=1),
        np.array([x[0], x[1] * 2]),
        np.array([p, q]),
    )


@cases(array(3))
def stacked_scalars(x):
    R = np.array([[np.cos(x[0]), -np.sin(x[0])], [np.sin(x[0]), np.cos(x[0])]])
    return R @ x[1:]


@cases(signed(5))
def sorting(x):
    return np.sort(x) * np.arange(5.0), x[np.argsort(x)], x[np.argmax(x)], x.max() * np.argmin(x)


@cases(array(3))
def added_through_repeated_indices(v):
    y = np.ones(3)
    y[[0, 0, 2]] += v
    y[np.array([1, 1])] *= v[:2]
    return np.sum(y * y * v)


@cases(array(4, 3), np.array([2, 0, 2, 2]))
def rows_stored_twice(A, where):
    y = np.zeros((3, 3))
    y[where] = A * A
    y[where, 1] = A[:, 0]
    return np.sum(y * np.arange(9.0).reshape(3, 3))


@cases(array(4), np.array([2, 0, 2, 2]))
def accumulated(v, where):
    y = np.zeros(3)
    np.add.at(y, where, v * v)
    np.subtract.at(y, [0, 0], v[:2])
    np.add.at(y[1:], [0, 1], v[0])
    return np.sum(y * y)


@cases(array(3), array(3, seed=1))
def into_arrays(v, w):
    y = np.empty(3)
    z = np.multiply(v, w, out=y)
    np.exp(y, out=y)
    np.add(y, v, y)
    total = np.empty(())
    np.sum(z * w, out=total)
    row = np.zeros((2, 3))
    np.sqrt(w, out=row[1])
    return y.sum() + z[0] + total * row.sum()


@cases(array(3), array(3, seed=1))
def into_swapped_arrays(v, w):
    a, b = v, w
    for _ in range(3):
        a, b = b, a
    np.cos(w, out=a)
    return a * 2 + b


@cases(array(5, 3), array(3, 3))
def parts_of_one_row(x, w):
    """Sizes are known in the turns: `x[i:i+1]` is one row, and is broadcast as one."""
    h, s = np.zeros((1, 3)), np.zeros(1)
    for i in range(len(x)):
        h = np.tanh(h @ w + x[i : i + 1])
        s = s + x[i, :1] * h[0, 1:2]
    for k in range(1, len(x)):
        s += x[k - 1 : k, 0] * x[k:, 1].sum()
    return np.sum(h) * s


@cases(array(6), array(3))
def moving_windows(x, k):
    y, n = np.zeros(len(x) - len(k) + 1), len(k)
    for i in range(len(y)):
        y[i] = x[i : i + n] @ k + np.sum(x[:i]) * np.prod(x[i:])
    return y


@cases(array(4), array(2, 4), 3)
@cases(array(1), array(2, 1), 0)
def filled_with_rows(v, m, n):
    """The sizes of the shape are given apart from those of what fills it."""
    table = np.full((n, len(m[0])), v)
    table += np.full((n, v.size), m[0])
    return table.T @ table, np.full((n, 2, v.size), m), np.full_like(m, v)


@cases(array(4), 4)
def filled_with_a_row_of_a_size_given(v, n):
    return np.full((5, 4), v) * np.full((5, n), v**2)


@cases(array(3), array(2, 3), 0.7)
def blocks_of_vectors(v, m, x):
    return np.block([[v, 2 * v]]), np.block([[v], [m]]), np.block([[x, v], [1.0, v**2]])


@cases(array(4), array(2, 2), 0.7)
def placed(v, m, x):
    y, z = v * 1.0, m * x
    np.place(y, y > 1.0, x * x)
    np.place(z, z > 0.5, 0.0)
    return y * y, z * m
