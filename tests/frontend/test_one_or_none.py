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


# --- one or none beside one or none: i is found when it runs, v[i:i+1] has none behind the last element of v


def beside_the_first(x, v):
    i = int(x)
    return x + np.sum(v[i : i + 1] * v[:1] * x) + np.sum(np.exp(v[:1]) - v[i - 1 : i])


def neighbours(x, v):
    i = int(x)
    here, after, last = v[i : i + 1], v[i + 1 : i + 2], v[-1:]
    return x * np.sum(here * after) + np.sum((here / last + after) * (after - here)) + np.sum(here**2 < after)


def in_functions(x, v):
    i = int(x)
    a, b, c = v[i : i + 1], v[i + 1 : i + 2], v[:1]
    chosen = np.where(a > c, b * x, c) + np.minimum(a, c * x) + np.clip(b, c - 0.5, a + x) + np.hypot(c, b)
    return np.sum(chosen) * x + np.sum(np.arctan2(a, b))


def in_rows_and_columns(x, v):
    i = int(x)
    a = np.stack([v, v * x])
    row, column = a[:, i : i + 1], a[:, i + 1 : i + 2].T
    return np.sum(row * column * v[:1]) + np.sum(a[i : i + 1] * row[:, 0:1] * x)


def chosen_by_positions(x, v):
    i = int(x)
    a, here = np.outer(v, v) * x, np.arange(len(v))
    return np.sum(a[here[i : i + 1], here[i + 1 : i + 2]]) + np.sum(a[here[:1], here[i : i + 1]])


def in_place(x, v):
    i = int(x)
    a, b = v[i : i + 1] * x, v[i + 1 : i + 2] * x
    b *= v[:1]
    if len(a) == len(b):
        a += b
    y = np.zeros(len(v)) * x
    y[i : i + 1] = v[:1]
    y[i + 1 : i + 2] += a
    return np.sum(a * a) + np.sum(b) + np.sum(y * y)


def accumulated(x, v):
    i = int(x)
    s, t = np.ones(1), v[:1]
    while i < 3:
        s = s + x * v[i : i + 1]
        t = t * v[i : i + 1] if t[:1].sum() > 0 else t
        i += 1
    return np.sum(s * s) + np.sum(s * t)


def by_numbers_of_turns(x, v):
    """Of a loop that goes on behind the last element."""
    y, s = v * x, x
    for k in range(3):
        y[:1] = np.sum(v[k : k + 1] * v[:1]) * x
        s = s + np.sum((v[k + 1 : k + 2] + v[:0]) * x) + np.sum(v[k : k + 1] * v[k + 1 : k + 2] / v[-1:])
        if len(v) > k:
            y[k : k + 1] += v[k : k + 1] * v[-1:]
            y[:1] = y[k : k + 1] * v[k : k + 1]
    return s + np.sum(y * y)


def beside_more_in_turns(x, v):
    """Of a loop that goes on behind the last element, where the part is not used."""
    y, s = np.zeros(len(v)) * x, x
    for k in range(4):
        part = v[k : k + 1]
        if k < len(v):
            y += part * v
            y[: k + 1] -= part
            s = s + np.sum(part * y[k:]) + np.sum(np.full(len(v), part) * np.broadcast_to(part, v[k:].shape).sum())
    return s * x + np.sum(y * y)


EACH: list[Callable[..., Any]] = [
    *(beside_the_first, neighbours, in_functions, in_rows_and_columns, chosen_by_positions, in_place, accumulated),
    *(by_numbers_of_turns, beside_more_in_turns),
]


@pytest.mark.parametrize("f", EACH, ids=lambda f: f.__name__)
def test_none_where_either_has_none(f: Callable[..., Any]) -> None:
    """Value, gradient, tangent and second derivative for 0 or 1 element on either side, or the error of Python."""
    e = 1e-6
    for x, n in [(x, n) for x in (0.6, 1.6, 2.6) for n in (1, 2, 3)]:
        v = np.linspace(0.4, 1.9, n)

        def along(t: float) -> Any:
            return f(x + t, v + t)  # noqa: B023

        try:
            expected = along(0.0)
        except (ValueError, IndexError) as error:
            for level in range(3):
                with pytest.raises(type(error)):
                    symdiff.grad(f, level=level)(x, v)
            continue
        slope = (along(e) - along(-e)) / (2 * e)
        for level in range(3):
            value, (d_x, d_v) = symdiff.value_and_grad(f, argnums=(0, 1), level=level)(x, v)
            assert value == pytest.approx(expected, rel=1e-13)
            assert d_v.shape == (n,)
            assert d_x + np.sum(d_v) == pytest.approx(slope, rel=1e-7, abs=1e-8)
        ones = (1.0, np.ones(n))
        assert symdiff.jvp(f, (x, v), ones)[1] == pytest.approx(slope, rel=1e-7, abs=1e-8)
        h_x, h_v = symdiff.hvp(lambda both: f(*both), ((x, v),), (ones,))
        bend = (along(1e-4) - 2 * along(0.0) + along(-1e-4)) / 1e-8
        assert h_x + np.sum(h_v) == pytest.approx(bend, rel=1e-5, abs=1e-5)


def test_none_beside_one_in_single_precision() -> None:
    for n, expected in ((2, [0.0, 0.0]), (3, [0.5, 0.0, 1.0])):
        d_v = symdiff.grad(lambda v, x: np.sum(v[int(x) : int(x) + 1] * v[:1]))(np.linspace(1, 0.5, n, dtype="f4"), 2.5)
        assert d_v.dtype == np.float32
        assert d_v.tolist() == expected


def in_place_of_one(x, v):
    y = v[:1] * x
    y *= v[int(x) : int(x) + 1]
    return np.sum(y)


def none_stored_in_one(x, v):
    y = np.zeros(1) * x
    y[:] = v[int(x) : int(x) + 1]
    return np.sum(y)


def no_product(x, v):
    return v[int(x) : int(x) + 1] @ v[:1]


@pytest.mark.parametrize("f", [in_place_of_one, none_stored_in_one, no_product])
def test_none_where_numpy_wants_one_is_an_error(f: Callable[..., Any]) -> None:
    v = np.array([2.0, 3.0])
    assert symdiff.value_and_grad(f)(1.5, v)[0] == f(1.5, v)
    for run in (f, *(symdiff.grad(f, level=level) for level in range(3))):
        with pytest.raises(ValueError, match=r"broadcast|mismatch"):
            run(2.5, v)


def test_a_size_that_turns_out_to_be_one_beside_none_is_no_wrong_value() -> None:
    """NumPy gives none of `v[i:i+1] * v[1:]` for two elements in v and an i of 2: the message says why not here."""

    def f(x, v):
        i = int(x)
        return x * np.sum(v[i : i + 1] * v[1:])

    assert symdiff.value_and_grad(f)(1.5, np.array([1.0, 2.0, 3.0])) == (15.0, 10.0)
    with pytest.raises(ValueError, match=r"shapes \(0,\) \(1,\): a size found at run time is not broadcast"):
        symdiff.grad(f)(2.5, np.array([1.0, 2.0]))


# --- filled with one element


def filled(x, v):
    for k in range(len(v)):
        w = np.full(len(v), v[k : k + 1] * x) + np.full_like(v, v[k : k + 1]) * np.broadcast_to(v[k : k + 1], v.shape)
        y = np.zeros((2, len(v)))
        y[:] = v[k : k + 1] * x
        y[1] += v[k : k + 1]
        x = x + w @ v + np.sum(y * y)
    return x


def filled_by_numbers(x, v):
    i = int(x)
    y = np.full((2, len(v)), v[i : i + 1] * x) * np.broadcast_to(v[i : i + 1], (len(v),))
    return np.sum(y * y) + np.sum(np.full_like(v, v[i : i + 1]))


@pytest.mark.parametrize("f", [filled, filled_by_numbers])
def test_filled_with_one_element(f: Callable[..., Any]) -> None:
    e = 1e-6
    for n in (1, 2, 3):
        x, v = 0.3, np.linspace(0.2, 0.5, n)
        slope = (f(x + e, v + e) - f(x - e, v - e)) / (2 * e)
        for level in range(3):
            value, (d_x, d_v) = symdiff.value_and_grad(f, argnums=(0, 1), level=level)(x, v)
            assert value == pytest.approx(f(x, v), rel=1e-13)
            assert d_x + np.sum(d_v) == pytest.approx(slope, rel=1e-7)
        assert symdiff.jvp(f, (x, v), (1.0, np.ones(n)))[1] == pytest.approx(slope, rel=1e-7)
    for run in (filled_by_numbers, symdiff.grad(filled_by_numbers)):
        with pytest.raises(ValueError, match="broadcast"):
            run(1.5, np.ones(1))


def test_in_the_one_turn_of_a_loop_nothing_is_compared() -> None:
    assert "_check_shape" not in symdiff.generate(filled, types={"x": "float", "v": "f8[1]"})


def test_an_index_that_overflows_is_not_the_next() -> None:
    """`v[i : i + 1]` with i the int8 127 ends at -128: more than one element."""

    def f(x, v):
        i = np.int8(x)
        return np.sum(v[i : i + 1] * v[:1]) * x

    v = np.ones(300)
    with np.errstate(over="ignore"):
        for x, count in ((12.5, 1.0), (127.5, 45.0)):
            assert symdiff.value_and_grad(f)(x, v) == (f(x, v), count)


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
