"""Texts that are found when it runs: which of those that a function has, and in which order these are."""

from __future__ import annotations

import enum
from heapq import heappop, heappush

import numpy as np
import pytest

from symdiff import CompileError, grad

X = np.array([1.5, 0.5, 1.2])
LEVELS = (0, 1, 2)


def texts_in_a_heap(x):
    heap, seen = [(0.0, "a")], []
    while heap:
        t, name = heappop(heap)
        if name not in seen:
            seen.append(name)
            heappush(heap, (0.0 * x[0] * t, "b" if t > 0 else "c"))
            heappush(heap, (0.0, "aa"))
    return x[0] * len(seen) + x[1] * seen.index("c") + x[2] * seen.index("aa")


@pytest.mark.parametrize("level", LEVELS)
def test_texts_behind_equal_numbers_are_in_order(level: int) -> None:
    """The texts are met as a, c, b, aa: another attempt numbers them as a, aa, b, c."""
    assert grad(texts_in_a_heap, level=level)(X).tolist() == [3.0, 2.0, 1.0]


def compared(x):
    total = 0.0
    for k in range(len(x)):
        one = "zeta" if x[k] > 1 else "alpha"
        other = "mid" if k % 2 else "zz"
        total += x[k] * ((one < other) + 2 * (one >= "mid") + 4 * (one < "m") + 8 * ("GATTACA"[k] < "GAT"[k - 1]))
    return total


@pytest.mark.parametrize("level", LEVELS)
def test_texts_that_no_list_holds_are_compared(level: int) -> None:
    weights = []
    for k, t in enumerate(X):
        one, other = "zeta" if t > 1 else "alpha", "mid" if k % 2 else "zz"
        letters = "GATTACA"[k] < "GAT"[k - 1]
        weights.append((one < other) + 2 * (one >= "mid") + 4 * (one < "m") + 8 * letters)
    assert grad(compared, level=level)(X).tolist() == weights


def least_of_some(x):
    names, best = [None], None
    for t in x:
        names.append("low" if t < 1 else "high")
    for name in names[int(x[0]) :]:
        if best is None or name < best:
            best = name
    return x[0] if best == "high" else x[1]


def test_none_has_no_order() -> None:
    """It is told apart from texts where a test said so, and an element that is None raises as in Python."""
    assert grad(least_of_some)(X).tolist() == [1.0, 0.0, 0.0]
    assert grad(compared_with_none)(X).tolist() == [0.0, 2.0, 0.0]
    with pytest.raises(TypeError, match="'<' not supported between instances of 'NoneType' and 'str'"):
        grad(compared_with_none)(-X)


def compared_with_none(x):
    names = [None, None]
    for k in range(len(x)):
        if x[k] > 0:
            names[k % 2] = "up"
    return x[1] * (2 if names[0] < "v" else 3)


class Unit(enum.StrEnum):
    METRE = "m"
    SECOND = "s"


def equal_members(x):
    total = 0.0
    for k in range(len(x)):
        unit = Unit.METRE if x[k] > 1 else Unit.SECOND
        text = "m" if k else "s"
        total += x[k] * ((unit == text) + 2 * (unit != "m") + 4 * (text == Unit.METRE) + 8 * ("msm"[k] == Unit.METRE))
    return total


def members_in_a_list(x):
    met = []
    for t in x:
        met.append(Unit.METRE if t > 1 else Unit.SECOND)
    return x[0] * met.count(Unit.METRE) + x[1] * (Unit.SECOND in met)


def member_among_texts(x):
    met, k = [], 0
    while k < x[0] * 2:
        met.append("m" if x[k] > 1 else "s")
        k += 1
    return x[0] * met.count(Unit.METRE)


def member_as_another_key(x):
    totals = {}
    for t in x:
        totals["m" if t > 1 else "s"] = t
        totals[Unit.METRE if t > 1 else Unit.SECOND] = 2 * t
    return x[0] * len(totals)


def member_in_a_set(x):
    met = set()
    for t in x:
        met.add("m" if t > 1 else "s")
    return x[0] * ((Unit.METRE if x[0] > 1 else Unit.SECOND) in met)


@pytest.mark.parametrize("level", LEVELS)
def test_members_that_are_texts_equal_these(level: int) -> None:
    assert grad(equal_members, level=level)(X).tolist() == [8.0, 6.0, 13.0]
    assert grad(members_in_a_list, level=level)(X).tolist() == [2.0, 1.0, 0.0]


@pytest.mark.parametrize("f", [member_among_texts, member_as_another_key, member_in_a_set])
def test_members_are_not_numbered_beside_texts_that_they_equal(f) -> None:
    """One number cannot be that of both, and two would make them differ."""
    with pytest.raises(CompileError):
        grad(f)(X)


def step_without_a_way(x):
    table = {("idle", "go"): x[0], ("run", "stop"): x[1]}
    total = 0.0
    for t in x:
        total += table["idle" if t > 1 else "run", "go" if t > 0.7 else "stop"]
    return total


def test_a_tuple_that_is_no_key_is_named() -> None:
    assert grad(step_without_a_way)(X).tolist() == [2.0, 1.0, 0.0]
    for function in (step_without_a_way, grad(step_without_a_way)):
        with pytest.raises(KeyError) as caught:
            function(np.array([1.5, 0.8]))
        assert caught.value.args == (("run", "go"),)


def text_that_grows(x):
    text, total = "", 0.0
    while total < x[0] * 3:
        text = text + "a" if total < x[1] else "b" + text
        total += x[2]
    return total * len(text)


def test_a_text_without_end_is_refused() -> None:
    with pytest.raises(CompileError, match=r"`text` is '' before the loop and one of more than 64 texts") as caught:
        grad(text_that_grows)(X)
    assert "put the parts of a text that grows into a list" in str(caught.value)


def bound_on_some_paths(x):
    if x[0] > 5:
        name = "on"
    elif x[0] > 4:
        name = "off"
    total = x[1] if x[0] > 0 else x[1] * len(name)
    return total * {"on": 2, "off": 3}[name]


@pytest.mark.parametrize("level", LEVELS)
def test_a_text_that_is_bound_on_some_paths_is_read_where_it_is(level: int) -> None:
    assert grad(bound_on_some_paths, level=level)(np.array([6.0, 2.0])).tolist() == [0.0, 2.0]
    assert grad(bound_on_some_paths, level=level)(np.array([4.5, 2.0])).tolist() == [0.0, 3.0]
    for function in (bound_on_some_paths, grad(bound_on_some_paths, level=level)):
        with pytest.raises(UnboundLocalError, match="cannot access local variable 'name'"):
            function(X)


def turned(x):
    text, total = "abcd", 0.0
    for t in x:
        head = text[:1]
        if t > 1:
            text = text[1:] + head
        total += t * (2 if text + "!" == "bcda!" else 3 if text[:0] + head * 2 == "bb" else 1)
    return total


def of_two(x):
    total = 0.0
    for k in range(len(x)):
        one, other = "red" if x[k] > 1 else "green", "red" if k else "blue"
        total += x[k] * ((one + other == "redred") + 2 * (one[1:2] == other[1:2]) + 4 * (one[:0] == other[:0]))
    return total


@pytest.mark.parametrize("level", LEVELS)
def test_texts_made_of_texts(level: int) -> None:
    """Of one text that a loop carries, of two that are chosen apart, and where two become one."""
    assert grad(turned, level=level)(np.array([1.5, 0.5, 1.2, 0.2])).tolist() == [2.0, 2.0, 3.0, 1.0]
    assert grad(of_two, level=level)(X).tolist() == [4.0, 4.0, 7.0]
