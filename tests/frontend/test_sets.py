"""Sets: what they share with other names, what changes them wrongly, and what they do to a graph from outside."""

from __future__ import annotations

import copy
from collections.abc import Callable
from typing import Any

import pytest

from symdiff import CompileError, grad, value_and_grad

GRAPH = {0: [1, 2], 1: [3], 2: [3], 3: []}
FIXED = {1, 2}


def reached(x):
    seen, stack = set(), [0]
    while stack:
        k = stack.pop()
        if k not in seen:
            seen.add(k)
            x = x * (1.0 + k)
            stack.extend(GRAPH[k])
    return x * x


def two_names(x):
    a = b = {1}
    c = set(a)
    b.add(2)
    return x ** len(a) * len(c)


def a_helper_fills(x):
    def fill(s, k):
        s.add(k)
        return s

    s = set()
    for k in range(3):
        s = fill(s, k)
    return x ** len(s)


def held_by_a_dict(x):
    d = {"seen": set()}
    d["seen"].add(1)
    d["seen"] |= {2, 3}
    return x ** len(d["seen"])


def same_on_both_paths(x):
    s = {1}
    if x > 0:
        s.add(2)
        x = x * x
    else:
        s |= {2}
    return x * len(s)


def adds_a_staged_number(x):
    s = set()
    s.add(x)
    return x * len(s)


def the_set_of_an_array_of_any_length(x, n=3):
    return x * len({x * k for k in range(n)})


def changed_on_one_path(x):
    d = {"seen": {1}}
    if x > 0:
        d["seen"].add(2)
    return x * len(d["seen"])


# The values of x -> c * x ** k at 1.5, by hand: the functions above read the length of their sets.
@pytest.mark.parametrize(
    ("function", "factor", "power"),
    [
        (reached, (1 * 2 * 3 * 4) ** 2, 2),
        (two_names, 1, 2),
        (a_helper_fills, 1, 3),
        (held_by_a_dict, 1, 3),
        (same_on_both_paths, 2, 2),
        (adds_a_staged_number, 1, 1),
        (the_set_of_an_array_of_any_length, 3, 1),
        (changed_on_one_path, 2, 1),
    ],
)
def test_values_and_gradients(function: Callable[..., Any], factor: int, power: int) -> None:
    value, gradient = value_and_grad(function)(1.5)
    assert value == pytest.approx(factor * 1.5**power, rel=1e-14) == function(1.5)
    assert gradient == pytest.approx(factor * power * 1.5 ** (power - 1), rel=1e-14)


def changes_what_is_outside(x):
    FIXED.add(3)
    return x


def removes_what_is_not_there(x):
    s = {1}
    s.remove(2)
    return x


def a_list_of_a_set(x):
    return sum(list({1, 2, 3})) * x


def pops_one_of_two(x):
    s = {1, 2}
    return s.pop() * x


def sorted_by_a_key_that_may_tie(x):
    return sorted({"a", "b"}, key=len)[0].count("a") * x


def an_unknown_method(x):
    return x * {1}.append(2)


@pytest.mark.parametrize(
    ("function", "code"),
    [
        (changes_what_is_outside, "SD503"),
        (removes_what_is_not_there, "SD403"),
        (a_list_of_a_set, "SD233"),
        (pops_one_of_two, "SD233"),
        (sorted_by_a_key_that_may_tie, "SD233"),
        (an_unknown_method, "SD404"),
    ],
)
def test_refused(function: Callable[..., Any], code: str) -> None:
    with pytest.raises(CompileError) as caught:
        grad(function)(1.5)
    assert [p.code for p in caught.value.problems] == [code]


def a_dict_inside(x):
    items = [{"a": x}]
    if x > 0:
        items[0]["b"] = x
    return sum(copy.deepcopy(items)[0].values())


def a_dict(x):
    items = [{"a": x}]
    if x > 0:
        items[0]["b"] = x
    return sum(copy.copy(items[0]).values())


def a_set(x):
    items = [{1}]
    if x > 0:
        items[0].add(2)
    return x * len(copy.copy(items[0]))


@pytest.mark.parametrize("function", [a_dict_inside, a_dict])
def test_a_copy_of_a_dict_whose_keys_depend_on_the_path(function: Callable[..., Any]) -> None:
    assert (grad(function)(1.5), grad(function)(-1.5)) == (2.0, 1.0)


def test_a_copy_of_a_set_that_depends_on_the_path() -> None:
    assert (grad(a_set)(1.5), grad(a_set)(-1.5)) == (2.0, 1.0)
