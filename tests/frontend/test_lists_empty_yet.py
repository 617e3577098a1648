"""Lists that are empty when a loop begins: what reads them first makes no turn, or raises as Python does."""

from __future__ import annotations

import ast
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

import symdiff
from symdiff.errors import CompileError

# --- raised when it runs: there is no element at any index


def read(x, n):
    c = []
    for j in range(n):
        x += c[j]
    return x


def of_a_tuple(x, n):
    c = ()
    for j in range(n):
        x += c[n - j]
    return x


def written(x, n):
    c = []
    for j in range(n):
        c[j] = x
    return x


def added_to(x, n):
    c = []
    for j in range(n):
        c[j] += x
    return x


def deleted(x, n):
    c = []
    for j in range(n):
        del c[j]
    return x


def popped(x, n):
    c = []
    for j in range(n):
        x += c.pop(j)
    return x


def in_a_condition(x, n):
    c, j = [], 0
    while j < n and c[j] < x:
        j += 1
    return x


def in_a_branch(x, n):
    c = []
    if n > 1:
        x += c[n]
    return x


def through_attributes(x, n):
    c = []
    for j in range(n):
        c[j].at[0] = x
    return x


RAISING = [read, of_a_tuple, written, added_to, deleted, popped, in_a_condition, in_a_branch, through_attributes]


@pytest.mark.parametrize("level", [0, 1, 2])
@pytest.mark.parametrize("f", RAISING, ids=lambda f: f.__name__)
def test_an_index_into_a_list_that_stays_empty_raises_when_it_runs(f: Callable[..., Any], level: int) -> None:
    compiled = symdiff.value_and_grad(f, level=level)
    assert compiled(0.7, 0) == (f(0.7, 0), 1.0)
    with pytest.raises(IndexError) as raised:
        f(0.7, 2)
    with pytest.raises(IndexError) as found:
        compiled(0.7, 2)
    assert found.value.args == raised.value.args


def test_where_every_call_gets_there_it_is_an_error_when_compiling() -> None:
    def f(x, n):
        c = []
        return x + c[n + 1]

    with pytest.raises(CompileError, match=r"SD315 index `n \+ 1` is out of range for 0 elements"):
        symdiff.grad(f)(0.7, 2)


# --- one body for all turns, whatever the number of them


def earlier_by_number(x, v):
    y = []
    for i in range(len(v)):
        s = v[i] * x
        for j in range(i):
            s -= y[j] * v[j]
        y.append(s)
    return y[-1]


def the_one_before(x, v):
    y = []
    for i in range(len(v)):
        if i > 0:
            y.append(y[i - 1] * x + v[i])
        else:
            y.append(v[i])
    return y[-1]


def a_few_before(x, v):
    y = [x]
    seen = []
    for t in v:
        for j in range(max(0, len(seen) - 2), min(len(v), len(seen))):
            y.append(seen[j] * y[-1])
        seen.append(t)
    return y[-1] * x


TYPES = {"x": "float", "v": "f8[n]"}


@pytest.mark.parametrize("f", [earlier_by_number, the_one_before, a_few_before])
def test_one_function_serves_vectors_of_all_sizes(f: Callable[..., Any]) -> None:
    symdiff.generate(f, types=TYPES)  # which would be refused if the loop had to know its turns
    module = symdiff.differentiable(f)
    for n in (2, 3, 5):
        v = np.linspace(0.4, 1.3, n)
        value, slope = module.value_and_grad(0.8, v)
        assert value == pytest.approx(f(0.8, v), rel=1e-14)
        h = 1e-6
        assert slope == pytest.approx((f(0.8 + h, v) - f(0.8 - h, v)) / (2 * h), rel=1e-8)


# --- loops that make no turn


def the_shorter_one(x, v):
    c = []
    for j in range(min(len(v), len(c))):
        x += np.stack(c)[j]
    return x


def below_all(x, v):
    c = []
    for j in range(len(c) - 1, -1, -1):
        x += np.stack(c)[j]
    else:
        x *= x
    return x


def beside_a_vector(x, v):
    c = []
    for t, j in zip(v, range(len(c))):
        x += np.stack(c)[j] * t
    return x


@pytest.mark.parametrize("f", [the_shorter_one, below_all, beside_a_vector])
def test_a_loop_that_makes_no_turn_for_any_size_leaves_nothing(f: Callable[..., Any]) -> None:
    v = np.array([0.5, 2.0])
    value, slope = symdiff.value_and_grad(f)(0.5, v)
    assert (value, slope) == ((0.25, 1.0) if f is below_all else (0.5, 1.0))
    module = symdiff.generate(f, types=TYPES, functions=["value_and_grad"])
    body = next(d for d in ast.parse(module).body if getattr(d, "name", "") == f"{f.__name__}_value_and_grad")
    assert not any(isinstance(node, ast.For) for node in ast.walk(body))


@pytest.mark.parametrize(("a", "b"), [(0, 3), (3, 0), (0, 0), (2, 3)])
def test_sizes_are_compared_as_in_python(a: int, b: int) -> None:
    def f(x, v, w):
        least, most = min(len(v), len(w), 2), max(0, len(v), len(w) - 1)
        return x * (least + 10 * most + 100 * min(0, len(v)) + 1000 * max(len(w), 0))

    v, w = np.zeros(a), np.zeros(b)
    assert symdiff.value_and_grad(f)(1.0, v, w) == (f(1.0, v, w), f(1.0, v, w))


# --- as an index


@pytest.mark.parametrize("level", [0, 1, 2])
def test_an_empty_list_indexes_no_element(level: int) -> None:
    def f(x, v):
        a = np.outer(v, v) * x
        a[[]] = 7.0
        a[0, []] *= 7.0
        return np.sum(a) + np.sum(v[[]]) + a[[], 1].shape[0] + 10 * a[:, []].shape[0] + 100 * a[[]].shape[1]

    v = np.array([0.5, 2.0, 1.0])
    value, slope = symdiff.value_and_grad(f, level=level)(0.5, v)
    assert value == pytest.approx(f(0.5, v), rel=1e-15)
    assert slope == pytest.approx(12.25, rel=1e-15)


def test_an_empty_array_of_floats_is_no_index() -> None:
    with pytest.raises(CompileError, match="SD321"):
        symdiff.grad(lambda x, v: np.sum(v[np.array([])]) * x)(0.5, np.array([0.5, 2.0]))
