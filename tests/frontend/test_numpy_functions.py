"""Functions that are compositions of others, or of SciPy: NumPy's values to the bit, and gradients by differences."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from scipy import special

import symdiff
from symdiff.errors import CompileError
from tests.frontend.running import check

RNG = np.random.default_rng(5)
V, W, M, T, POINTS = (RNG.normal(size=shape) for shape in ((5,), (5,), (3, 4), (3,), (4, 3)))
CUBE = RNG.normal(size=(2, 3, 4))
SYMMETRIC = np.array([[2.0, 0.5, 0.1], [0.5, 4.0, 0.3], [0.1, 0.3, 7.0]])


def differences(v, m):
    return np.diff(v), np.diff(v, 2), np.diff(m, axis=0), np.diff(m, n=3), np.diff(v, 0)


def integrals(v, w, m, t):
    return np.trapezoid(v, w), np.trapezoid(v, dx=0.5), np.trapezoid(m, t, axis=0), np.trapezoid(m), np.trapezoid(m, m)


def products(t, points, m, v):
    return np.cross(t, t + 1.0), np.cross(points, t), np.kron(m, points), np.kron(v, v), np.convolve(v, t)


def of_scipy(v, x):
    a, b = special.gammaln(v * v + x), special.digamma(v * v + 0.5)
    c, d = special.logsumexp(v), special.softmax(v)
    return a, b, c, d, special.polygamma(1, x), special.gammaln(x), special.log_softmax(v)


def of_math(x):
    return math.lgamma(x) * x + math.lgamma(x - 2.0)


def interpolated(v, w, x):
    knots = np.cumsum(w * w + 0.1)
    return np.interp(x, knots, v), np.interp(v * 3.0, knots, w), np.interp(0.4, [0.0, 1.0], [x, 2.0])


def medians(v, m):
    return np.median(v), np.median(m), np.median(m, axis=0), np.median(m, axis=-1), np.median(v[:4] * 2.0)


def finite_parts(v):
    return np.nan_to_num(v * 2.0)


def spectrum(m):
    a = m @ m.T + np.diag(np.arange(3) * 5.0)
    w, q = np.linalg.eigh(a)
    return w * np.sum(q * q * q, axis=0), np.linalg.eigvalsh(a)


def joined_flat(v, m):
    return np.concatenate([m, v, 2.0 * v[0]], axis=None), *np.atleast_1d(v, v[0]), np.full_like(m, v[0], shape=(2, 3))


def chosen_by_numbers(v, m):
    """What is not 0 holds, and a condition may be shorter."""
    rows = np.compress([0, 1], m, axis=1), m.compress([2, 0, 1], axis=0), np.compress([False, True], v)
    parts = np.piecewise(v, [np.array([0, 0, 1, 1, 0])], [lambda t: t * t, 3.0]), np.piecewise(v, v > 0, [1.0, np.sin])
    return *rows, *parts, np.extract(np.array([1, 0, 0, 2, 0]), v), np.extract(m > 0, m)


def einsum_of_ones(v, w, m):
    one = w[:, None][0]
    return np.einsum("i,i->i", v, one), np.einsum("ij,kj->ik", m[:, 1:2], m), np.einsum("...i,...i", m[None], m)


def values_repeated(v, m):
    y, z = v * 1.0, m * 1.0
    np.put(y, [0, 1, 2], v[3:] * 2.0)
    np.put(z, [[0, -1], [2, 7]], [v[0], 5.0, v[1]])
    return y, z, np.vander(v), np.vander(v, 1), np.meshgrid(v, m[0], copy=False, sparse=True), np.put(y, 3, v[0]), y


def repeated_each(v, m):
    rows = np.repeat(m, [1, 0, 2], axis=0), np.repeat(m, (0, 1, 2, 1), axis=-1), m.repeat([2, 1, 0], 0)
    return np.repeat(v, [1, 0, 2, 3, 1]), *rows, np.repeat(v, np.array([1, 0, 2, 1, 0])), np.repeat(m, [2])


def chosen_by_a_known_mask(m):
    y = m * 2.0
    y[np.array([True, False, True]), [0, 1]] *= m[0, :2]
    return y, m[np.array([True, True, False]), [3, 1]], m[[True, False, True], 1]


def array_for_its_rows(m, c):
    flat = np.concatenate(m), np.concatenate(c), np.concatenate(c, axis=-1), np.hstack(m), np.hstack(c)
    return *flat, np.stack(m), np.stack(c, axis=-1), np.vstack(c), np.vstack(m), np.column_stack(m), sum(m), sum(c, 0.5)


def written_behind_its_rows(m):
    y = m * 1.0
    s, t = np.stack(y), np.concatenate(y)
    y[0] = 5.0
    return s, t


def rows_by_tuples(m, c):
    return m[(0, 1), (2, 3)], m[(0, 2),], c[1][[0, 2], (3, 3)]


def shifts(v, k):
    return v[:4] * np.left_shift(1, k), np.invert(k) * v[0], v[np.invert(v > 0.0)], np.bitwise_right_shift(k, 1) * v[1]


def grids_of_their_own(v):
    x = v * 1.5
    a, b = np.meshgrid(x, x, sparse=True)
    x[0] = 9.0
    return a * b


CASES: list[tuple[Callable[..., Any], tuple[Any, ...]]] = [
    (differences, (V, M)), (integrals, (V, W, M, T)), (products, (T, POINTS, M, V)), (of_scipy, (V, 1.5)),
    (of_math, (0.7,)), (finite_parts, (V,)), (interpolated, (V, W, 1.3)), (medians, (V, M)), (spectrum, (M,)),
    (joined_flat, (V, M)), (chosen_by_numbers, (V, M)), (einsum_of_ones, (V, W, M)), (grids_of_their_own, (V,)),
    (array_for_its_rows, (M, CUBE)), (written_behind_its_rows, (M,)), (rows_by_tuples, (M, CUBE)),
    (repeated_each, (V, M)), (chosen_by_a_known_mask, (M,)),
]  # fmt: skip


def weighed(*results: Any) -> Any:
    """A number that depends on every element of the results, and on its place."""
    flat = np.concatenate([np.ravel(r) for r in results])
    return np.sum(flat * flat * (np.arange(flat.size) % 7 + 1.0))


@pytest.mark.parametrize(("function", "args"), CASES, ids=lambda c: getattr(c, "__name__", ""))
def test_values_and_gradients(function: Callable[..., Any], args: tuple[Any, ...]) -> None:
    check(function, args)
    count = function.__code__.co_argcount
    if isinstance(function(*args), tuple):
        total = [lambda a: weighed(*function(a)), lambda a, b: weighed(*function(a, b)),
                 lambda a, b, c: weighed(*function(a, b, c)),
                 lambda a, b, c, d: weighed(*function(a, b, c, d))][count - 1]  # fmt: skip
    else:
        total = lambda a: np.sum(function(a) * function(a))
    symdiff.check_grads(total, args, order=2)


def test_shifts_and_inversions() -> None:
    check(shifts, (V, np.array([1, 2, 0, 3])))


def test_values_put_where_there_are_more_places() -> None:
    check(values_repeated, (V, M))


def test_grids_that_are_views() -> None:
    def f(x: Any) -> Any:
        y = x * 1.5
        a, b = np.meshgrid(y, y, copy=False)
        y[0] = 9.0
        return np.sum(a * b)

    with pytest.raises(CompileError) as caught:
        symdiff.grad(f)(V)
    assert "SD501 `a` may or may not share memory with `y`, which was written since" in str(caught.value)


def bad_choice(v, k):
    return np.choose(np.array([0, k]), [v, v])


def bad_place(v, k):
    return np.insert(v, k, 1.0)


def bad_condition(v, k):
    return np.select([np.array([k, 0, 0, 0, 1])], [v])


def test_what_numpy_raises() -> None:
    check(bad_choice, (V[:2], 1), (V[:2], 2), (V[:2], -1))
    check(bad_place, (V, 5), (V, 6), (V, -6))
    check(bad_condition, (V, 1))


def test_lgamma_needs_no_scipy() -> None:
    text = symdiff.generate(of_math)
    assert "scipy" not in text
    # digamma(1) = -γ
    assert symdiff.grad(lambda x: math.lgamma(x))(1.0) == pytest.approx(-0.57721566490153286, rel=1e-14)
    assert symdiff.grad(lambda x: math.gamma(x))(3.0) == pytest.approx(2 * (1.5 - 0.57721566490153286), rel=1e-14)


def test_interpolation_at_knots_and_outside() -> None:
    """fp rises by 1, 3 and -2 between the knots 0, 1, 2, 3: at a knot the right piece counts."""
    xp, fp = np.arange(4.0), np.array([0.0, 1.0, 4.0, 2.0])
    slope = symdiff.grad(lambda x: np.interp(x, xp, fp))
    assert [slope(x) for x in (-1.0, 0.0, 0.5, 1.0, 2.0, 3.0, 9.0)] == [0.0, 1.0, 1.0, 3.0, -2.0, -2.0, 0.0]


def test_medians() -> None:
    """The middle element has it all, or the two middle ones a half each."""
    odd, even = np.array([5.0, 1.0, 3.0]), np.array([[4.0, 1.0, 2.0, 9.0]])
    np.testing.assert_array_equal(symdiff.grad(lambda x: np.median(x))(odd), [0.0, 0.0, 1.0])
    np.testing.assert_array_equal(symdiff.grad(lambda x: np.sum(np.median(x, axis=1)))(even), [[0.5, 0.0, 0.5, 0.0]])


def sinc(v):
    return np.sinc(v), special.erf(v)


def test_what_scipy_takes_from_numpy_is_numpys() -> None:
    """scipy.special.sinc is np.sinc."""
    assert special.sinc is np.sinc
    check(sinc, (V,))


def test_equal_eigenvalues_are_loud() -> None:
    with np.errstate(all="ignore"):
        found = symdiff.grad(lambda a: np.sum(np.linalg.eigh(a)[1][0] ** 2 * np.arange(2.0)))(np.eye(2))
    assert not np.all(np.isfinite(found))
    np.testing.assert_allclose(symdiff.grad(lambda a: np.sum(np.linalg.eigvalsh(a)))(np.eye(2)), np.eye(2))


REFUSED: list[tuple[Callable[..., Any], Any, str]] = [
    (
        lambda c: np.sum(np.dot(c, c[0].T)),
        CUBE,
        "argument `a, b` of np.dot is not supported of arrays of rank above 2: write np.tensordot(a, b, axes=",
    ),
    (lambda v: np.sum(np.cross(v, v)), V[:2], "argument `a, b` of np.cross is not supported: the last axes must have"),
    (lambda v: np.sum(np.nan_to_num(v + 1j, nan=1.0)).real, V, "argument `nan` of np.nan_to_num is not supported, pos"),
    (lambda v: np.sum(np.asarray(v, float, copy=False)[0]), [1.0, 2.0], "argument `copy=False` of np.asarray is not"),
    (lambda v: (v * 2).resize(9), V, "`resize` of an array in its place is not supported"),
    (lambda m: np.place(m, m > 0, m[0]), M, "`np.place` of values from `m` itself is not supported"),
    (lambda m: np.fill_diagonal(m, np.diagonal(m)[::-1]), M, "`np.fill_diagonal` of values from `m` itself is not"),
    (
        lambda m: np.sum(np.add.reduceat(m, [0, 1], axis=1)),
        M,
        "argument `axis` of np.add.reduceat is not supported: pa",
    ),
    (
        lambda m: np.sum(np.kron(2.0, m)),
        M,
        "argument `2.0` of np.kron is not supported: an array with an axis is needed",
    ),
    (lambda v: np.log(v, where=v > 0), V, "argument `where` of np.log is not supported without out=: what stands"),
    (lambda v: np.cov(v, v, True, True, 1, 2), V, "np.cov: too many positional arguments"),
    (lambda v: np.average(v, returned=True)[0], V, "argument `returned` of np.average is not supported"),
    (
        lambda v: np.sum(v, axis=0, initial=2.0, where=v > 0),
        V,
        "argument `initial` of np.sum is not supported along an axis together with where=: add it to the sum",
    ),
    (lambda v: np.sum(v, axis=0, initial=v), V, "np.sum: `initial` must be a number"),
    (lambda m: np.median(m, axis=(0, 1)), M, "median: one axis, or all of them"),
    (lambda a: np.abs(np.linalg.eigh(a)[1][0, 0]), SYMMETRIC + 0j, "eigh of complex matrices is not supported"),
]


@pytest.mark.parametrize(("function", "x", "message"), REFUSED, ids=lambda c: c if isinstance(c, str) else "")
def test_refused_by_name(function: Callable[..., Any], x: Any, message: str) -> None:
    with pytest.raises(CompileError) as caught:
        symdiff.grad(function)(x)
    assert message in str(caught.value)


def lists_as_arrays(v):
    """Functions make arrays of the lists they are given."""
    t, s = v[0], v[1]
    return (
        np.polyfit([0, 1, 2], v[:3], 1), np.polyfit(v[:3], [0, 1, 4], 1, w=[1, 2, 1]), np.gradient(v[:3], [0, 1, 3]),
        np.unwrap([0.0, t, 9.0]), np.vander([t, 2.0]), np.polyadd([1, 2], v), np.polysub([1], [t, 2]),
        np.rot90([[t, 1.0], [2.0, s]]), np.linalg.matrix_power([[t, 1.0], [2.0, s]], 2), np.insert([1.0, 2.0], 1, t),
        np.delete([t, 2.0, s], 1), np.apply_along_axis(np.sum, 0, [v, v]), np.array_split([t, 2.0, s], 2)[0],
    )  # fmt: skip


def stacks_of_any_ranks(v):
    m = np.outer(v[:2], v[:3])
    return (
        np.hstack([v, 1.0]), np.hstack([v[0], v, 2]), np.vstack([v[:3], m]), np.vstack([m, v[1:4], m]),
        np.vstack([v[0], 2.0]), np.column_stack([v[:2], m, v[1:3]]), np.column_stack([v[0], v[1]]),
    )  # fmt: skip


def axes_moved_and_numbers_in_products(v):
    c = np.arange(24.0).reshape(2, 3, 4) * v[0]
    return (
        np.moveaxis(c, [0, 1], [-1, 0]), np.moveaxis(c, (0, 2), (2, 0)), np.moveaxis(c, source=0, destination=-1),
        np.swapaxes(c, axis1=0, axis2=-1), np.dot(v, 2.0), np.dot(2, c), np.dot(v[0], v[1]), np.inner(v, v[1]),
    )  # fmt: skip


@pytest.mark.parametrize("function", [lists_as_arrays, stacks_of_any_ranks, axes_moved_and_numbers_in_products])
def test_of_lists_and_numbers(function: Callable[..., Any]) -> None:
    for found, wanted in zip(symdiff.differentiable(function)(V), function(V), strict=True):
        np.testing.assert_allclose(found, wanted, rtol=1e-12, strict=True)
    symdiff.check_grads(lambda v: weighed(*function(v)), (V,), order=1)


def test_axes_that_numpy_does_not_move() -> None:
    with pytest.raises(CompileError, match=r"np\.moveaxis: axes \(0, 0\) and \(1, 0\) of an array of rank 2"):
        symdiff.grad(lambda m: np.sum(np.moveaxis(m, (0, 0), (1, 0))))(M)


def squeezed(m):
    return np.squeeze(m[None, 1:2]), np.squeeze(m[:1], axis=0), np.squeeze(m[:, None], 1)


def parts_of_one_element(m, v):
    return m[:, 1:2] + v, m[:, -2:-1] * v, m[1:2] * m, np.squeeze(m[1:2] * v)


@pytest.mark.parametrize("function", [squeezed, lambda m: parts_of_one_element(m, V[:4])])
def test_parts_of_one_element(function: Callable[..., Any]) -> None:
    """In the sizes of the call: `m[:, 1:2]` may have no column."""
    found = symdiff.differentiable(lambda m: weighed(*function(m)))
    np.testing.assert_array_equal(found(M), weighed(*function(M)))
    symdiff.check_grads(lambda m: weighed(*function(m)), (M,), order=1)


def test_an_axis_that_is_longer_is_not_squeezed() -> None:
    with pytest.raises(CompileError, match=r"np\.squeeze: cannot select an axis to squeeze out which has size"):
        symdiff.grad(lambda m: np.sum(np.squeeze(m, axis=0)))(M)
    with pytest.raises(CompileError, match=r"argument `axis=0` of np\.squeeze is not supported: whether the size n"):
        symdiff.generate(lambda m: np.sum(np.squeeze(m, axis=0)), types={"m": "f8[n, d]"})


def test_how_many_a_mask_chooses_beside_index_arrays_is_known() -> None:
    with pytest.raises(CompileError, match="SD303 how many elements a mask beside index arrays chooses must be known"):
        symdiff.grad(lambda m: np.sum(m[m[:, 0] > 0, [0, 1]]))(M)
    with pytest.raises(CompileError, match="the counts are one integer, or one for each element of the axis"):
        symdiff.grad(lambda m: np.sum(np.repeat(m, [1, -1, 2], axis=0)))(M)


@pytest.mark.parametrize("level", [0, 1, 2])
@pytest.mark.parametrize("dtype", ["c8", "c16"])
def test_abs_of_a_complex_element_is_pythons_to_the_bit(dtype, level):
    def lengths(z):
        return abs(z[0])

    compiled = symdiff.value_and_grad(lengths, level=level)
    for z in (RNG.normal(size=(50, 1)) + 1j * RNG.normal(size=(50, 1))).astype(dtype):
        value, gradient = compiled(z)
        assert value == abs(z[0]) and type(value) is type(abs(z[0]))
        np.testing.assert_allclose(gradient, np.conj(z) / np.abs(z), rtol=1e-6)


def test_a_range_of_whole_floats_is_numpys():
    def weights(v):
        return np.arange(1.0, len(v) + 1), np.arange(0.0, len(v), 2), np.arange(len(v), -2.0, -3)

    found = symdiff.differentiable(weights)(V)
    for one, expected in zip(found, weights(V), strict=True):
        assert one.dtype == np.float64
        np.testing.assert_array_equal(one, expected)


def test_an_empty_text_is_read_as_any_other_text():
    def matches(text, x):
        return x * sum(1.0 if text[i] == "A" else 2.0 for i in range(round(x)))

    assert symdiff.grad(matches, argnums=1)("", 0.3) == 0.0
    for text in ("", "A"):
        with pytest.raises(IndexError, match="string index out of range"):
            symdiff.grad(matches, argnums=1)(text, 3.0)


def steps_of_a_grid(b, n):
    return np.sum(np.sin(np.linspace(0.0, b, n + 1)) ** 2)


def test_a_module_has_grids_of_any_size():
    module: dict[str, Any] = {}
    exec(symdiff.generate(steps_of_a_grid, types="b=float, n=int"), module)
    for n in (0, 1, 4):
        value, gradient = module["steps_of_a_grid_value_and_grad"](2.0, n)
        assert value == steps_of_a_grid(2.0, n)
        at = np.array([k / n for k in range(n + 1)] if n else [0.0])
        assert math.isclose(gradient, sum(at * np.sin(4.0 * at)), abs_tol=1e-12)
    with pytest.raises(ValueError, match="Number of samples, -3, must be non-negative"):
        module["steps_of_a_grid_value_and_grad"](2.0, -4)


def test_unwrap_of_ints_is_not_cut_off():
    def unwrapped(m, x):
        return np.unwrap(m) * x

    m = np.array([[0, 4, 1], [7, 2, 2]])
    found = symdiff.differentiable(unwrapped, argnums=1)(m, 1.0)
    assert found.dtype == np.float64
    np.testing.assert_array_equal(found, np.unwrap(m))
