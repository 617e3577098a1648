"""A value that nobody reads is computed where its computation may raise in Python, and nowhere else."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

import symdiff


def helper(y: float) -> float:
    a = math.sqrt(y)
    b = a * 2 + y * 3 - 1 / (y + 7) + math.sin(y) * y + y**2
    return b + math.cos(y) + y * y


def chain(x, y):
    z = math.sqrt(y)
    w = math.exp(z)
    return x


def in_turns(x, y):
    for i in range(3):
        z = math.log(y - i)
    return x


def in_one_branch(x, y):
    if y < 0:
        z = math.sqrt(y)
    return x


def in_a_shared_helper(x, y):
    z = helper(y)
    return helper(x)


def in_a_list(x, y):
    z = [math.log(y), 2.0]
    return x * z[1]


def in_a_while(x, y):
    while x < 10:
        z = math.log(y)
        x, y = x * 2, y - 1
    return x


def overflow(x, y):
    z = math.exp(y * 1000)
    return x


def of_two(x, y):
    z = math.pow(x * 0, y - 7)
    return x


def long_int(x, n):
    z = 10**n * 1.0
    return x


def long_quotient(x, n):
    z = float(10**n) + 10**n / 3
    return x


def negative_shift(x, n):
    z = 1 << 300 - n
    return x


def to_int(x, y):
    z = int(y / 1e308 * 10), round(y)
    return x


NUMBERS: list[tuple[Callable[..., Any], float | int, float | int]] = [
    (chain, -1.0, 1.0), (in_turns, 1.5, 3.5), (in_one_branch, -1.0, 1.0), (in_a_shared_helper, -3.0, 3.0),
    (in_a_list, -1.0, 2.0), (in_a_while, 1.5, 30.0), (overflow, 1.0, 0.5), (of_two, 3.0, 8.0), (long_int, 400, 3),
    (long_quotient, 400, 3), (negative_shift, 400, 3), (to_int, math.inf, 2.0),
]  # fmt: skip


@pytest.mark.parametrize("level", [0, 1, 2])
@pytest.mark.parametrize(("f", "bad", "good"), NUMBERS)
def test_python_s_exceptions_are_kept(f: Callable[..., Any], bad: float, good: float, level: int) -> None:
    compiled = symdiff.value_and_grad(f, level=level)
    with pytest.raises((ArithmeticError, ValueError)) as expected:
        f(1.5, bad)
    with pytest.raises(expected.type):
        compiled(1.5, bad)
    assert compiled(1.5, good)[0] == f(1.5, good)


def too_few_zeros(x, n):
    np.zeros((2, n - 9))
    return x


SIZES: list[Callable[..., Any]] = [
    too_few_zeros,
    *(lambda x, n: (np.zeros(-1), x)[1], lambda x, n: (np.full((2, -3), x), x)[1], lambda x, n: (np.eye(-2), x)[1]),
    *(
        lambda x, n: (np.linspace(0, 1, n - 9), x)[1],
        lambda x, n: (np.linspace(0, 1, -1), x)[1],
        lambda x, n: (np.repeat(np.ones(2), -1), x)[1],
    ),
]


@pytest.mark.parametrize("f", SIZES)
def test_an_array_of_less_than_nothing(f: Callable[..., Any]) -> None:
    with pytest.raises(ValueError, match="negative") as expected:
        f(1.5, 3)
    with pytest.raises(ValueError, match="negative") as found:
        symdiff.grad(f)(1.5, 3)
    assert str(found.value) == str(expected.value)


def test_a_size_that_is_no_argument_s_is_not_asked() -> None:
    """The array of as many elements as another has cannot fail: it is gone."""

    def f(x):
        y = np.zeros(len(x))
        return np.sum(x)

    assert "np.zeros" not in symdiff.generate(f, types="x=f8[n]", functions=("primal",))


def test_numpy_s_exceptions_are_kept() -> None:
    def reshaped(v, n):
        w = v.reshape(n, -1)
        return v[0]

    def decomposed(v, n):
        s = np.linalg.svd(v[None, :] + np.zeros((2, 1)))
        return v[0]

    compiled = symdiff.value_and_grad(reshaped)
    with pytest.raises(ValueError, match="cannot reshape array of size 2"):
        compiled(np.array([1.0, 2.0]), 3)
    assert compiled(np.array([1.0, 2.0]), 2)[0] == 1.0
    with pytest.raises(np.linalg.LinAlgError):
        symdiff.value_and_grad(decomposed)(np.array([np.nan, 2.0]), 1)


@pytest.mark.parametrize("level", range(3))
def test_a_part_that_another_part_raises_for_is_not_computed(level: int) -> None:
    def values(a):
        _u, s, _vt = np.linalg.svd(a)
        return s[0]

    body = symdiff.generate(values, types="a=f8[n, n]", functions=("primal",), level=level)
    (line,) = [line for line in body.splitlines() if "np.linalg.svd(" in line]
    assert "," not in line.split(" = ")[0]
    with pytest.raises(np.linalg.LinAlgError):
        symdiff.value_and_grad(values, level=level)(np.full((2, 2), np.nan))


def test_what_raises_is_a_statement() -> None:
    """And what cannot raise is gone, and what is computed for another reason is computed once."""

    def f(x, y):
        if y > 0:
            a = math.sqrt(y) + math.sqrt(x)
        b = math.tanh(y) + np.exp(y) + x * 2
        c = math.sin(x)
        return x * math.sin(x)

    source = symdiff.generate(f, functions=("primal", "backward", "forward"))
    body = source.split('"""Return f(x, y)."""')[1].split("def f_forward")[0]
    assert [line.split("#")[0].strip() for line in body.splitlines() if "math" in line] == [
        "math.sqrt(y)",
        "math.sqrt(x)",
        "c = math.sin(x)",
    ]
    assert "tanh" not in source and "np.exp" not in source
    assert "math.sqrt" not in source.split("def f_backward")[1]


def test_a_second_derivative_keeps_no_value() -> None:
    source = symdiff.generate(lambda x: math.sin(x) * x, functions=("hvp",))
    assert not [line for line in source.splitlines() if line.strip().startswith("math.")]
