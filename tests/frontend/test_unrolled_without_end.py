"""Loops that could be unrolled for ever, for something that must be known: a few turns say that they will not end."""

from __future__ import annotations

import math

import numpy as np
import pytest

import symdiff
from symdiff import CompileError, value_and_grad


def machine(x, y):
    """A stack machine with a jump that depends on data: from there on it is not known which instruction is next."""
    code = [("push", 0.5), ("arg", 0.0), ("mul", 0.0), ("dup", 0.0), ("jneg", 7.0), ("push", 2.0), ("add", 0.0)]
    code += [("sin", 0.0), ("halt", 0.0)]
    stack, pc, steps = [], 0, 0
    while True:
        op, a = code[pc]
        pc += 1
        steps += 1
        if op == "push":
            stack.append(a)
        elif op == "arg":
            stack.append(x)
        elif op == "mul":
            stack.append(stack.pop() * y)
        elif op == "add":
            stack.append(stack.pop() + stack.pop())
        elif op == "dup":
            stack.append(stack[-1])
        elif op == "sin":
            stack[-1] = math.sin(stack[-1])
        elif op == "jneg":
            if stack.pop() < 0:
                pc = int(a)
        elif op == "halt":
            break
    return sum(stack) * steps


@pytest.mark.parametrize("level", [0, 2])
@pytest.mark.parametrize("x, y", [(0.3, 0.4), (0.3, -0.4)])
def test_a_machine_whose_jumps_depend_on_data(x: float, y: float, level: int) -> None:
    value, slopes = value_and_grad(machine, (0, 1), level=level)(x, y)
    assert value == pytest.approx(machine(x, y), rel=1e-14)
    h = 1e-6
    expected = [machine(x + h, y) - machine(x - h, y), machine(x, y + h) - machine(x, y - h)]
    np.testing.assert_allclose(slopes, np.array(expected) / (2 * h), rtol=1e-7)


class Scale:
    def __init__(self, k):
        self.k = k


def the_same_in_every_turn(x, n):
    while True:
        found = Scale(x)
        if n > 3:
            break
        found = math.sin
    return found.k * x


def another_number_in_every_turn(x, n):
    k = 0
    while True:
        found = Scale(x)
        if k >= n:
            break
        found = math.sin
        k += 1
        if k == 1000:
            found = lambda t: t * n
            break
    return found(x)


@pytest.mark.parametrize(
    "f, text",
    [(the_same_in_every_turn, "endlessly many times"), (another_number_in_every_turn, "more than 128 times")],
)
def test_it_is_said_when_it_would_not_end(f, text: str) -> None:
    with pytest.raises(CompileError, match=text) as info:
        symdiff.generate(f, types="x=float, n=int")
    assert [p.code for p in info.value.problems] == ["SD601"]
