"""Idioms of numerical code, against CPython, and differentiable: verified after the reverse pass."""

from __future__ import annotations

import copy
from collections.abc import Callable
from typing import Any

import numpy as np

from symdiff.ad import reverse
from symdiff.ir.verify import verify
from tests.frontend.cases import Cases
from tests.frontend.running import check

A = np.array
case = Cases()


@case((A([1.0, 2.0]), 3))
def argument_updated_in_a_loop(x, n):
    h = x
    for _i in range(n):
        h += 1.0
    return h, x


@case((A([[1.0, 2.0], [3.0, 4.0]]),))
def rows_written_through_views(A):
    B = A + 0.0
    for row in B:
        row[:] = row * 2 + B[0]
        row[0] += 1
    return B


@case((A([1.0, 2.0]), 3))
def arrays_in_a_list_updated(x, n):
    L = [x + 0.0, x * 2]
    for _i in range(n):
        L[0][0] += 1.0
        L[1] = L[1] * L[0]
    return L


def _fails(x):
    if x is not None:
        raise ValueError("no value")
    return None


@case((3.0, 0), (3.0, 2))
def a_helper_that_certainly_raises(x, k):
    if k > 1:
        y = _fails(x) + 1.0
        x = x * y[0]
    return x * 2.0


@case((3.0, 0), (3.0, 2), (3.0, 7))
def operands_that_certainly_raise(x, n):
    z = x if n > 0 else _fails(x) * 2.0
    q = (n > 5 and _fails(x) + 1.0) or z
    return q * z


@case((A([]), 0.5, 2), (A([]), 0.5, 0))
def the_least_of_nothing(v, x, n):
    for _i in range(n):
        x = x + min(v) * 2.0
    return x


@case((A([0.3, -0.7, 1.2, 0.9]),))
def elements_removed_by_value_and_place(v):
    todo = [0, 1, 2, 3]
    s = 0.0
    while todo:
        k = max(todo, key=lambda j: v[j])
        todo.remove(k)
        s = s * 1.5 + v[k]
    values = [v[0], v[1], v[2], v[3]]
    values.remove(v[1])
    first = values.pop(int(np.argmax(v)) - 1)
    del values[int(np.argmin(v)) - 1]
    return s, first, sum(values)


@case((A([0.3, -0.7, 1.2, 0.9]), 2), (A([0.3, -0.7, 1.2, 0.9]), 0))
def elements_popped_in_turn(v, n):
    values = [v[0], v[1], v[2], v[3]]
    for i in range(n):
        values.pop(i)
    return sum(values)


@case((A([0.3, -0.7, 1.2]), 2), (A([0.3, -0.7, 1.2]), 0))
def deep_and_shallow_copies(v, n):
    """What is one object before is one after; nothing is shared with the original."""
    inside = {"x": v[0]}
    grown = [v[0]]
    for i in range(n):
        grown.append(grown[-1] * v[i])
    whole = ([inside, inside], v * 1.0, grown)
    deep, flat = copy.deepcopy(whole), copy.copy(grown)
    deep[0][0]["x"] = v[1] * v[2]
    deep[1][0] = 7.0
    deep[2].append(v[2])
    flat.append(v[1])
    return whole[0][1]["x"], deep[0][1]["x"], whole[1], deep[1], sum(grown), sum(deep[2]), sum(flat)


class _Above:
    pass


class _Below(_Above):
    pass


@case((A([0.3, -0.7, 1.2]),))
def classes_of_classes(v):
    return v[0] * issubclass(_Below, _Above) + v[1] * issubclass(_Above, _Below) + v[2] * issubclass(bool, int)


@case((A([0.3, -0.7, 1.2]),))
def a_list_written_by_what_runs_over_it(v):
    items = [v[0], v[1], v[2]]

    def first(a):
        items[2] = a * 7.0
        return a

    return sum(first(a) for a in items), [first(a) for a in items]


@case((A([0.3, -0.7, 1.2]),))
def a_function_with_a_state_is_mapped(v):
    state = [0.0]

    def step(x):
        state[0] = 0.5 * state[0] + x
        return x * state[0]

    return sum(map(step, v)) * state[0], list(map(step, [v[0], v[1]]))[1]


class _Vector:
    def __init__(self, x, y):
        self.x, self.y = x, y

    def __iter__(self):
        return iter((self.x, self.y))

    def __lt__(self, other):
        return bool(self.x**2 + self.y**2 < other.x**2 + other.y**2)


@case((A([0.3, -0.7, 1.2]),))
def the_larger_of_two_objects_that_iterate(v):
    return min(_Vector(v[1], 0.1), _Vector(0.1, 0.2)).x * v[2]


@case((2.0, 3))
def closure_over_list_and_dict(x, n):
    out = []

    def add(v):
        out.append(v * x)

    add(1.0)
    add(2.0)
    d = {"a": x}
    for _i in range(n):
        d["a"] = d["a"] * 0.5
        add(3.0)
    return out[0] + out[-1], d


@case((A([[1.0, 2.0], [3.0, 4.0]]),))
def row_views_carried(M):
    y = M[0]
    for i in range(1, len(M)):
        y = y + M[i] * 2
    r = M[0]
    for i in range(len(M)):
        r = M[i]
    return y, r * 1


@case((5,), (0,))
def fibonacci(n):
    a, b = 0, 1
    for _ in range(n):
        a, b = b, a + b
    return a


@case((A([1.0, 2.0]),), (A([]),))
def tuple_carried(x):
    s = (0.0, 1.0)
    for v in x:
        s = (s[1], s[0] + v)
    return s


@case((A([1.0, -2.0, 3.0]),))
def list_grown_on_a_condition(x):
    out = []
    for v in x:
        if v > 0:
            out.append(v)
    return len(out), out[0], np.array(out).sum()


@case((A([1.0, -2.0, 3.0]), 2.0))
def helper_that_writes(x, c):
    y = x * 1

    def upd(z, k):
        if z[k] > c:
            z[k] = c
            return True
        return False

    a = upd(y, 0)
    b = upd(y, 2)
    return y, a, b


@case((A([1.0, 2.0, 3.0]),), (A([0.0, 2.0, 3.0]),))
def view_or_copy(x):
    y = x + 0.0
    z = y if x[0] > 0.5 else x * 3
    return z.sum() + y[0]


@case((3.0,))
def dict_items(x):
    total = 0
    for _name, w in {"a": 1.0, "b": x}.items():
        total += w
    for i, (p, q) in enumerate([(1, 2), (3, x)]):
        total += p * q * i
    return total


@case((A([[4.0, 2.0], [2.0, 3.0]]),))
def cholesky(A):
    n = A.shape[0]
    L = np.zeros_like(A)
    for j in range(n):
        L[j, j] = np.sqrt(A[j, j] - np.sum(L[j, :j] ** 2))
        for i in range(j + 1, n):
            L[i, j] = (A[i, j] - L[i, :j] @ L[j, :j]) / L[j, j]
    return L


@case((A([1.0, 2.0, 3.0]), 2))
def strided_ranges(x, k):
    acc = 0.0
    for i in range(0, len(x), k):
        acc += x[i : i + k].sum()
    for i in range(len(x) - 1, -1, -1):
        acc = acc * 0.5 + x[i]
    return acc


@case((A([1.0, 2.0, 3.0, 4.0]),))
def slices_by_size(x):
    n = len(x)
    mid = n // 2
    return (
        x[:mid].sum() - x[mid:].sum(),
        x[1 : mid + 1] - x[:mid],
        np.zeros(n - 1) + x[1:],
        np.arange(n)[::-1] * x,
        x[n - 1],
    )


@case(
    (A([1.0, 2.0, 3.0]), A([2, 0])),
)
def integer_array_index(x, idx):
    return x[idx], x[idx[0]], x[idx].sum()


@case((2.0,))
def while_true(x):
    i = 0
    while True:
        x = x * 1.5
        i += 1
        if i >= 3:
            break
    return x, i


@case((2.0, 1), (2.0, -1))
def function_known_by_argument_sign(x, n):
    if n > 0:
        f = lambda t: t * 2
        r = f(x)
    else:
        r = 0
    return r


@case((A([1.0, 2.0]),))
def arrays_of_scalars(x):
    m = np.array([[x[0], 1.0], [2.0, x[1]]])
    v = np.array([x[0], 3])
    return m @ v, np.linalg.inv(m), m.T @ m, np.trace(m), np.diag(m), m[m > 1.5], m.flatten()[::2]


@case((1 + 2j, A([1 + 1j, 2.0])))
def complex_numbers(z, w):
    return z * w, abs(z), np.conj(w), w.real, np.abs(w).sum(), z.imag if False else z


@case((A([3.0, 1.0, 2.0]),))
def sorting_and_selecting(x):
    order = np.argsort(x)
    y = x[order]
    k = int(np.argmax(x))
    return y, x[k], np.searchsorted(y, 1.5), np.repeat(x, 2), np.tile(x, 2), np.roll(x, 1), np.pad(x, 1), np.flip(x)


@case((A([[1.0, 2.0], [3.0, 4.0]]), A([0, 1])))
def cross_entropy(X, lab):
    z = X - X.max(axis=1, keepdims=True)
    lp = z - np.log(np.sum(np.exp(z), axis=1, keepdims=True))
    return -np.mean(lp[np.arange(len(lab)), lab])


@case((2.0, 3.0))
def python_numbers(a, b):
    try_ = [a, b]
    a2, b2 = try_
    [c, d] = (a2, b2)
    x = y = a
    x += 1
    return (
        a2 + c,
        y,
        x,
        -(a**2),
        2**a,
        a // b,
        a % b,
        divmod(a, b),
        a < b,
        not a < b,
        a if a > b else b,
        min(a, b),
        max(a, b, 0),
        abs(-a),
        int(a),
        float(3),
        bool(a),
        round(2.5),
    )


@case((np.float64(2.0), 3))
def numpy_scalars(a, n):
    return a * n, a**n, n / 2, n // 2 * a, -a, +a, a / n, float(a), int(a), a.sum(), n % 2 == 1


@case(
    (A([1.0, 2.0]), A([3.0, 4.0])),
)
def augmented_list_elements(x, y):
    z = x
    z = z + y
    z += 1
    w = [x, y]
    w[0] = w[0] * 2
    a, _b = w
    a -= 1
    return z, w, a, x


@case((A([1.0, 2.0, 3.0]),))
def writes_of_all_forms(x):
    y = np.zeros((3, 3))
    y[1] = x
    y[:, 2] = x * 2
    y[0, :2] = 5
    y[2, [0, 1]] = x[:2]
    y[y > 5] = 0.0
    y[1:, 1:] += 1
    return y


@case((A([1.0, 2.0, 3.0]),))
def continue_and_break(x):
    k = 0
    for v in x:
        if v < 1.5:
            continue
        if v > 2.5:
            break
        k += 1
    else_ = k
    return k


@case((3,), (2,))
def factorial(n):
    r = 1
    while n > 1:
        r *= n
        n -= 1
    return r


@case((A([1.0, 2.0, 3.0]), 0.5), (A([]), 0.5))
def none_at_first(x, p):
    m = None
    for v in (1.0, 2.0):
        if m is None:
            m = v * p
        else:
            m = m + v
    return m


@case((A([1.0, 2.0, 3.0]),))
def running_maximum(x):
    it = iter_ = 0
    best = -np.inf
    arg = -1
    for i in range(len(x)):
        if x[i] > best:
            best = x[i]
            arg = i
    return best, arg


@case((A([1.0, 2.0]), A([[1.0, 2.0], [3.0, 4.0]])))
def power_iteration(v, M):
    def step(v, M=M):
        return M @ v / np.linalg.norm(M @ v)

    for _ in range(5):
        v = step(v)
    return v @ M @ v


# --- found by the random programs


@case((0.5, A([1.0, -2.0, 3.0])), (3.0, A([1.0, -2.0, 3.0])))
def dead_behind_a_break(b, x):
    """`b` is not read behind the loop, so a path that breaks drops it; the other paths still carry it."""
    for u in x:
        b = b * np.tanh(u)
        if u < b:
            if u > 0:
                b = -u
            break
    return x.sum()


@case((A([1.0, 2.0, 3.0]), A([4.0, 5.0, 6.0])))
def sizes_that_differ_in_a_loop(x, y):
    """The swapped buffers have sizes of their own, which `zip` compares at run time."""
    a, b = x + 0.0, np.zeros_like(y)
    for _ in range(3):
        b[:] = 0.5 * a
        a, b = b, a
    s = 0.0
    for u, v in zip(a, x, strict=False):
        s += u * v
    return s


@case((A([1.0, 2.0, 3.0]), 2), (A([1.0, 2.0, 3.0]), 0))
def enumerated_while_writing(x, k):
    y = x + 0.0
    for i, u in enumerate(y):
        if i < k:
            y[i] = u * 2
            y[0] += 1
    return y


@case((A([1.0, 2.0]), A([3.0, 4.0]), 1), (A([1.0]), A([3.0]), 2))
def rows_of_swapped_arrays(x, y, k):
    v, w = x, y
    for _ in range(k):
        v, w = w, v
    rows = [v * u for u in y]
    pairs = [(v[:k], w[:k]) for _ in x]
    return np.stack(rows, axis=1), np.array(rows).sum(axis=0), np.array(pairs)


def _mirrored(w, k):
    return w if k <= 0 else np.tanh(_mirrored(w[::-1], k - 1) + w)


@case((A([1.0, -2.0, 3.0]), 1), (A([1.0, 2.0]), 0))
def held_while_its_memory_is_written(x, k):
    """What may be `x` itself is handed on by turns and branches, and not read before it is replaced."""
    d = {"z": (0.5, x + 1.0)}
    o, z = [x * 2], x * 3
    for u in x:
        d["z"] = (u, _mirrored(x, k))
        if u > 0:
            o[0] = z = _mirrored(x, k)
        x[0] += 0.5
        o, z = [x * u], x * 2
    return o, z, d["z"][0]


@case((A([1.0, 2.0]),))
def written_behind_a_product(x):
    """`np.einsum` of two arrays gives no view."""
    y = np.einsum("i,i->i", x, x)
    x[0] = 7.0
    return y, x


@case((A([1.0, 2.0, 3.0]), A([4.0, 5.0])), (A([1.0]), A([])))
def parts_of_at_most_one_element(x, y):
    """They are broadcast."""
    z = np.outer(x, x)
    z[:, :1] = z[:, -1:] * 2.0
    return x[:1] * y, y - x[-1:], z


@case((A([[1.0, 2.0, 3.0], [4.0, 5.0, 6.0]]), 1))
def numbers_seen_through_an_ellipsis(B, i):
    """An integer for every axis and an Ellipsis: a 0-d view."""
    y = B * 1.0
    c, d = y[i, ..., 2], y[0][..., 1]
    c += 10.0
    y[0] = 7.0 * B[1]
    d[...] = d * c
    z = np.array(B[0, 0])
    w, before = z[...], z[()]
    z[()] = B[0, 1]
    w[None][0] = w * 3.0
    return y, c, d, z, before, w + before


@case((A([1.0, 2.0]), A([[1.0, 2.0], [3.0, 4.0]]), 0.5), (A([]), A([[1.0]]), 0.5))
def the_whole_of_an_array_is_the_array(x, M, t):
    r, s = x[:], M[:, ...][::1]
    for _ in range(2):
        r = r[:]
    r += t
    s[0] *= x.sum()
    x[:] = r[:] * 2
    return x, r, M, s[:, :]


@case.each(least=40)
def test_as_python(function: Callable[..., Any], calls: tuple[tuple[Any, ...], ...]) -> None:
    low = check(function, *calls)
    verify(low.program)
    wrt = [k for k, p in enumerate(low.params) if p.type.inexact]
    if wrt:
        verify(reverse.value_and_grad(low.program, wrt))
