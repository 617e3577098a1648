"""Tuples of numbers and arrays in order: an array is compared where all before it is equal, which NumPy refuses."""

from __future__ import annotations

import heapq

import numpy as np
import pytest

import symdiff
from tests.frontend.running import differences


def pushed(x):
    heap: list = []
    for t in x:
        heapq.heappush(heap, (t, x * t))
    return heap[0][1].sum()


def in_order(x):
    rows = sorted([(t, x * t) for t in x])
    return sum(k * p.sum() for k, (_, p) in enumerate(rows))


def in_order_unread(x):
    rows = [(t, x * t) for t in x]
    rows.sort()
    return x.sum()


def largest(x):
    return max([(t, x * t) for t in x])[1].sum()


EVERY = (pushed, in_order, in_order_unread, largest)
DIFFERENT = np.array([0.7, -0.4, 1.3])
TWICE = np.array([0.7, 1.3, 0.7, 1.3])


@pytest.mark.parametrize("level", [0, 1, 2])
@pytest.mark.parametrize("function", EVERY)
def test_numbers_that_differ_decide(function, level):
    value, gradient = symdiff.value_and_grad(function, level=level)(DIFFERENT)
    assert value == function(DIFFERENT)
    np.testing.assert_allclose(gradient, differences(function, DIFFERENT), atol=1e-8)


@pytest.mark.parametrize("level", [0, 1, 2])
@pytest.mark.parametrize("function", EVERY)
def test_equal_numbers_before_arrays_raise_what_numpy_raises(function, level):
    with pytest.raises(ValueError) as ours:
        symdiff.value_and_grad(function, level=level)(TWICE)
    with pytest.raises(ValueError) as theirs:
        function(TWICE)
    assert str(ours.value) == str(theirs.value)


@pytest.mark.parametrize("function", [pushed, in_order, largest])
def test_arrays_of_one_element_are_compared(function):
    def shortened(x):
        return function(x[:1]) + function(x[1:])

    x = np.array([0.5, 0.7])
    assert symdiff.value_and_grad(shortened)(x)[0] == shortened(x)


def test_arrays_of_one_element_decide_behind_equal_numbers():
    def least(x):
        heap = [(0.0, np.array([t])) for t in x]
        heapq.heapify(heap)
        return heap[0][1][0] ** 2

    value, gradient = symdiff.value_and_grad(least)(DIFFERENT)
    assert value == least(DIFFERENT)
    assert gradient.tolist() == [0.0, 2 * DIFFERENT[1], 0.0]


def test_arrays_in_front_have_no_order():
    def f(x):
        return sorted([(x * t, t) for t in x])[0][1]

    with pytest.raises(symdiff.CompileError, match=r"(?s)SD224.*begin with such") as error:
        symdiff.grad(f)(DIFFERENT)
    assert "key=lambda" in str(error.value)
