"""Scalars that are Python's on one path and NumPy's on another, in float32, in derivatives and in arrays."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

import symdiff

SINGLE = np.array([0.1, 0.2, 0.3], np.float32)
ROWS = np.arange(6.0, dtype=np.float32).reshape(2, 3)


def soft_maximum_in_a_table(v, temperature):
    table = [[-1.0] * 3 for _ in range(3)]
    for i in range(1, 3):
        table[i][0] = v[i] + table[i - 1][0]
        a, b = table[i][0], table[i][1]
        m = max(a, b)
        table[i][1] = m + temperature * math.log(math.exp((a - m) / temperature) + math.exp((b - m) / temperature))
    return table[2][1]


def part_scaled(v, p):
    z = v * p
    w = z[1:]
    w *= max(v[-1], 0.7)
    return np.sum(z)


def means_added(v, p):
    t = 0.0
    for k in range(len(v)):
        t += np.mean((ROWS[k % 2] * v) ** 2) + np.var(v * p) + np.einsum("i,i->", v, v)
    return t


@pytest.mark.parametrize("level", range(3))
@pytest.mark.parametrize("f", [soft_maximum_in_a_table, part_scaled, means_added])
def test_float32_stays_and_the_derivative_is_right(f: Callable[..., Any], level: int) -> None:
    value, (dv, dp) = symdiff.value_and_grad(f, argnums=(0, 1), level=level)(SINGLE, 0.5)
    expected = f(SINGLE, 0.5)
    assert (type(value), dv.dtype, type(dp)) == (type(expected), np.float32, float)
    np.testing.assert_allclose(value, expected, rtol=1e-5)
    wide, h = SINGLE.astype(float), 1e-6
    ends = [f(wide + h * e, 0.5) - f(wide - h * e, 0.5) for e in np.eye(3)]
    np.testing.assert_allclose(dv, np.array(ends) / (2 * h), rtol=1e-4, atol=1e-5)
    np.testing.assert_allclose(dp, (f(wide, 0.5 + h) - f(wide, 0.5 - h)) / (2 * h), rtol=1e-4, atol=1e-5)
    _, tangent = symdiff.jvp(f, (SINGLE, 0.5), (np.ones_like(SINGLE), 1.0))
    np.testing.assert_allclose(tangent, np.sum(dv) + dp, rtol=1e-4, atol=1e-5)


def test_a_sum_that_begins_with_an_int_has_no_dtype_of_its_own() -> None:
    def f(v):
        s = 0
        for t in v:
            s += t
        return np.sum(np.array([s, s]))

    with pytest.raises(symdiff.CompileError, match=r"SD312 .* an int, a float or a NumPy scalar depending on the path"):
        symdiff.grad(f)(np.ones(2))


def test_an_unclear_kind_where_two_paths_meet_has_the_place_of_what_decides() -> None:
    def f(v, p):
        q = v[0] if p > 0.3 else p
        y = np.zeros(2)
        z = v * p + y[0]
        z = np.where(z > 0.1, z, max(y[1], q))
        return np.sum(z * z) + q

    with pytest.raises(
        symdiff.CompileError, match=r"test_kinds.py:\d+:34: SD310 `max\(y\[1\], q\)` is a Python number "
    ):
        symdiff.grad(f)(SINGLE, 0.37)


@pytest.mark.parametrize("level", range(3))
def test_a_sum_that_begins_with_a_float_is_one_in_arrays_also_without_turns(level: int) -> None:
    def f(v):
        s = 0.0
        for t in v:
            s += t * t
        made = np.array([s, 2 * s])
        return made @ np.stack([s, s]) + made.dtype.itemsize

    for n in (0, 1, 3):
        v = np.arange(1.0, n + 1)
        value, gradient = symdiff.value_and_grad(f, level=level)(v)
        s = v @ v
        assert value == f(v) == 3 * s * s + 8
        np.testing.assert_allclose(gradient, 12 * s * v)


@pytest.mark.parametrize(
    "f",
    [
        lambda x: np.cov(x, x * 2)[0, 1],
        lambda x: np.corrcoef(x, x * x)[0, 1],
        lambda x: np.dot(x, 3)[0] * np.dot(x[1], 100000001) * np.dot(2.5, x)[2],
        lambda x: np.polyval([1, 2.5, 0.1], x[0]) + np.sum(np.polyval([x[1], 2.0], x)),
        lambda x: np.nan_to_num(x[0], nan=1.0) * x[1],
    ],
)
def test_double_precision_where_numpy_takes_it_beside_float32(f: Callable[..., Any]) -> None:
    x = np.array([1.1, 2.3, 3.7], np.float32) + np.float32(30000.0)
    for level in range(3):
        value, gradient = symdiff.value_and_grad(f, level=level)(x)
        expected = f(x)
        assert type(value) is type(expected) and gradient.dtype == np.float32
        np.testing.assert_allclose(value, expected, rtol=1e-12 if expected.dtype == float else 1e-6)


# --- Python's numbers beside floats of NumPy's


def hinge(v, p):
    return np.tanh(v[0]) + max(p, 0)


def hinge_in_a_loop(v, p):
    m = min(1, max(p, 0))
    y = np.zeros_like(v)
    for i in range(len(v)):
        if v[i] > 0.15:
            y[i] = v[i] * m * 2 + (p if v[i] < 0.25 else True)
    return np.sum(y)


def scale_of_a_branch(v, p):
    if p > 0.3:
        s = p * p
    elif p > 0:
        s = 2
    else:
        s = -p
    return np.sum(v**2 * s) + np.sum(v[v < s])


@pytest.mark.parametrize("level", range(3))
@pytest.mark.parametrize("f", [hinge, hinge_in_a_loop, scale_of_a_branch])
def test_an_int_or_a_float_of_python_s_is_one_beside_a_float32(f: Callable[..., Any], level: int) -> None:
    for p in (0.5, 0.2, -0.7):
        value, (dv, dp) = symdiff.value_and_grad(f, argnums=(0, 1), level=level)(SINGLE, p)
        expected = f(SINGLE, p)
        assert (type(value), dv.dtype, type(dp)) == (np.float32, np.float32, float) == (type(expected), dv.dtype, float)
        np.testing.assert_allclose(value, expected, rtol=1e-6)
        wide, h = SINGLE.astype(float), 1e-6
        ends = [f(wide + h * e, p) - f(wide - h * e, p) for e in np.eye(3)]
        np.testing.assert_allclose(dv, np.array(ends) / (2 * h), rtol=1e-4, atol=1e-6)
        np.testing.assert_allclose(dp, (f(wide, p + h) - f(wide, p - h)) / (2 * h), rtol=1e-4, atol=1e-6)
        tangent = symdiff.jvp(f, (SINGLE, p), (np.ones_like(SINGLE), 1.0))[1]
        np.testing.assert_allclose(tangent, np.sum(dv) + dp, rtol=1e-4, atol=1e-6)


def a_sum_of_floats_and_one_of_the_array(v, p):
    own = []
    for k in range(len(v)):
        own.append(p * k * p)
    return sum(own) - sum(t * t for t in v if t > 0.15)


def sums_in_turn(v, p):
    a, b = 0, 0
    for k in range(len(v)):
        a, b = b + p * k, a
    while a > 1:
        a -= p
    return (a + b) * (a - sum(t * t for t in v if t > 0.15))


@pytest.mark.parametrize("level", range(3))
@pytest.mark.parametrize("f", [a_sum_of_floats_and_one_of_the_array, sums_in_turn])
def test_sums_of_python_s_floats_beside_sums_of_float32_are_what_they_are_in_python(
    f: Callable[..., Any], level: int
) -> None:
    """Each sum is the int 0 where nothing is added, so that the difference is an int, a float or an np.float32."""
    gradient, h, classes = symdiff.value_and_grad(f, argnums=(0, 1), level=level), 1e-6, set()
    for v in (SINGLE, SINGLE[:1], SINGLE[:0]):
        value, (dv, dp) = gradient(v, 0.7)
        expected, wide = f(v, 0.7), v.astype(float)
        classes.add(type(expected))
        assert (type(value), dv.dtype, type(dp)) == (type(expected), np.float32, float)
        np.testing.assert_allclose(value, expected, rtol=1e-5)
        ends = [f(wide + h * e, 0.7) - f(wide - h * e, 0.7) for e in np.eye(len(v))]
        np.testing.assert_allclose(dv, np.array(ends) / (2 * h), rtol=1e-4, atol=1e-6)
        np.testing.assert_allclose(dp, (f(wide, 0.7 + h) - f(wide, 0.7 - h)) / (2 * h), rtol=1e-4, atol=1e-6)
        tangent = symdiff.jvp(f, (v, 0.7), (np.ones_like(v), 1.0))[1]
        np.testing.assert_allclose(tangent, np.sum(dv) + dp, rtol=1e-4, atol=1e-6)
    assert classes == {int, float, np.float32}


def counts(v, p):
    return np.sum(np.arange(3) * max(p, 0)) + v[0]


def bool_in_an_array(v, p):
    return np.sum(np.array([v[0], p if p > 0 else True]))


def numpy_number(v, p):
    return v[0] * max(p, v[1].astype(float))


def sum_of_numpy_numbers(v, p):
    wide = v.astype(float)
    return sum(t for t in wide if t > 0.25) - sum(t for t in v if t > p)


@pytest.mark.parametrize("f", [counts, bool_in_an_array, numpy_number, sum_of_numpy_numbers])
def test_where_it_would_decide_the_dtype_it_is_refused(f: Callable[..., Any]) -> None:
    """NumPy gives two dtypes, one for each path."""
    dtypes = {np.asarray(f(SINGLE * k, p)).dtype for k in (1, -1) for p in (0.15, -0.15)}
    with pytest.raises(symdiff.CompileError, match="SD312"):
        symdiff.grad(f)(SINGLE, 0.5)
    assert dtypes >= {np.dtype(np.float32), np.dtype(float)} or f is counts


@pytest.mark.parametrize("level", range(3))
@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_a_reduction_begins_with_a_number_of_either_kind(dtype: Any, level: int) -> None:
    def f(v, p):
        t = 0.0
        for e in v:
            t += e * p
        m = max([p, v[0]])
        some = np.sum(v, where=v > 0.15, initial=t) + np.prod(v, where=v > 0.15, initial=t)
        return some + np.max(v, initial=m, where=v < 0.25) - np.min(v, initial=m)

    v = SINGLE.astype(dtype)
    for p in (0.5, 0.05):
        value, (dv, dp) = symdiff.value_and_grad(f, argnums=(0, 1), level=level)(v, p)
        expected = f(v, p)
        assert (type(value), dv.dtype, type(dp)) == (type(expected), dtype, float)
        np.testing.assert_allclose(value, expected, rtol=1e-6)
        wide, h = v.astype(float), 1e-6
        ends = [f(wide + h * e, p) - f(wide - h * e, p) for e in np.eye(3)]
        np.testing.assert_allclose(dv, np.array(ends) / (2 * h), rtol=1e-5, atol=1e-6)
        np.testing.assert_allclose(dp, (f(wide, p + h) - f(wide, p - h)) / (2 * h), rtol=1e-5, atol=1e-6)


LISTS = [
    lambda v: np.sum(np.array([max(t, 0.0) for t in v])),
    lambda v: np.mean([t if t > 0 else 0.0 for t in v]),
    lambda v: np.sum(np.stack([max(t, 0.0) for t in v])),
]


@pytest.mark.parametrize("f", LISTS)
def test_a_list_of_float32_and_python_s_floats_has_no_dtype_of_its_own(f: Callable[..., Any]) -> None:
    """np.float32 of three positive numbers, float64 where a Python 0.0 is among them."""
    assert {f(SINGLE).dtype, f(-SINGLE).dtype} == {np.dtype(np.float32), np.dtype(float)}
    with pytest.raises(symdiff.CompileError, match=r"SD312 .* reads the dtype of an element") as caught:
        symdiff.grad(f)(SINGLE)
    assert "dtype=np.float32" in str(caught.value)
    said = lambda v: np.sum(np.array([max(t, 0.0) for t in v], dtype=np.float32))
    value, gradient = symdiff.value_and_grad(said)(-SINGLE)
    assert type(value) is np.float32 and gradient.tolist() == [0.0, 0.0, 0.0]


# --- single numbers in `math` and NumPy


@pytest.mark.parametrize("dtype", [np.int8, np.int32, np.uint16, np.int64, np.bool_, np.float32])
def test_math_takes_numpy_s_numbers(dtype: Any) -> None:
    f = lambda x, i: x * math.copysign(2.0, i - 2) + math.sqrt(i) * x * x
    i = dtype(3)
    value, gradient = symdiff.value_and_grad(f)(1.5, i)
    assert value == f(1.5, i)
    assert gradient == pytest.approx(math.copysign(2.0, i - 2) + 3.0 * math.sqrt(i))


def test_trunc_is_of_python_s_numbers() -> None:
    f = lambda x: x * math.trunc(x * 3)
    assert symdiff.value_and_grad(f)(1.5) == (6.0, 4.0)
    assert symdiff.value_and_grad(f)(np.float64(1.5)) == (6.0, 4.0)
    with pytest.raises(TypeError):
        f(np.float32(1.5))
    with pytest.raises(symdiff.CompileError, match=r"type numpy\.float32 doesn't define __trunc__ method"):
        symdiff.grad(f)(np.float32(1.5))


def test_a_polynomial_without_coefficients() -> None:
    for x in (1.5, np.float64(1.5), np.float32(1.5)):
        f = lambda x: np.polyval([], x)
        value, gradient = symdiff.value_and_grad(f)(x)
        assert (type(value), value.dtype, float(value)) == (np.ndarray, f(x).dtype, 0.0)
        assert type(gradient) is type(x) and gradient == 0.0


@pytest.mark.parametrize("level", range(3))
@pytest.mark.parametrize("f", [np.fmax, np.fmin])
def test_what_leaves_nan_out_has_no_derivative_by_it(f: Any, level: int) -> None:
    """By hand: of x² and 4, where the other is taken or x is NaN, 0; else 2x.  In both modes."""
    x = np.array([np.nan, 1.0, 3.0])
    taken = np.array([False, f is np.fmin, f is np.fmax])
    for g in (
        lambda x: np.sum(f(x * x, 4.0)),
        lambda x: np.sum(f(4.0, x * x)),
        lambda x: np.sum(f(x * x, 0.0 * x[1] + 4.0)),
    ):
        gradient = symdiff.grad(g, level=level)(x)
        np.testing.assert_array_equal(gradient, np.where(taken, 2 * x, 0.0))
        columns = [symdiff.jvp(g, (x,), (e,))[1] for e in np.eye(3)]
        np.testing.assert_array_equal(columns, gradient)
        np.testing.assert_array_equal(np.diag(symdiff.hessian(g)(x)), np.where(taken, 2.0, 0.0))


def test_the_zero_of_a_tie_is_numpy_s() -> None:
    """Of zeros of different signs NumPy takes the second; 1/max tells them apart.  Infinities and NaN besides."""
    numbers = [0.0, -0.0, 1.0, -1.0, np.inf, -np.inf, np.nan]
    largest, smallest = (lambda x, y: np.maximum(x, y)), (lambda x, y: np.minimum(x, y))
    with_zero = [
        *(lambda x: np.maximum(x, 0.0), lambda x: np.maximum(0.0, x), lambda x: np.maximum(x, -0.0)),
        *(lambda x: np.minimum(x, 0.0), lambda x: np.minimum(0.0, x), lambda x: np.minimum(-0.0, x)),
    ]
    for level in range(3):
        for f in (largest, smallest):
            g = symdiff.value_and_grad(f, level=level)
            for x in numbers:
                assert [repr(g(x, y)[0]) for y in numbers] == [repr(f(x, y)) for y in numbers]
        for f in with_zero:
            g = symdiff.value_and_grad(f, level=level)
            assert [repr(g(x)[0]) for x in numbers] == [repr(f(x)) for x in numbers]


def either_side(x):
    r = min(x, 0.5)
    return (0.0 + np.sum(np.real(r))) * 1.0


def of_a_branch(x):
    if x > 0.5:
        y = 2.0
    else:
        y = np.exp(x)
    return np.sum([y, 1.0]) + y


@pytest.mark.parametrize("level", range(3))
@pytest.mark.parametrize("f", [either_side, of_a_branch])
@pytest.mark.parametrize("kind", [float, np.float64, np.float32])
def test_a_gradient_has_its_argument_s_class_on_every_path(f: Callable[..., Any], kind: Any, level: int) -> None:
    """Where the derivative is a constant 0 on one of them."""
    with_aux = symdiff.value_and_grad(lambda x: (f(x), x), has_aux=True, level=level)
    for at in (0.3, 0.7):
        x = kind(at)
        gradients = symdiff.grad(f, level=level)(x), with_aux(x)[1], symdiff.vjp(f, x)[1](f(x) / f(x))[0]
        assert [type(g) for g in gradients] == [kind] * 3
        assert gradients[0] == gradients[1] == gradients[2]
        np.testing.assert_allclose(gradients[0], (f(at + 1e-6) - f(at - 1e-6)) / 2e-6, rtol=1e-5, atol=1e-9)


@pytest.mark.parametrize("level", range(3))
@pytest.mark.parametrize("f", [
    lambda x: np.sum(np.tensordot(x, 0.4, 0)),
    lambda x: np.sum(np.multiply.outer(x, 0.4) * np.inner(x, 2)),
    lambda x: np.sum(np.vectorize(lambda t: t * t * 2)(x)),
    lambda x: np.sum(np.clip(0.7, x, None)),
])  # fmt: skip
def test_gradients_by_float32_beside_numbers_that_are_made_arrays(f: Callable[..., Any], level: int) -> None:
    value, gradient = symdiff.value_and_grad(f, level=level)(SINGLE)
    assert (type(value), gradient.dtype) == (type(f(SINGLE)), np.float32)
    np.testing.assert_allclose(value, f(SINGLE), rtol=1e-6)
    wide = SINGLE.astype(float)
    ends = [f(wide + 1e-6 * e) - f(wide - 1e-6 * e) for e in np.eye(3)]
    np.testing.assert_allclose(gradient, np.array(ends) / 2e-6, rtol=1e-5, atol=1e-6)


@pytest.mark.parametrize("level", range(3))
def test_the_deviation_of_equal_elements_has_the_derivative_of_std(level: int) -> None:
    equal, other = np.full(3, 0.5), np.array([0.7, 0.2, 0.4])
    for f in (np.std, np.nanstd, lambda v: np.std(v, where=v > 0), lambda v: np.nanstd(v[0])):
        value, gradient = symdiff.value_and_grad(f, level=level)(equal)
        assert value == 0.0 and gradient.tolist() == [0.0, 0.0, 0.0]
        assert symdiff.jvp(f, (equal,), (np.arange(3.0),))[1] == 0.0
        symdiff.check_grads(f, (other,))


def newton(a, b):
    x = 1.0
    for _ in range(4):
        x = x - (x * x - a) / (2 * x)
    return x * b


def powers(a, b):
    x = 2.0
    while x > b:
        x = np.exp(-(x**b)) * a + b * (1 - b / x)
    return x


@pytest.mark.parametrize("level", range(3))
@pytest.mark.parametrize("f", [newton, powers])
def test_what_begins_as_a_float_and_is_float32_from_the_first_turn_on(f: Callable[..., Any], level: int) -> None:
    a, b = np.float32(0.7), np.float32(0.4)
    value, gradient = symdiff.value_and_grad(f, (0, 1), level=level)(a, b)
    assert [type(v) for v in (value, *gradient)] == [np.float32] * 3 and type(f(a, b)) is np.float32
    np.testing.assert_allclose(value, f(a, b), rtol=1e-6)
    at, h = (float(a), float(b)), 1e-6
    ends = [(f(*np.add(at, d)) - f(*np.subtract(at, d))) / (2 * h) for d in ((h, 0), (0, h))]
    np.testing.assert_allclose(gradient, ends, rtol=1e-4)
    np.testing.assert_allclose(symdiff.jvp(f, (a, b), (np.float32(1), np.float32(1)))[1], sum(ends), rtol=1e-4)


def test_float32_and_float64_on_two_paths_have_no_kind_in_common() -> None:
    """Of what may be a Python float or an np.float64, and an np.float32, no dtype is the result's."""

    def f(x, v):
        s = 0.0
        for t in v:
            s += t
        return (s if x > 0.5 else x) * x

    assert f(np.float32(0.7), np.ones(2)).dtype != f(np.float32(0.3), np.ones(2)).dtype
    with pytest.raises(symdiff.CompileError, match=r"SD310 .* is a Python number or np\.f8 on one path and np\.f4"):
        symdiff.grad(f)(np.float32(0.7), np.ones(2))
    value, gradient = symdiff.value_and_grad(f)(0.7, np.ones(2))
    assert (value, gradient) == (0.7 * 2, 2.0)


REDUCTIONS = (
    *(np.sum, np.mean, np.prod, np.linalg.norm),
    *(lambda v: v @ v, lambda v: np.sum(v[1:]), lambda v: np.cumsum(v)[-1]),
)


@pytest.mark.parametrize("level", [0, 1, 2])
@pytest.mark.parametrize("reduced", REDUCTIONS)
def test_a_cotangent_that_is_a_python_float_on_some_paths_keeps_arrays_float32(reduced, level) -> None:
    def f(x, v):
        a = reduced(v) * x if x > 0 else x
        b = reduced(v) * (2 * x) if x > 0 else 2 * x
        return a + b + a * b

    v = np.array([0.25, 1.42, 0.71], np.float32)
    for x in (0.7, -0.7):
        value, (d_x, d_v) = symdiff.value_and_grad(f, (0, 1), level=level)(x, v)
        assert type(value) is type(f(x, v)) and type(d_x) is float and d_v.dtype == np.float32
        wide = symdiff.value_and_grad(f, (0, 1), level=level)(x, v.astype(float))[1][1]
        np.testing.assert_allclose(d_v, wide, rtol=1e-5)


def mixed(x, v):
    s = x
    for t in v:
        if t > x:
            s = t
    return s


@pytest.mark.parametrize(
    "f",
    [
        lambda x, v: np.broadcast_to(mixed(x, v), (3,)).sum(),
        lambda x, v: np.dot(v, mixed(x, v)).sum(),
        lambda x, v: np.zeros_like(mixed(x, v)) + x,
        lambda x, v: np.outer(mixed(x, v), v).sum(),
    ],
)
def test_arrays_of_a_number_whose_dtype_the_run_decides_are_refused(f) -> None:
    with pytest.raises(symdiff.CompileError, match="SD312"):
        symdiff.value_and_grad(f)(0.7, np.array([0.3, 0.5], np.float32))
    assert symdiff.value_and_grad(f)(0.7, np.array([0.3, 0.5]))[0] == f(0.7, np.array([0.3, 0.5]))


def counted(x, v):
    """An int where there is no element, else an np.float64."""
    return sum(t * x for t in v)


BESIDE_FLOATS = [
    lambda x, v, w: np.diff(w * x, prepend=counted(x, v)).prod(),
    lambda x, v, w: np.diff(w, append=counted(x, v), prepend=0.5).prod(),
    lambda x, v, w: np.dot(w, counted(x, v)).sum(),
    lambda x, v, w: np.outer(counted(x, v), w).sum() + np.multiply.outer(w, counted(x, v)).sum(),
    lambda x, v, w: np.tensordot(w * x, counted(x, v), axes=0).sum() + np.inner(counted(x, v), w).sum(),
    lambda x, v, w: np.clip(counted(x, v), w[0], w[1]) * x,
]


@pytest.mark.parametrize("f", BESIDE_FLOATS)
@pytest.mark.parametrize("v", [np.array([0.3, 0.5]), np.array([])])
def test_a_number_that_may_be_an_int_is_a_float_in_arrays_made_of_it_and_of_floats(f, v) -> None:
    w = np.array([0.2, 0.9])
    for level in (0, 1, 2):
        value, gradient = symdiff.value_and_grad(f, level=level)(0.7, v, w)
        assert value == pytest.approx(f(0.7, v, w)) and type(value) is type(f(0.7, v, w))
        assert gradient == pytest.approx((f(0.7 + 1e-6, v, w) - f(0.7 - 1e-6, v, w)) / 2e-6, rel=1e-6, abs=1e-8)


def test_what_may_be_an_int_is_added_in_place() -> None:
    def f(x, v, w):
        y = w * x
        np.add.at(y, [0, 0], counted(x, v))
        return y.prod()

    v, w = np.array([0.3, 0.5]), np.array([0.2, 0.9])
    assert symdiff.value_and_grad(f)(0.7, v, w)[0] == f(0.7, v, w)


def test_an_array_of_what_may_be_an_int_alone_is_refused() -> None:
    with pytest.raises(symdiff.CompileError, match="SD312"):
        symdiff.value_and_grad(lambda x, v: np.broadcast_to(counted(x, v), (3,)).sum())(0.7, np.array([0.3, 0.5]))
