"""Changes of a slice of a list of any length: Python's errors."""

from __future__ import annotations

import numpy as np
import pytest

import symdiff
from symdiff.errors import CompileError


def grown(v):
    out = []
    for t in v:
        if t > 0:
            out.append(t)
    return out


def three_at_every_second(v, x):
    a = grown(v)
    a[::2] = [x, x, x]
    return sum(a)


def none_at_every_second(v, x):
    a = grown(v)
    a[1::2] = []
    return sum(a) * x


def a_step_of_zero(v, x):
    a = grown(v)
    del a[::0]
    return sum(a) * x


@pytest.mark.parametrize("function", [three_at_every_second, none_at_every_second], ids=lambda f: f.__name__)
@pytest.mark.parametrize("count", [0, 1, 2, 5, 6])
def test_the_number_of_new_elements_is_checked_as_python_does(function, count):
    v = np.linspace(0.5, 1.0, count)
    try:
        expected = function(v, 2.0)
    except ValueError as error:
        with pytest.raises(ValueError) as found:
            symdiff.value_and_grad(function)(v, 2.0)
        assert str(found.value) == str(error)
    else:
        assert symdiff.value_and_grad(function)(v, 2.0)[0] == expected


def test_a_step_of_zero_is_refused():
    with pytest.raises(CompileError, match="SD403"):
        symdiff.grad(a_step_of_zero)(np.ones(3), 2.0)
