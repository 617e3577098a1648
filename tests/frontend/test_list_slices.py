"""Changes of a slice of a list of any length: Python's errors."""

from __future__ import annotations

import re
from typing import Any

import numpy as np
import pytest

import symdiff
from symdiff.errors import CompileError
from tests.frontend.sources import run_notebook


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


MISUSES = ["a[::2] = [x]", "del a[::0]", "a[::0] = []", "y = a[::0]", "y = (x, x)[::0]", "y = 'ab'[::0]"]


@pytest.mark.parametrize("misuse", MISUSES)
@pytest.mark.parametrize("made", ["[x, 2.0 * x, x]", "[t for t in v]"])
def test_what_python_raises_of_slices_is_raised_where_it_runs(misuse, made):
    module = run_notebook(f"<{misuse} of {made}>", MISUSE.format(made=made, misuse=misuse))
    function, v = module["f"], np.ones(3)
    assert symdiff.value_and_grad(function, 1)(v, 0.5) == (0.25, 1.0)
    with pytest.raises(ValueError) as expected:
        function(v, 2.0)
    with pytest.raises(ValueError) as found:
        symdiff.value_and_grad(function, 1)(v, 2.0)
    assert str(found.value) == str(expected.value)


MISUSE = """\
def f(v, x):
    a = {made}
    if x > 1:
        {misuse}
    return x * x
"""


@pytest.mark.parametrize("index", ["'a'", "None", "1.0", "x"])
@pytest.mark.parametrize("use", ["y = a[{}]", "a[{}] = x", "del a[{}]"])
@pytest.mark.parametrize("made", ["[x, 2.0 * x, x]", "[t for t in v]"])
def test_what_is_no_index_is_refused_at_its_line(index, use, made):
    line = use.format(index)
    module = run_notebook(f"<{line} of {made}>", MISUSE.format(made=made, misuse=line))
    with pytest.raises(CompileError, match=rf"(?s):4:.*SD321.*{re.escape(line)}"):
        symdiff.grad(module["f"], 1)(np.ones(3), 0.5)


def every(v, k):
    return sum([t * t for t in v][::k])


def changed_by(v, k, count):
    a = [t * t for t in v]
    a[::k] = [0.0] * count
    return sum(a)


def over_places(v, k):
    return v[0] * len(range(0, 7, k))


def of_an_array(v, k):
    return np.sum(v[::k])


@pytest.mark.parametrize("function", (every, over_places, of_an_array))
def test_a_step_of_0_that_is_found_when_it_runs(function: Any) -> None:
    given = lambda v, ks: function(v, ks[0])
    for steps in ([2], [-1], [0]):
        check(given, np.array([1.0, 2.0, 3.0]), np.array(steps))


def check(function: Any, *args: Any) -> None:
    """The value of the plain call, or the same exception."""
    try:
        expected = function(*args)
    except ValueError as error:
        with pytest.raises(ValueError, match=re.escape(str(error))):
            symdiff.value_and_grad(function)(*args)
    else:
        assert symdiff.value_and_grad(function)(*args)[0] == expected


def test_as_many_as_every_kth_element() -> None:
    given = lambda v, ks, counts: changed_by(v, ks[0], counts[0])
    for step, count in ((2, 2), (2, 3), (-3, 1), (-3, 2)):
        check(given, np.array([1.0, 2.0, 3.0]), np.array([step]), np.array([count]))
