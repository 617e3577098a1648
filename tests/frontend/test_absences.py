"""Lists of as many times None as the run says: of any length in a module, and Python's errors where one is None."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from symdiff import CompileError, generate, jvp, value_and_grad


def doubled(v):
    out = [None] * len(v)
    for i in range(len(v)):
        out[i] = v[i] * 2
    return sum(out)


def some_doubled(v):
    out = [None] * len(v)
    for i in range(0, len(v), 2):
        out[i] = v[i] * 2
    return sum(out)


def as_an_array(v):
    out = [None] * len(v)
    for i in range(0, len(v), 2):
        out[i] = v[i] * 2
    return np.sum(np.array(out, dtype=float))


def the_last(v):
    last = [None] * len(v)
    for t in v:
        if t > 0.5:
            last[-1] = t * t
    return 0.0 if last[len(v) - 1] is None else last[-1]


def module(function: Callable[..., Any]) -> dict[str, Any]:
    found: dict[str, Any] = {}
    exec(generate(function, wrt="v", types="v=f8[n]"), found)
    return found


@pytest.mark.parametrize("n", [0, 1, 3, 1100])
def test_one_module_is_for_every_length(n: int) -> None:
    v = np.arange(float(n))
    value, gradient = module(doubled)["doubled_value_and_grad"](v)
    assert value == float(n * (n - 1)) and np.array_equal(gradient, np.full(n, 2.0))


def test_a_derivative_compiles_a_loop() -> None:
    value, gradient = value_and_grad(doubled)(np.ones(1100))
    assert value == 2200.0 and np.array_equal(gradient, np.full(1100, 2.0))
    assert jvp(doubled, (np.ones(1200),), (np.ones(1200),))[1] == 2400.0


@pytest.mark.parametrize(("v", "expected"), [([0.75, 1.5], [0.0, 3.0]), ([0.75, 0.25], [1.5, 0.0]), ([0.5], [0.0])])
def test_both_paths(v: list[float], expected: list[float]) -> None:
    assert np.array_equal(module(the_last)["the_last_grad"](np.array(v)), expected)


@pytest.mark.parametrize("function", [some_doubled, as_an_array])
def test_a_number_that_is_none_raises(function: Callable[..., Any]) -> None:
    for run in (module(function)[f"{function.__name__}_value_and_grad"], value_and_grad(function)):
        assert run(np.array([1.5]))[0] == 3.0
        with pytest.raises(TypeError, match="None"):
            run(np.array([1.5, 2.5]))


# --- read in a branch of the loop that fills them


def in_an_expression(x, v):
    memo = [None] * len(v)
    for i in range(len(v)):
        memo[i] = x if i < 1 else memo[i - 1] * v[i]
    return memo[-1]


def under_a_name(x, v):
    memo = [None] * len(v)
    for i in range(len(v)):
        if i < 1:
            y = x
        else:
            y = abs(memo[i - 1]) * v[i]
        memo[i] = y
    return memo[-1]


def a_name_that_is_none(x, v):
    product = None
    for i in range(len(v)):
        product = x if i == 0 else product * v[i]
    return product


@pytest.mark.parametrize("level", [0, 1, 2])
@pytest.mark.parametrize("function", [in_an_expression, a_name_that_is_none, under_a_name])
def test_a_branch_reads_what_the_other_one_fills(function: Callable[..., Any], level: int) -> None:
    """The product of x and all numbers but the first."""
    for v in (np.array([5.0]), np.array([5.0, 2.0]), np.array([5.0, 2.0, 0.5, 3.0])):
        rest = np.prod(v[1:])
        assert function(0.75, v) == 0.75 * rest
        assert value_and_grad(function, level=level)(0.75, v) == (0.75 * rest, rest)
        assert jvp(function, (0.75, v), (1.0, np.zeros(len(v)))) == (0.75 * rest, rest)


@pytest.mark.parametrize("function", [in_an_expression, under_a_name])
def test_a_list_of_no_none_has_no_last_element(function: Callable[..., Any]) -> None:
    with pytest.raises(IndexError):
        value_and_grad(function)(0.75, np.zeros(0))


def never_filled_in_time(x, v):
    memo = [None] * len(v)
    s = 0.0
    for i in range(len(v)):
        s += x if i < 100 else memo[i] + 1
    return s


def unlike_before(x, v):
    a = None
    for i in range(len(v)):
        a = x if i == 0 else abs(None) + a
    return a


def spoilt_at_first(x, v):
    s = x
    for i in range(len(v)):
        y = "a" * s if i > 0 else s
        s = s + y
    return s


@pytest.mark.parametrize(
    ("function", "line", "message"),
    [
        (never_filled_in_time, 4, "`+` of None and 1"),
        (unlike_before, 3, "`abs` of None and nothing"),
        (spoilt_at_first, 3, "`*` of 'a' and float"),
    ],
)
def test_what_no_round_takes_is_reported_alone(function: Callable[..., Any], line: int, message: str) -> None:
    """The last round takes every branch: what the other branch was taken for is no answer."""
    with pytest.raises(CompileError) as caught:
        value_and_grad(function)(0.5, np.ones(3))
    (problem,) = caught.value.problems
    assert problem.code == "SD321" and message in problem.what and problem.loc is not None
    assert problem.loc.line == function.__code__.co_firstlineno + line
