"""Parts of one element or none, by bounds of the run, beside parts of any size: NumPy's rule holds when it runs."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

import symdiff


def added(x, v, k):
    w = np.ones(k) * x
    h = len(w) // 2
    return np.sum(np.exp(w[:h] + v[:h]))


def bounded_by_numbers(x, v, k):
    w = np.ones(k) * x
    h = int(k * 0.5 * v[0] / v[0])
    u, y = v[:h] * 2, np.zeros(k)
    y[:h] = u * w[:h]
    y[:h] *= u
    y[:h] += v[:h]
    return np.sum(y * y) + np.sum(u)


def stored(x, v, k):
    w = np.ones(k)
    h = len(w) // 2
    w[:h] += x * v[:h]
    w[k - h :] = v[:h] * x
    return np.sum(w * w * w)


def made_smaller(x, v, k):
    s = 0.0
    for i in range(k):
        w = np.ones(k - i) * x
        h = len(w) // 2
        w[:h] += v[:h]
        s = s + np.sum(w[:h] * v[:h]) + x * np.sum(w)
    return s


def chosen(x, v, k):
    w = np.ones(k) * x
    h = len(w) // 2
    bigger = np.where(w[:h] > 2 * v[:h], w[:h] * v[:h], v[:h])
    return np.sum(bigger) + np.sum(np.maximum(w[:h], 3 * v[:h])) + np.sum(w[:h] > v[:h])


def in_rows(x, v, k):
    w = np.ones((k, 3)) * x
    m = v[:, None] * np.ones(3)
    h = len(w) // 2
    return np.sum(np.exp(w[:h] + m[:h])) + np.sum(w[:h].T * v[:h]) + np.sum(np.ones((k, 2))[:h] * v[:h, None])


def repeated(x, v, k):
    h = k // 2
    y, z = np.broadcast_to(v[:h], (h,)), np.full((3, h), v[:h])
    return np.sum(y * (np.ones(k) * x)[:h]) + np.sum(z * z)


def as_many_as_chosen(x, v, k):
    w = np.arange(k) * x
    m = w[w > 1]
    return np.sum(m * v[: len(m)] + m)


def in_while(x, v, k):
    i, s, w = 0, 0.0, np.ones(k) * x
    while i < k:
        s = s + np.sum(w[:i] * v[:i])
        i += 1
    return s


def not_repeated(x, v, k):
    w = np.ones(k) * x
    h = int(min(k // 2, 1) * v[0] / v[0])
    pair = np.stack([v[:h], w[:h]])
    return v[:h] @ w[:h] + np.dot(w[:h], v[:h]) + np.sum(pair * pair) + np.sum(np.concatenate([v[:h], w[:h]]) ** 3)


FUNCTIONS: list[Callable[..., Any]] = [
    *(added, bounded_by_numbers, stored, made_smaller, chosen, in_rows, repeated, as_many_as_chosen, in_while),
    not_repeated,
]


@pytest.mark.parametrize("f", FUNCTIONS, ids=lambda f: f.__name__)
def test_one_element_is_repeated_and_none_is_none(f: Callable[..., Any]) -> None:
    """Value, gradient, tangent and second derivative for 0 to 2 elements beside a part of an array of one."""
    v, e = np.array([0.7]), 1e-6

    def along(t: float, k: int) -> Any:
        return f(1.3 + t, v + t, k)

    for level in range(3):
        gradient = symdiff.value_and_grad(f, argnums=(0, 1), level=level)
        for k in range(6):
            value, (d_x, d_v) = gradient(1.3, v, k)
            slope = (along(e, k) - along(-e, k)) / (2 * e)
            assert value == pytest.approx(f(1.3, v, k), rel=1e-13)
            assert d_v.shape == (1,)
            assert d_x + d_v[0] == pytest.approx(slope, rel=1e-8, abs=1e-9)
    for k in (1, 2, 4):
        slope = (along(e, k) - along(-e, k)) / (2 * e)
        tangent = symdiff.jvp(lambda t: f(1.3 + t, v + t, k), (0.0,), (1.0,))[1]  # noqa: B023
        second = symdiff.grad(symdiff.grad(lambda t: f(1.3 + t, v + t, k)))(0.0)  # noqa: B023
        assert tangent == pytest.approx(slope, rel=1e-8, abs=1e-9)
        bend = (along(1e-4, k) - 2 * along(0.0, k) + along(-1e-4, k)) / 1e-8
        assert second == pytest.approx(bend, rel=1e-5, abs=1e-5)


def test_in_single_precision() -> None:
    v = np.array([0.5], "f4")
    for k in (1, 4):
        d_v = symdiff.grad(added, 1)(1.3, v, k)
        assert d_v.dtype == np.float32
        assert d_v == pytest.approx(k // 2 * np.exp(1.8), rel=1e-6)


def test_two_elements_beside_none_are_an_error() -> None:
    def f(x, v, k):
        return np.sum(np.ones(k) * x + v[: int(v[0])])

    assert symdiff.grad(f)(1.0, np.array([1.5]), 3) == 3.0
    for run in (f, symdiff.grad(f)):
        with pytest.raises(ValueError, match="could not be broadcast together"):
            run(1.0, np.array([0.5]), 3)


def test_what_is_repeated_is_written_nowhere() -> None:
    """The view of one element several times is not taken over as the memory of what follows."""

    def f(x, v, k):
        w = np.ones(k) * x
        h = int(v[0])
        u = v[:h] + w
        u *= w
        u[0] = x
        return np.sum(u * u * v[:h])

    v, e = np.array([1.5]), 1e-6
    for level in range(3):
        for k in (1, 3):
            value, (d_x, d_v) = symdiff.value_and_grad(f, argnums=(0, 1), level=level)(1.2, v, k)
            assert value == pytest.approx(f(1.2, v, k), rel=1e-13)
            assert d_x == pytest.approx((f(1.2 + e, v, k) - f(1.2 - e, v, k)) / (2 * e), rel=1e-8)
            assert d_v == pytest.approx((f(1.2, v + e, k) - f(1.2, v - e, k)) / (2 * e), rel=1e-8)
    assert v == 1.5
