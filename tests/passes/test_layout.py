"""Sums run in the order of memory: writing a result over an operand must not change how it lies there."""

import numpy as np
import pytest

import symdiff


def product(x, y):
    return np.sum(np.exp(x.T) * np.exp(y))


def swapped(x, y):
    return np.sum(np.exp(y) * np.exp(x.T))


def own(x, y):
    a = np.exp(x.T)
    return np.mean(np.tanh(a * a) + a) * y[0, 0]


@pytest.mark.parametrize("order", [("C", "C"), ("F", "C"), ("C", "F"), ("F", "F")])
@pytest.mark.parametrize("function", [product, swapped, own])
def test_the_value_is_that_of_the_function_bit_for_bit(function, order) -> None:
    rng = np.random.default_rng(0)
    x, y = (np.asarray(rng.normal(size=shape), order=o) for shape, o in zip(((37, 53), (53, 37)), order, strict=True))
    for level in (0, 1):
        assert symdiff.value_and_grad(function, level=level)(x, y)[0] == function(x, y)


def test_what_lies_in_one_way_is_overwritten() -> None:
    text = symdiff.generate(own, types="x=f8[n, m], y=f8[m, n]", level=1, functions=("primal",))
    assert "np.tanh(" in text and "out=" in text


def turning(x, y):
    s = 0.0
    a = x @ y
    for _ in range(3):
        a = np.tanh(a.T + x)
        s = s + np.sum(a * y) * y[0, 0]
    return s


def staying(x, y):
    a = x @ y
    for _ in range(3):
        a = np.tanh(a) * x + y
    return np.sum(a) * y[0, 0]


@pytest.mark.parametrize("order", [("C", "C"), ("F", "C"), ("F", "F")])
@pytest.mark.parametrize("function", [turning, staying])
def test_in_loops_too(function, order) -> None:
    rng = np.random.default_rng(0)
    x, y = (np.asarray(rng.normal(size=(41, 41)), order=o) for o in order)
    for level in (0, 1):
        assert symdiff.value_and_grad(function, level=level)(x, y)[0] == function(x, y)


def test_what_every_turn_leaves_as_it_lay_is_overwritten() -> None:
    def products(w, xs):
        h = xs[0]
        for x in xs:
            h = np.tanh(w @ h + x)
        return np.sum(h)

    text = str(symdiff.generate(products, types="w=f8[k, k], xs=f8[n, k]", level=1))
    assert "d_w += np.outer(" in text and "d_w = d_w" not in text


@pytest.mark.parametrize("level", [0, 1, 2])
@pytest.mark.parametrize("dtype, columns", [("f8", 8), ("f4", 4)])
def test_a_part_of_an_array_is_not_negated_where_it_lies(dtype: str, columns: int, level: int) -> None:
    """NumPy before 2.5 would write beside it, at a stride of 64 bytes for float64 and of 16 for float32."""

    def column(m):
        y = m * 2.0
        return np.sum(np.exp(-y[:, 0]))

    m = np.random.default_rng(0).normal(size=(3, columns)).astype(dtype)
    value, slope = symdiff.value_and_grad(column, level=level)(m)
    expected = np.zeros_like(m)
    expected[:, 0] = -2 * np.exp(-2 * m[:, 0])
    np.testing.assert_allclose(value, column(m), rtol=1e-6)
    np.testing.assert_allclose(slope, expected, rtol=1e-6)


def test_a_whole_array_is_negated_where_it_lies() -> None:
    def bell(x):
        return np.sum(np.exp(-(x * x)))

    def in_a_branch(x, c):
        y = x * x
        return np.sum(np.exp(-y)) if c > 0 else np.sum(y)

    for function, types in ((bell, "x=f8[n]"), (in_a_branch, "x=f8[n], c=int")):
        assert "np.negative(" in symdiff.generate(function, types=types, functions=("primal",))
