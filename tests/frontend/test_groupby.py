"""`itertools.groupby`: a group of which Python has nothing left is refused, and so are keys that the data decide."""

from __future__ import annotations

import itertools

import numpy as np
import pytest

import symdiff
from symdiff.errors import CompileError

X = np.array([1.1, 0.5, -0.7, 0.4])


def high(i):
    return i > 1


def read_afterwards(x):
    groups = [(k, g) for k, g in itertools.groupby(range(4), high)]
    return sum(x[i] for _, g in groups for i in g) + x[0]


def all_at_once(x):
    groups = dict(itertools.groupby(range(4), high))
    return sum(x[i] for i in groups[True]) + x[0]


def behind_the_loop(x):
    s = x[0]
    for _k, _g in itertools.groupby(range(4), high):
        s += x[0]
    return s + sum(x[i] for i in _g)


def in_the_next_turn(x):
    s, last = x[0], ()
    for _k, g in itertools.groupby(range(4), high):
        s += sum(x[i] for i in last)
        last = g
    return s


def mapped(x):
    sums = [map(lambda i: x[i], g) for _, g in itertools.groupby(range(4), high)]
    return sum(sum(s) for s in sums) + x[0]


def unpacked(x):
    _, (_, rest) = itertools.groupby(range(4), high)
    return x[0] + sum(x[i] for i in rest)


@pytest.mark.parametrize(
    "function",
    [read_afterwards, all_at_once, behind_the_loop, in_the_next_turn, mapped, unpacked],
    ids=lambda f: f.__name__,
)
def test_a_group_left_behind_is_refused(function):
    with pytest.raises(CompileError) as found:
        symdiff.grad(function)(X)
    assert (
        str(found.value)
        .partition(" SD299 ")[2]
        .startswith(
            "a group of `itertools.groupby` that is read when the next one has been asked for is not supported\n"
        )
    )
    assert str(found.value).endswith(
        "  why: the groups are iterators that share one: nothing is left of it\n"
        "  rewrite: make a list of each at once: `[(key, list(group)) for key, group in groupby(...)]`"
    )


def by_sign(x):
    s = 0.0
    for _k, g in itertools.groupby(x, lambda t: t > 0):
        s += sum(g) ** 2
    return s


def by_sign_in_lists(x):
    groups, last = [], None
    for t in x:
        key = t > 0
        if key != last:
            groups.append([])
        groups[-1].append(t)
        last = key
    return sum(sum(g) ** 2 for g in groups)


def test_keys_that_the_data_decide_are_refused_with_a_way_that_works():
    with pytest.raises(CompileError) as found:
        symdiff.grad(by_sign)(X)
    assert str(found.value).partition(" SD299 ")[2] == (
        "`itertools.groupby` by keys that are computed when it runs is not supported\n"
        "    for _k, g in itertools.groupby(x, lambda t: t > 0):\n"
        "                 ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^\n"
        "  why: which elements are in one group would depend on the data\n"
        "  rewrite: append to a list, and begin another where the key changes: `if key != last: groups.append([])`"
    )
    value, gradient = symdiff.value_and_grad(by_sign_in_lists)(X)
    assert np.isclose(value, by_sign(X))
    assert np.allclose(gradient, 2 * np.array([1.6, 1.6, -0.7, 0.4]))
