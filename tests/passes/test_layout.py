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
