"""What a loop certainly binds is bound behind it; what it may not bind is asked for."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

import symdiff
from tests.codegen.test_readable import part


def newton(a: float, x: float):
    for i in range(50):
        k = i
        f = x * x - a
        x = x - f / (2 * x)
        if abs(f) < 1e-12:
            break
    return x * (1 + k) + f


def forever(x: float, tol: float):
    while True:
        s = np.sin(x)
        x = x - s * 0.5
        if abs(s) < tol:
            break
    return x * s + s


def in_each(x: float, a: float):
    for i in range(2, 5):
        for j in range(3):
            t = np.sin(x * j) * a
        x = x + t * i
    return x * t


def often(x: float, n: int):
    for i in range(n):
        s = x * x * i
    return s * x


def sometimes(x: float, a: float):
    for i in range(3):
        if x > a + i:
            s = x * a * i
    return s * x


def carried(x: float, a: float):
    for i in range(3):
        if i > 0:
            x = x * s  # noqa: F821
        s = x + a
    return s


SURE = {newton: (2.0, 1.3), forever: (0.7, 1e-2), in_each: (0.4, 0.9)}
UNSURE = {often: (0.7, 3), sometimes: (2.5, 0.3), carried: (0.4, 0.9)}


def lines(f: Any, function: str, level: int) -> list[str]:
    types = "x=float, n=int" if f is often else None
    text = part(symdiff.generate(f, level=level, types=types), f"{f.__name__}{function}")
    return [line.split("#")[0].strip() for line in text.splitlines()]


@pytest.mark.parametrize("level", [0, 1, 2])
@pytest.mark.parametrize("f", SURE)
def test_what_each_turn_binds_is_a_number(f: Any, level: int) -> None:
    for function in ("", "_forward", "_backward"):
        assert not any("None" in line for line in lines(f, function, level))


def test_nothing_is_bound_before_the_loop_for_nobody() -> None:
    found = lines(forever, "", 1)
    at = found.index("while True:")
    assert found[at - 1].startswith(("x, tol = ", "if ", '"""'))
    assert found[at + 1] == "s = np.sin(x)"


@pytest.mark.parametrize("level", [0, 1, 2])
@pytest.mark.parametrize("f", [often, sometimes])
def test_what_may_be_unbound_is_asked_for(f: Any, level: int) -> None:
    assert "if s is None:" in lines(f, "", level)
    nothing = (0.7, 0) if f is often else (0.1, 0.3)
    with pytest.raises(UnboundLocalError, match="cannot access local variable 's'"):
        symdiff.value_and_grad(f, level=level)(*nothing)


@pytest.mark.parametrize("level", [0, 1, 2])
@pytest.mark.parametrize("f", [*SURE, *UNSURE])
def test_the_numbers_are_those_of_differences(f: Any, level: int) -> None:
    x, *rest = (SURE | UNSURE)[f]
    h = 1e-6
    value, first = symdiff.value_and_grad(f, level=level)(x, *rest)
    assert np.isclose(value, f(x, *rest), rtol=1e-15)
    assert np.isclose(first, (f(x + h, *rest) - f(x - h, *rest)) / (2 * h), rtol=1e-6, atol=1e-8)
    grad = symdiff.grad(f, level=level)
    expected = (grad(x + h, *rest) - grad(x - h, *rest)) / (2 * h)
    assert np.isclose(symdiff.grad(grad, level=level)(x, *rest), expected, rtol=1e-5, atol=1e-7)
