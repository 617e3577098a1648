"""Arrays that are zero outside, and subscripts that may be outside: beside loops over plain Python lists."""

from collections.abc import Callable

import numpy as np
import pytest

import symdiff

OFFSETS = range(-3, 4)
n, m = 5, 4
x = np.array([0.5, -1.0, 2.0, 0.25, -1.5])
X = np.random.default_rng(3).normal(size=(n, m))


def outside_zero(i: int, j: int = 0) -> float:
    """X, or x in its first row, counted from 0."""
    return float(X[i, j]) if 0 <= i < n and 0 <= j < m else 0.0


def shifted(offset: int, name: str = "i") -> str:
    return name if offset == 0 else f"{name}{offset:+d}"


def slope(f: Callable[[np.ndarray], float], at: np.ndarray) -> np.ndarray:
    """The gradient of a polynomial of degree two, by central differences, which are exact."""
    found = np.zeros_like(at)
    for place in np.ndindex(*at.shape):
        step = np.zeros_like(at)
        step[place] = 1.0
        found[place] = (f(at + step) - f(at - step)) / 2
    return found


@pytest.mark.parametrize("base", [0, 1])
@pytest.mark.parametrize("k", OFFSETS)
def test_a_shifted_vector(k: int, base: int) -> None:
    index, axis = ("0..n-1", "0..n-1") if base == 0 else ("1..n", "n")
    text = f"index i = {index}\nf(w; x: [{axis}] padded) = w Σ_i (x_{{{shifted(k)}}} - x_i)^2 + Σ_i x_{{{shifted(k)}}}"
    f = symdiff.from_dsl(text)

    def expected(v: np.ndarray) -> float:
        at = [v[i + k] if 0 <= i + k < len(v) else 0.0 for i in range(len(v))]
        return float(sum(1.5 * (at[i] - v[i]) ** 2 + at[i] for i in range(len(v))))

    value, gradient = symdiff.value_and_grad(f)(1.5, x)
    assert value == pytest.approx(expected(x), rel=1e-13)
    np.testing.assert_allclose(gradient, slope(expected, x), rtol=1e-12, atol=1e-12)


@pytest.mark.parametrize("base", [0, 1])
@pytest.mark.parametrize(("k", "l"), [*((k, 0) for k in OFFSETS), *((k, -k) for k in OFFSETS), (1, 1), (-2, -1)])
def test_a_shifted_matrix(k: int, l: int, base: int) -> None:  # noqa: E741  # as the lectures call it
    index = "i = 0..n-1, j = 0..m-1" if base == 0 else "i = 1..n, j = 1..m"
    axes = "0..n-1, 0..m-1" if base == 0 else "n, m"
    subscript = f"{shifted(k)},{shifted(l, 'j')}"
    f = symdiff.from_dsl(f"index {index}\nf(w; X: [{axes}] padded) = w Σ_i Σ_j X_{{{subscript}}} (X_ij - 1)")

    def expected(v: np.ndarray) -> float:
        return sum(
            1.5 * float(v[i + k, j + l]) * (float(v[i, j]) - 1)
            for i in range(n)
            for j in range(m)
            if 0 <= i + k < n and 0 <= j + l < m
        )

    value, gradient = symdiff.value_and_grad(f)(1.5, X)
    assert value == pytest.approx(expected(X), rel=1e-12)
    np.testing.assert_allclose(gradient, slope(expected, X), rtol=1e-12, atol=1e-12)


@pytest.mark.parametrize("base", [0, 1])
def test_the_five_point_stencil(base: int) -> None:
    index = "i = 0..n-1, j = 0..m-1" if base == 0 else "i = 1..n, j = 1..m"
    axes = "0..n-1, 0..m-1" if base == 0 else "n, m"
    f = symdiff.from_dsl(
        f"index {index}\nO = f(X: [{axes}] padded; w)\n"
        "O_ij = w (X_{i+1,j} + X_{i-1,j} + X_{i,j+1} + X_{i,j-1} - 4 X_ij)"
    )
    expected = np.empty((n, m))
    for i, j in np.ndindex(n, m):
        around = outside_zero(i + 1, j) + outside_zero(i - 1, j) + outside_zero(i, j + 1) + outside_zero(i, j - 1)
        expected[i, j] = around - 4 * outside_zero(i, j)
    np.testing.assert_allclose(f(X, 2.0), 2 * expected, rtol=1e-13)
    value, pullback = symdiff.vjp(f, X, 2.0)
    np.testing.assert_allclose(value, 2 * expected, rtol=1e-13)
    np.testing.assert_allclose(pullback(X)[-1], np.sum(X * expected), rtol=1e-12)


@pytest.mark.parametrize(
    ("subscript", "place"), [("1", 0), ("5", 4), ("7", 6), ("0", -1), ("-2", -3), ("n-2", 2), ("n-6", -2), ("n+2", 6)]
)
def test_one_element_of_a_padded_vector(subscript: str, place: int) -> None:
    f = symdiff.from_dsl(f"f(w; x: [n] padded) = w x_{{{subscript}}}")
    expected = np.zeros(n)
    if 0 <= place < n:
        expected[place] = 1.5
    value, gradient = symdiff.value_and_grad(f)(1.5, x)
    assert value == expected @ x
    np.testing.assert_array_equal(gradient, expected)


@pytest.mark.parametrize(
    ("text", "arguments", "message"),
    [
        ("f(x: [n]; w) = w x_5", (np.ones(4), 2.0), "x_5: the subscript is above n, the last index"),
        ("f(x: [0..n-1]; w) = w x_5", (np.ones(5), 2.0), "x_5: the subscript is above n - 1, the last index"),
        ("f(x: [n]; w) = w x_{n-2}", (np.ones(2), 2.0), "x_{n-2}: the subscript is below 1, the first index"),
        ("f(x: [n], k: int; w) = w x_k", (np.ones(2), 3, 2.0), "a subscript is above n, the last index"),
        ("f(x: [n], k: int; w) = w x_k", (np.ones(2), 0, 2.0), "a subscript is below 1, the first index"),
        ("f(x: [0..n-1], k: int; w) = w x_k", (np.ones(2), 2, 2.0), "a subscript is above n - 1, the last index"),
        ("f(x: [3], k: int; w) = w x_k", (np.ones(3), 4, 2.0), "a subscript is above 3, the last index"),
        (
            "f(X: [m, n], y: int[m]; w) = w Σ_{i=1}^m X_{i,y_i}",
            (np.ones((2, 2)), np.array([2, 3]), 2.0),
            "a subscript is above n, the last index",
        ),
    ],
)
def test_a_subscript_outside_is_counted_as_written(text: str, arguments: tuple[object, ...], message: str) -> None:
    f = symdiff.from_dsl(text)
    for call in (f, symdiff.grad(f)):
        with pytest.raises(IndexError) as caught:
            call(*arguments)
        assert str(caught.value) == message


def test_single_subscripts_inside() -> None:
    f = symdiff.from_dsl("f(; x: [n]) = x_5 x_2 + x_{n-3}")
    value, gradient = symdiff.value_and_grad(f)(x)
    assert value == x[4] * x[1] + x[1]
    np.testing.assert_array_equal(gradient, [0, x[4] + 1, 0, 0, x[1]])
