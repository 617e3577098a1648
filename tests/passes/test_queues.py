"""Which lists become deques: those that change at the front, and of which nothing is asked but both ends."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

import symdiff
from symdiff.codegen.load import Loaded

V = np.linspace(0.2, 0.9, 7)


def drained(x, v):
    waiting = [t * x for t in v]
    s = 0.0
    while waiting:
        s = s * 0.5 + waiting.pop(0)
    return s


def filled_at_the_front(x, v):
    held = deque()
    s = 0.0
    for t in v:
        held.appendleft(t * x)
        s += held[0] * held[-1]
    return s


def changed_in_a_branch_of_an_inner_loop(x, v):
    waiting = deque([x])
    s = 0.0
    for t in v:
        waiting.append(t)
        for _k in range(2):
            if t > 0.4:
                waiting.append(waiting.popleft() * x)
        s += waiting[0]
    return s


def refilled_in_every_turn(x, v):
    s = 0.0
    for t in v:
        waiting = deque()
        for u in v:
            waiting.append(u * x)
        while len(waiting) > 2:
            s = s * t + waiting.popleft()
    return s


def summed_behind_the_loop(x, v):
    waiting = [t * x for t in v]
    s = 0.0
    for t in v:
        waiting.append(waiting.pop(0) * t)
        s += waiting[-1]
    return s + sum(waiting) + len(waiting)


def arrays(x, v):
    waiting = [np.array([t, x]) for t in v]
    s = 0.0
    while waiting:
        first = waiting.pop(0)
        s = s * 0.5 + first @ first
    return s


def two_at_once(x, v):
    first, second = [t * x for t in v], [t + x for t in v]
    s = 0.0
    while first and second:
        s = s * 0.5 + (first.pop(0) if first[0] < second[0] else second.pop(0) * x)
    return s


@pytest.mark.parametrize(
    "function",
    [
        drained, filled_at_the_front, changed_in_a_branch_of_an_inner_loop, refilled_in_every_turn,
        summed_behind_the_loop, arrays, two_at_once,
    ],
    ids=lambda f: f.__name__,
)  # fmt: skip
@pytest.mark.parametrize("level", [0, 1, 2])
def test_a_queue_is_a_deque_in_both_passes(function: Callable[..., Any], level: int) -> None:
    text = symdiff.generate(function, types="x=float, v=f8[n]", level=level)
    assert "import collections" in text
    assert "popleft()" in text and "appendleft(" in text
    assert ".pop(0)" not in text and ".insert(0" not in text and "[0]; del" not in text
    check(function, text)


# --- lists stay lists


def read_in_the_middle(x, v):
    waiting = [t * x for t in v]
    s = 0.0
    while len(waiting) > 2:
        s = s * waiting[1] + waiting.pop(0)
    return s


def read_at_a_staged_place(x, v):
    waiting = [t * x for t in v]
    s = 0.0
    for i in range(len(v) - 1):
        s = s * waiting[i % len(waiting)] + waiting.pop(0)
    return s


def cut_in_the_loop(x, v):
    waiting = [t * x for t in v]
    s = 0.0
    while len(waiting) > 2:
        s = s * x + waiting.pop(0)
        del waiting[1:2]
    return s


def kept_as_it_was(x, v):
    waiting = [t * x for t in v]
    s = 0.0
    while len(waiting) > 2:
        before = waiting[:]
        s = s * x + waiting.pop(0) * before[1]
    return s


def never_at_the_front(x, v):
    held = [t * x for t in v]
    s = 0.0
    while held:
        s = s * 0.5 + held.pop()
    return s


@pytest.mark.parametrize(
    "function",
    [read_in_the_middle, read_at_a_staged_place, cut_in_the_loop, kept_as_it_was, never_at_the_front],
    ids=lambda f: f.__name__,
)
def test_a_list_of_which_more_is_asked_stays_one(function: Callable[..., Any]) -> None:
    text = symdiff.generate(function, types="x=float, v=f8[n]")
    assert "collections" not in text
    check(function, text)


def check(function: Callable[..., Any], text: str) -> None:
    """The value is Python's; all gradients are that of the differences, also of an empty list."""
    name = function.__name__
    module = Loaded(text, name)
    for v in (V, V[:0]):
        if len(v) == 0 and function is filled_at_the_front:
            continue
        y, (d_x, d_v) = module[f"{name}_value_and_grad"](0.7, v)
        assert y == pytest.approx(function(0.7, v), rel=1e-14)
        h = 1e-6
        assert d_x == pytest.approx((function(0.7 + h, v) - function(0.7 - h, v)) / (2 * h), rel=1e-6, abs=1e-8)
        for k, e in enumerate(np.eye(len(v)) * h):
            assert d_v[k] == pytest.approx((function(0.7, v + e) - function(0.7, v - e)) / (2 * h), rel=1e-6, abs=1e-8)
        again, saved = module[f"{name}_forward"](0.7, v)
        assert again == y
        found = module[f"{name}_backward"](saved)
        assert found[0] == pytest.approx(d_x, rel=1e-13) and np.allclose(found[1], d_v, rtol=1e-13)


def result(x, v):
    waiting = [t * x for t in v]
    s = 0.0
    for t in v:
        s += waiting.pop(0) * t
        waiting.append(s)
    return s, waiting


def test_a_result_is_a_list() -> None:
    found = symdiff.value_and_grad(result, has_aux=True)(0.7, V)
    (value, held), _ = found
    assert (value, held) == result(0.7, V) and type(held) is list


def consumed(x, row):
    s = 0.0
    while row:
        s = s * 0.5 + row.pop(0) * x
    return s


def helped(x, v):
    row = [t * x for t in v]
    return consumed(x, row) + consumed(x * x, [t * t for t in v])


@pytest.mark.parametrize("level", [0, 1, 2])
def test_a_list_that_is_passed_to_a_function(level: int) -> None:
    h = 1e-6
    found = symdiff.grad(helped, level=level)(0.7, V)
    assert found == pytest.approx((helped(0.7 + h, V) - helped(0.7 - h, V)) / (2 * h), rel=1e-7)


def test_what_is_saved_of_a_queue_is_its_length() -> None:
    text = symdiff.generate(drained, types="x=float, v=f8[n]")
    saves = next(line for line in text.splitlines() if line.startswith("saves"))
    assert "n_waiting" in saves and " waiting" not in saves


def named_like_the_module(collections, v):
    types = [t * collections for t in v]
    s = 0.0
    while types:
        s = s * 0.5 + types.pop(0)
    return s


def test_a_name_of_the_user_does_not_hide_the_module() -> None:
    def own(x, v):
        collections = [t * x for t in v]
        return collections.pop(0) * drained(x, collections)

    h = 1e-6
    for f in (named_like_the_module, own):
        assert symdiff.grad(f)(0.7, V) == pytest.approx((f(0.7 + h, V) - f(0.7 - h, V)) / (2 * h), rel=1e-7)
