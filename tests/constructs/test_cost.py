"""A loop of n turns costs n in both passes, at every level: executed lines and allocated bytes at n and at 10 n.

Bytes are those that each line allocates beyond what was there before it, added up: a copy that is dropped in the same
turn counts.  `tests/ad/test_cost.py` counts what is written in place.
"""

import sys
import tracemalloc
from collections.abc import Callable
from types import FrameType
from typing import Any

import numpy as np
import pytest

from symdiff import generate
from tests.constructs import calls, data, flow, memory  # noqa: F401  (fill the bank)
from tests.constructs.bank import BANK, copied, module

SIZE = 24
FUNCTIONS = ("", "_forward", "_backward", "_value_and_grad")


def metered(function: Callable[..., Any], *args: Any) -> tuple[Any, np.ndarray]:
    """The result of a generated function, and the lines and bytes that it took."""
    lines = allocated = last = 0

    def trace(frame: FrameType, event: str, arg: object) -> Any:
        nonlocal lines, allocated, last
        if not frame.f_code.co_filename.startswith("<symdiff"):
            return None
        lines += event == "line"
        current, peak = tracemalloc.get_traced_memory()
        allocated += max(peak - last, 0)
        tracemalloc.reset_peak()
        last = current
        return trace

    before = sys.gettrace()
    tracemalloc.start()
    sys.settrace(trace)
    try:
        result = function(*args)
    finally:
        sys.settrace(before)
        tracemalloc.stop()
    return result, np.array([lines, allocated])


def costs(name: str, level: int, n: int) -> np.ndarray:
    """One row of lines and bytes for each of FUNCTIONS."""
    made, args = module(name, level), BANK[name].arguments(n)
    _, primal = metered(made[name], *copied(args))
    (_, saved), forward = metered(made[f"{name}_forward"], *args)
    _, backward = metered(made[f"{name}_backward"], saved)
    _, fused = metered(made[f"{name}_value_and_grad"], *args)
    return np.stack([primal, forward, backward, fused])


LINEAR = [name for name, c in BANK.items() if c.linear]


@pytest.mark.parametrize("level", [0, 1, 2])
@pytest.mark.parametrize("name", LINEAR)
def test_ten_times_the_size_costs_ten_times_as_much(name: str, level: int) -> None:
    small, large = costs(name, level, SIZE), costs(name, level, 10 * SIZE)
    assert (small[:, 0] > 0).all()
    ratios = dict(zip(FUNCTIONS, (large / np.maximum(small, 1)).round(1).tolist(), strict=True))
    assert all(max(row) <= 11 for row in ratios.values()), ratios


def test_a_quadratic_loop_is_seen() -> None:
    source = "def f(x):\n    for i in range(len(x)):\n        x = x.copy()\n    return x\n"
    scope: dict[str, Any] = {}
    exec(compile(source, "<symdiff quadratic>", "exec"), scope)
    (_, small), (_, large) = (metered(scope["f"], np.ones(n)) for n in (SIZE, 10 * SIZE))
    assert large[0] < 11 * small[0] and large[1] > 20 * small[1]


def few(x: float):
    for _ in range(3):
        x = np.sin(x) * x
    return x


def many(x: float):
    for _ in range(3_000_000):
        x = np.sin(x) * x
    return x


@pytest.mark.parametrize("level", [0, 1, 2])
def test_compiling_takes_no_longer_for_more_turns(level: int) -> None:
    """The same text but for the number: nothing was done once per turn."""
    short, long = generate(few, level=level), generate(many, level=level)
    assert "3000000" in long
    assert [len(text.splitlines()) for text in (short, long)] == [len(short.splitlines())] * 2
