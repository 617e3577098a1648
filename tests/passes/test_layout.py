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
