"""Lists whose lengths are found when it runs, compared with `==` and `<` as Python does it."""

from __future__ import annotations

from collections import deque

import numpy as np
import pytest

import symdiff


def equal(x, v):
    a = [t * x for t in v]
    positive = [t for t in a if t > 0]
    total = x * (a == positive) + 2 * x * (a != positive) + 4 * x * (list(v) == a) + 8 * x * (sorted(a) == a)
    return total + 16 * x * (a == []) + 32 * x * (a != [0.7]) + 64 * x * ([0.7 * x] == positive)


def ordered(x, v):
    a, b = [t * x for t in v], list(v)
    total = x * (a < b) + 2 * x * (a <= b) + 4 * x * (a > b) + 8 * x * (a >= b) + 16 * x * (a[1:] < b)
    return total + 32 * x * ([1.0, 2.0] < a) + 64 * x * (a <= a[:]) + 128 * x * ([] < a) + 256 * x * (a < [])  # noqa: SIM300


def of_other_kinds(x, v):
    a = [t * x for t in v]
    queue, rows = deque(a), [[t] * (k + 1) for k, t in enumerate(v)]
    turned = deque(queue)
    turned.rotate(1)
    total = x * (queue == turned) + 2 * x * (queue == a) + 4 * x * (tuple(a) == a) + 8 * x * (tuple(a) == tuple(queue))
    return total + 16 * x * (rows == [r[:] for r in rows]) + 32 * x * (rows != rows[1:])


def compared(x, a, b):
    """x times what tells the six comparisons of two things apart."""
    total = x * (a == b) + 2 * x * (a != b) + 4 * x * (a < b) + 8 * x * (a <= b)
    return total + 16 * x * (a > b) + 32 * x * (a >= b)


def of_tuples(x, v):
    a, b = [(k, t * x) for k, t in enumerate(v)], [(k, t * x) for k, t in enumerate(sorted(v))]
    tags = [("low" if t < 0 else "high", (t, k)) for k, t in enumerate(v)]
    total = compared(x, a, b) + 64 * compared(x, tags, tags[1:]) + 2**12 * compared(x, a[:1], a)
    return total + 2**18 * x * (tuple(a) == tuple(b)) + 2**19 * x * (tags != [("high", (0.7, 0))])


def of_lists_of_any_length(x, v):
    rows = [[t * x, 1.0] * (k + 1) for k, t in enumerate(v)]
    deep = [[(t, [t * x] * k) for k in range(2)] for t in v]
    other = [[(t, [1.0] * k) for k in range(2)] for t in v]
    total = compared(x, rows, [r[::-1] for r in rows]) + 64 * compared(x, rows, [r[:1] for r in rows])
    return total + 2**12 * compared(x, deep, other) + 2**18 * compared(x, deep, deep)


def of_what_may_be_none(x, v):
    a = [None if t < 0 else t for t in v]
    return x * (a == list(v)) + 2 * x * (a != a[:]) + 4 * x * ([(t, 1) for t in a] == [(t, 1) for t in sorted(v)])


@pytest.mark.parametrize("level", [0, 2])
@pytest.mark.parametrize("v", [[0.7, -0.4, 1.3], [0.7], [], [-0.4, -0.4]])
@pytest.mark.parametrize("f", [equal, ordered, of_other_kinds, of_tuples, of_lists_of_any_length, of_what_may_be_none])
def test_values_are_those_of_python(f, v, level):
    for x in (1.3, 1.0):
        value, (slope, _) = symdiff.value_and_grad(f, (0, 1), level=level)(x, np.array(v))
        assert value == f(x, np.array(v))
        assert slope == pytest.approx(value / x)  # each is x times what the comparisons count


def test_nan_in_both_is_an_error_when_it_runs():
    with pytest.raises(ValueError, match="whether they are one object is not known"):
        symdiff.grad(lambda v: v[0] * (list(v) == list(v)))(np.array([1.0, np.nan]))
    with pytest.raises(ValueError, match="whether they are one object is not known"):
        symdiff.grad(lambda v: v[0] * ([(1, t) for t in v] < [(1, t) for t in v]))(np.array([1.0, np.nan]))


def test_a_list_is_equal_to_itself_whatever_is_in_it():
    def f(v):
        a = [(1, t) for t in v]
        return v[0] * (a == a) + 2 * v[0] * (a < a) + 4 * v[0] * (a <= a)

    v = np.array([1.0, np.nan])
    assert symdiff.value_and_grad(f)(v)[0] == f(v) == 5.0


def test_lists_of_arrays_are_not_compared():
    with pytest.raises(symdiff.CompileError, match="SD321 `comparison` of a list and a list"):
        symdiff.grad(lambda v: v[0] * ([t * v for t in v] == [t + v for t in v]))(np.ones(3))
