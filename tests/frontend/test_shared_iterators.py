"""One iterator that is reached by several ways is read once, wherever it is kept."""

import collections
import functools
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

import symdiff
from tests.frontend.running import differences


def popped(v):
    kept = [iter(v)]
    first = kept[0]
    return sum(first) + 10 * sum(kept.pop())


def of_a_deque(v):
    kept = collections.deque([iter(v)] * 2)
    return sum(kept.popleft()) + 10 * sum(kept.pop())


def got(v):
    kept = {"a": iter(v)}
    return sum(kept.get("a")) + 10 * sum(kept.get("a"))


def of_a_partial(v):
    total = functools.partial(sum, iter(v))
    return total() + 10 * total()


def mapped(v):
    return sum(map(sum, [iter(v)] * 2))


def starred(v):
    kept = [iter(v), iter(v)]
    kept[1] = kept[0]
    next(kept[0])
    return sum(a * b for a, b in zip(*kept))


def named_where_a_loop_reads_it(v):
    s = 0.0
    for t in (rest := iter(v)):
        s += t * next(rest, 10.0)
    return s


def named_where_it_is_unpacked(v):
    a, b, *_ = (rest := (2.0 * t for t in v))
    return a * b + sum(rest)


def named_in_a_call(v):
    found = any(map(lambda t: t > 1.0, (rest := iter(v))))
    return sum(rest) + found


NAMED = [named_where_a_loop_reads_it, named_where_it_is_unpacked, named_in_a_call]


@pytest.mark.parametrize("f", [popped, of_a_deque, got, of_a_partial, mapped, starred, *NAMED])
def test_a_second_reading_is_refused(f: Callable[..., Any]) -> None:
    with pytest.raises(symdiff.CompileError, match="SD234"):
        symdiff.grad(f)(np.arange(1.0, 7.0))


def pairs(v):
    s = 0.0
    for a, b in zip(*[iter(v)] * 2):
        s += a * a * b
    return s


def triples_of_a_list(v):
    squares = [t * t for t in v]
    s = 0.0
    for a, b, c in zip(*[iter(squares)] * 3):
        s += a * b - c
    return s


@pytest.mark.parametrize("f", [pairs, triples_of_a_list])
@pytest.mark.parametrize("n", [0, 1, 6, 7, 8])
def test_elements_in_groups(f: Callable[..., Any], n: int) -> None:
    v = np.linspace(0.5, 1.5, n)
    value, gradient = symdiff.value_and_grad(f)(v)
    assert value == pytest.approx(f(v), rel=1e-12)
    np.testing.assert_allclose(gradient, differences(f, v), atol=1e-8)
