"""Elements that go in and out of a list anywhere cost what Python's own change costs, in both passes.

Lines and bytes at n and at 10 n, as in `test_cost`: where a turn took a slice of the list, or saved it, n turns would
cost n².
"""

from __future__ import annotations

import inspect
import sys
from bisect import insort
from collections import deque
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from symdiff import generate
from symdiff.codegen.load import Loaded
from tests.constructs.bank import vector
from tests.constructs.test_cost import FUNCTIONS, SIZE, metered


def from_the_front(x, v):
    waiting = [t * x for t in v]
    s = 0.0
    while waiting:
        s = s * 0.5 + waiting.pop(0)
    return s


def a_deque(x, v):
    waiting = deque()
    for t in v:
        waiting.append(t * x)
        waiting.appendleft(t)
    s = 0.0
    while waiting:
        s = s * 0.5 + waiting.popleft() * waiting.pop()
    return s


def a_short_window(x, v):
    window = deque(maxlen=3)
    s = 0.0
    for t in v:
        window.append(t * x)
        s += window[0] * window[-1]
    return s


def a_ring_of_known_length(x, v):
    ring = deque([0.1] * 12)
    s = 0.0
    for t in v:
        ring.append(0.9 * ring.popleft() + t * x)
        s += ring[0] * t
    return s


def turned(x, v):
    ring = deque(v)
    s = x
    while len(ring) > 1:
        ring.rotate(-2)
        s = s * x + ring.popleft()
    return s


def turned_by_a_staged_number(x, v):
    ring = deque(v)
    s = x
    for i in range(len(v)):
        ring.rotate(i % 3 - 1)
        s = s * x + ring[0]
    return s


def anywhere(x, v):
    circle = [t * x for t in v]
    s = x
    k = 0
    while len(circle) > 1:
        k = (k + 2) % len(circle)
        s = s * 0.9 + circle.pop(k)
    return s + circle[0]


def put_in_anywhere(x, v):
    row = [x]
    s = 0.0
    for t in v:
        row.insert(len(row) // 2, t * x)
        s = s * 0.9 + row[len(row) // 3]
    return s


def kept_in_order(x, v):
    row = []
    s = 0.0
    for t in v:
        insort(row, 1.0)
        s += row[len(row) // 2] * t * x
    return s


def removed(x, v):
    row = [t * x for t in v]
    s = 0.0
    while row:
        first = row[0]
        row.remove(first)
        s = s * 0.9 + first
    return s


def deleted(x, v):
    row = [t * x for t in v]
    s = 0.0
    while len(row) > 2:
        s = s * 0.9 + row[1]
        del row[1]
        del row[-2]
    return s


def slices(x, v):
    row = [t * x for t in v]
    for i in range(len(row) - 1):
        row[i : i + 2] = [row[i + 1] * x, row[i]]
    while len(row) > 3:
        del row[1:3]
        row[1:1] = [x]
    return sum(row)


def tuples(x, v):
    waiting = [(t, t * x) for t in v]
    s = 0.0
    while waiting:
        a, b = waiting.pop(0)
        s = s * 0.5 + a * b
    return s


def arrays(x, v):
    waiting = [np.array([t, t * x]) for t in v]
    s = 0.0
    while waiting:
        first = waiting.pop(0)
        s = s * 0.5 + first @ first
    return s


def lists(x, v):
    waiting = []
    for t in v:
        waiting.append([t, t * x])
    s = 0.0
    while waiting:
        first = waiting.pop(0)
        first.append(s)
        s = s * 0.5 + sum(first)
    return s


TYPES = "x=float, v=f8[n]"
PROGRAMS = [
    from_the_front, a_deque, a_short_window, a_ring_of_known_length, turned, turned_by_a_staged_number,
    anywhere, put_in_anywhere, kept_in_order, removed, deleted, slices, tuples, arrays, lists,
]  # fmt: skip


def costs(module: Loaded, name: str, n: int) -> np.ndarray:
    """One row of lines and bytes for each of FUNCTIONS."""
    args: tuple[Any, ...] = (0.7, vector(n))
    _, primal = metered(module[name], *args)
    (_, saved), forward = metered(module[f"{name}_forward"], *args)
    _, backward = metered(module[f"{name}_backward"], saved)
    _, fused = metered(module[f"{name}_value_and_grad"], *args)
    return np.stack([primal, forward, backward, fused])


@pytest.mark.parametrize("level", [0, 1, 2])
@pytest.mark.parametrize("function", PROGRAMS, ids=lambda f: f.__name__)
def test_a_change_costs_what_it_costs_in_python(function: Callable[..., Any], level: int) -> None:
    name = function.__name__
    module = Loaded(generate(function, types=TYPES, level=level), name)
    small, large = costs(module, name, SIZE), costs(module, name, 10 * SIZE)
    ratios = dict(zip(FUNCTIONS, (large / np.maximum(small, 1)).round(1).tolist(), strict=True))
    limit = 18 if "insort" in inspect.getsource(function) else 11  # a search among n: log 240 / log 24 times as much
    assert all(max(row) <= limit for row in ratios.values()), ratios


def saved_bytes(saved: Any) -> int:
    if isinstance(saved, list | tuple):
        return sys.getsizeof(saved) + sum(map(saved_bytes, saved))
    return saved.nbytes if isinstance(saved, np.ndarray) else 8


@pytest.mark.parametrize("function", PROGRAMS, ids=lambda f: f.__name__)
def test_what_a_turn_saves_does_not_grow_with_the_list(function: Callable[..., Any]) -> None:
    name = function.__name__
    module = Loaded(generate(function, types=TYPES), name)
    small, large = (saved_bytes(module[f"{name}_forward"](0.7, vector(n))[1]) for n in (SIZE, 10 * SIZE))
    assert large <= 11 * small
