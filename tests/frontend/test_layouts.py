"""Where NumPy decides by the layout in memory between a view and a copy: right where it is known, refused elsewhere."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

import symdiff

X = np.array([1.0, 2.0, 3.0, 4.0])


def of_a_new_vector(x):
    y = x * 2
    w = np.ascontiguousarray(y)
    w += 1
    return y


def of_a_part_without_gaps(x):
    y = np.outer(x, x)
    w = np.ascontiguousarray(y[1])
    w[0] = x[3]
    return y


def of_a_number(x):
    return np.ascontiguousarray(x[0]) * 2


def of_a_list(x):
    w = np.ascontiguousarray([x[0], x[1]])
    w[0] = 3
    return w


def of_any_layout_only_read(x):
    v = x[::-1] if x[0] > 0 else x
    return np.ascontiguousarray(v) * np.ascontiguousarray(x[::2])[0]


def not_read_under_the_other_name(x):
    x = np.ascontiguousarray(x[::-1])
    x[0] = 5
    return x * x


def of_a_diagonal_matrix(x):
    """A matrix made of a vector is new."""
    y = x * 1
    d, e = np.diag(y), np.diagflat(y, 1)
    y[0] = 70
    return d[0] + e[0, 1] * y[0]


def of_chosen_elements(x):
    y = x[[0, 2, 1]]
    z = x[x > 1.5]
    y.ravel()[1] = 7
    z.ravel()[1] = 8
    return np.sum(y * y) + np.sum(z)


@pytest.mark.parametrize("strided", [False, True])
@pytest.mark.parametrize(
    "f",
    [
        of_a_new_vector,
        of_a_part_without_gaps,
        of_a_number,
        of_a_list,
        of_any_layout_only_read,
        not_read_under_the_other_name,
        of_chosen_elements,
        of_a_diagonal_matrix,
    ],
)
def test_as_numpy(f: Callable[..., Any], strided: bool) -> None:
    x = np.repeat(X, 2)[::2] if strided else X
    found, wanted = symdiff.vjp(f, x)[0], f(x.copy())
    np.testing.assert_array_equal(found, wanted, strict=True)
    symdiff.check_grads(lambda x: np.sum(f(x)), (x,), order=1)


def of_a_choice(x):
    v = x[::-1] if x[0] > 0 else x
    w = np.ascontiguousarray(v)
    w *= 2
    return np.sum(x * x)


def of_an_argument(x):
    w = np.ascontiguousarray(x)
    w *= 2
    return np.sum(x * x)


def in_the_order_of_c(x):
    w = x * 1
    c = np.asarray(w[::-1], order="C")
    c[0] = 70
    return np.sum(w * w)


def backwards(x, n):
    return (x * 1)[::-1] if n <= 0 else backwards(x * 2, n - 1)[::-1]


def of_what_a_recursive_function_gives(x):
    w = backwards(x, x[0])
    c = w.ravel()
    c[0] = 70
    return np.sum(w * w)


def inside(v, n):
    if n <= 0:
        return np.sum(v)
    c = np.ascontiguousarray(v)
    c[0] = 2 * c[0]
    return np.sum(v) + inside(v * 2, n - 1)


def of_an_argument_of_a_recursive_function(x):
    return inside((x * 1)[::-1], x[0])


def carried_by_a_loop(x):
    w = x * 1
    for k in range(len(x)):
        w = (x * k)[::-1]
    c = np.ascontiguousarray(w)
    c[0] = 70
    return np.sum(w * w)


@pytest.mark.parametrize(
    "f",
    [
        of_a_choice,
        of_an_argument,
        in_the_order_of_c,
        of_what_a_recursive_function_gives,
        of_an_argument_of_a_recursive_function,
        carried_by_a_loop,
    ],
)
def test_refused_where_the_layout_decides(f: Callable[..., Any]) -> None:
    with pytest.raises(symdiff.CompileError, match=r"SD501 `\w+` may or may not share memory with `[wc]`"):
        symdiff.grad(f)(X)


def test_a_store_reads_its_value_before_it_writes() -> None:
    """Also where a row crosses the column it is given, which NumPy itself reads while it writes."""

    def f(b):
        b[1] = b[:, 2]
        b[1:, 0] = b[:-1, 0]
        return b

    b = np.arange(16.0).reshape(4, 4)
    wanted = b.copy()
    wanted[1] = b[:, 2]
    wanted[1:, 0] = wanted[:-1, 0].copy()
    np.testing.assert_array_equal(symdiff.vjp(f, b)[0], wanted)


def writes_what_may_be_a_copy(x):
    w = np.outer(x, x)
    w.T.reshape(-1)[0] = 3.0
    return np.sum(np.abs(w))


def test_an_array_without_a_name() -> None:
    with pytest.raises(
        symdiff.CompileError, match="`w` may or may not share memory with an array without a name, which"
    ):
        symdiff.grad(writes_what_may_be_a_copy)(X)


def test_a_size_found_at_run_time_is_not_broadcast() -> None:
    def f(x):
        y = np.zeros(3)
        y[:] = x[x > 0] ** 2
        return np.sum(y)

    gradient = symdiff.grad(f)
    np.testing.assert_array_equal(gradient(X[:3]), 2 * X[:3])
    with pytest.raises(ValueError, match=r"with shapes \(1,\) \(3,\): a size found at run time is not broadcast"):
        gradient(np.array([-1.0, 2.0, -3.0]))
    with pytest.raises(ValueError, match=r"with shapes \(2,\) \(3,\)$"):
        gradient(np.array([1.0, 2.0, -3.0]))
