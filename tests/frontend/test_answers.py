"""What `__bool__` and `__len__` of a class answer is what Python takes, or Python's error is raised."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

import symdiff
from symdiff.errors import CompileError


class Truth:
    def __init__(self, answer):
        self.answer = answer

    def __bool__(self):
        return self.answer


class Sized:
    def __init__(self, count):
        self.count = count

    def __len__(self):
        return self.count


def of_a_comparison(x):
    return x * 2.0 if Truth(x > 1.0) else x


def of_a_number(x):
    return x * 2.0 if Truth(1) else x


def of_nothing(x):
    return x * 2.0 if Truth(None) else x


def of_a_float(x):
    return x * 2.0 if Sized(x) else x


def of_a_negative_number(x):
    return x * len(Sized(-1))


REFUSED = [
    (of_a_comparison, np.float64(2.0), "__bool__ should return bool, returned numpy.bool"),
    (of_a_number, 2.0, "__bool__ should return bool, returned int"),
    (of_nothing, 2.0, "__bool__ should return bool, returned NoneType"),
    (of_a_float, 2.0, "'float' object cannot be interpreted as an integer"),
    (of_a_negative_number, 2.0, "__len__() should return >= 0"),
]


@pytest.mark.parametrize(("function", "x", "message"), REFUSED, ids=[case[0].__name__ for case in REFUSED])
def test_what_python_does_not_take(function: Any, x: Any, message: str) -> None:
    with pytest.raises((TypeError, ValueError)) as plain:
        function(x)
    assert message == str(plain.value)
    with pytest.raises(CompileError) as refused:
        symdiff.grad(function)(x)
    assert message in str(refused.value)


def in_a_branch(x):
    if x > 1.0:
        return x if Truth(None) else 0.0
    return x * x


def of_the_run(x, n):
    return x * len(Sized(n - 3)) if Sized(n) else x


@pytest.mark.parametrize("level", (0, 1, 2))
def test_raised_where_it_runs(level: int) -> None:
    assert symdiff.grad(in_a_branch, level=level)(0.5) == 1.0
    with pytest.raises(TypeError, match="__bool__ should return bool, returned NoneType"):
        symdiff.grad(in_a_branch, level=level)(2.0)
    assert symdiff.grad(of_the_run, level=level)(0.5, 5) == 2.0
    with pytest.raises(ValueError, match=r"__len__\(\) should return >= 0"):
        symdiff.grad(of_the_run, level=level)(0.5, 1)


def taken(x, v):
    """What a comparison of Python's numbers gives, and lengths, which are ints whatever `__len__` gives."""
    y = x * 2.0 if Truth(x > 1.0) else x
    held = [t * x for t in v if t > 0]
    return y / len(Sized(np.int64(3))) * len(Sized(len(held))) if Sized(v.shape[0]) else y


@pytest.mark.parametrize("level", (0, 1, 2))
def test_what_python_takes(level: int) -> None:
    x, v = 1.5, np.array([1.0, -1.0, 2.0])
    value, gradient = symdiff.value_and_grad(taken, level=level)(x, v)
    assert (value, type(value)) == (taken(x, v), float)
    assert gradient == taken(x, v) / x
    text = symdiff.generate(taken, wrt="x", types="x=float, v=f8[n]", level=level)
    assert "should return" not in text  # no length of a list is below 0
