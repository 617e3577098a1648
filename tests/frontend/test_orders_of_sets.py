"""Loops over sets whose elements are found when it runs: in the order in which Python runs over them, or refused.

A set is a hash table: 8 and 0 want the same place in it, and the one that was there first is run over first.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from symdiff import CompileError, generate, grad, jvp, value_and_grad
from symdiff.frontend.spelled.members import Members


@pytest.mark.parametrize("elements", [range(40), range(0, 400, 8), [k / 4 for k in range(-20, 20)]])
def test_what_is_done_again_gives_the_order(elements: Any) -> None:
    """The class that stands for a set, run as it is, beside a set, through hundreds of changes."""
    rng = np.random.default_rng(3)
    theirs: set[Any] = set()
    ours = Members()
    for turn in range(600):
        x = elements[rng.integers(len(elements))]
        y = (x, elements[rng.integers(len(elements))])
        for s in (theirs, ours):
            if turn % 151 == 150:
                s.clear()
            elif turn % 3 == 0 and x in s:
                s.remove(x)
            elif turn % 5 == 0:
                s.discard(y)
            elif turn % 7 == 0:
                s.update([y, x])
            else:
                s.add(x if turn % 2 else y)
        assert list(ours) == list(theirs)


X = np.random.default_rng(0).uniform(0.3, 1.7, 30)
LABELS = np.random.default_rng(1).integers(0, 30, 30)


def summed(x, found):
    """Elements that are weighted by their places."""
    return sum(x[k % len(x)] * (i + 1) for i, k in enumerate(found))


def discounted(x, labels):
    seen = {8 * int(k) for k in labels}
    total = 0.0
    for k in seen:
        total = total * 0.5 + x[k % len(x)] ** 2
    for k in frozenset(8 * int(j) for j in labels):
        total = total * 0.5 + x[k % len(x)] * k
    return total * x[next(iter(seen)) % len(x)]


def of_floats(x, labels):
    squares = {t * t for t in x}
    return sum(squares) + max(squares) - min({(3 * t, 2) for t in x})[0] + list(squares)[1]


def of_pairs(x, labels):
    pairs = {((int(k), int(k) % 3), 1) for k in labels}
    pairs.discard(((3, 0), 1))
    pairs.add(((11, 2), 1))
    total = 0.0
    for i, ((a, b), _) in enumerate(pairs):
        total = total * 0.5 + x[(a + b) % len(x)] * (i + 1)
    return total


def in_dicts(x, labels):
    near, far = {}, defaultdict(set)
    for i, k in enumerate(labels):
        near.setdefault(int(k) % 5, set()).add(i * 8)
        far[int(k) % 4].add(i * 8)
    far[2].discard(8)
    total = 0.0
    for k, s in near.items():
        for v in s:
            total = total * 0.9 + x[v // 8] * (k + 1)
    return total + sum(total * 0.9 + summed(x, far[k]) for k in far)


def in_recursion(x, labels):
    seen = set()

    def visit(u):
        seen.add(u)
        s = x[u] ** 2
        for v in {int(labels[u]), (u * 5 + 1) % len(x)}:
            if v not in seen:
                s = s * 0.5 + visit(v)
        return s

    return visit(0) + summed(x, seen)


def left_at_once(x, labels):
    seen = set()
    for k in labels:
        seen.add(int(k))
        if len(seen) > 5:
            for j in seen:
                if x[j] > 1:
                    seen.discard(j)
                    break
    return summed(x, seen)


def one_of_two(x, labels):
    return summed(x, {8 * int(k) for k in labels} if x[0] > 1 else {8 * int(k) + 1 for k in labels[::-1]})


def none_at_all(x, labels):
    seen = set()
    for k in labels[:0]:
        seen.add(int(k))
    total = x[0] ** 2
    for k in seen:
        total += x[k]
    return total


@pytest.mark.parametrize("level", [0, 1, 2])
@pytest.mark.parametrize(
    "function",
    [discounted, of_floats, of_pairs, in_dicts, in_recursion, left_at_once, one_of_two, none_at_all],
)
def test_values_and_derivatives(function: Callable[..., Any], level: int) -> None:
    value, gradient = value_and_grad(function, level=level)(X, LABELS)
    assert value == pytest.approx(function(X, LABELS), rel=1e-12)
    along = np.linspace(-1.0, 1.0, len(X))
    difference = (function(X + 1e-6 * along, LABELS) - function(X - 1e-6 * along, LABELS)) / 2e-6
    assert gradient @ along == pytest.approx(difference, rel=1e-6, abs=1e-7)
    if level == 2:
        assert jvp(lambda x: function(x, LABELS), (X,), (along,))[1] == pytest.approx(gradient @ along)


def grows(x, labels):
    seen, total = set(labels), 0.0
    for v in seen:
        seen.add(v + 1)
        total += x[v]
    return total


def grows_between(x, labels):
    seen = set(labels)
    rest = iter(seen)
    first = next(rest)
    seen.add(int(labels[0]) + 77)
    return x[next(rest)] + x[first]


def grows_in_a_key(x, labels):
    seen = set(labels)

    def key(k):
        seen.add(k + 30)
        return x[k]

    return min(seen, key=key) * x[0]


def shrinks_behind_zip(x, labels):
    seen = set(labels)
    pairs = zip(seen, x, strict=False)
    seen.discard(int(labels[0]))
    return sum(x[a] * b for a, b in pairs)


def mapped(x, labels):
    seen = set(labels)
    found = map(lambda k: x[k], seen)
    seen.add(44)
    return sum(found)


def cleared(x, labels):
    seen, total = set(labels), 0.0
    for v in seen:
        total += x[v]
        seen.clear()
    return total


CHANGED = [cleared, grows, grows_between, grows_in_a_key, shrinks_behind_zip, mapped]


@pytest.mark.parametrize("function", CHANGED)
def test_a_set_that_changes_under_a_loop(function: Callable[..., Any]) -> None:
    """Python raises RuntimeError."""
    with pytest.raises(RuntimeError, match="changed size"):
        function(X, LABELS)
    with pytest.raises(CompileError) as caught:
        grad(function)(X, LABELS)
    assert {p.code for p in caught.value.problems} <= {"SD299", "SD235"}


def mixed_in_one_branch(x, labels):
    seen = set()
    if x[0] > 1:
        seen |= set(labels)
    else:
        seen.add(int(labels[0]))
    return summed(x, seen)


def mixed_behind_the_loop(x, labels):
    seen, total = set(), 0.0
    for k in range(3):
        for v in seen:
            total = total * 2 + x[v]
        seen |= {int(labels[k])}
    return total


def a_constant(x, labels):
    seen = {0, 1, 2}
    seen.add(int(labels[0]))
    return summed(x, seen)


def starred(x, labels):
    seen = {int(labels[0]), int(labels[1])}
    return summed(x, {*seen, 29})


def of_texts(x, labels):
    total = 0.0
    for word in {("up" if t > 1 else "down") for t in x}:
        total = total * 2 + (x[0] if word == "up" else x[1])
    return total


MIXED: list[Callable[..., Any]] = [
    *(mixed_in_one_branch, mixed_behind_the_loop, a_constant, starred, of_texts),
    lambda x, labels: summed(x, set(labels).copy()),
    lambda x, labels: summed(x, set({int(k): 1 for k in labels})),
    lambda x, labels: summed(x, set(labels) | {1}),
    lambda x, labels: summed(x, frozenset(labels) ^ {1}),
    lambda x, labels: summed(x, set(set(labels))),
    lambda x, labels: x[set(labels).pop()],
]


@pytest.mark.parametrize("function", MIXED)
def test_an_order_that_nobody_knows(function: Callable[..., Any]) -> None:
    with pytest.raises(CompileError) as caught:
        grad(function)(X, LABELS)
    assert {p.code for p in caught.value.problems} == {"SD233"}


def test_what_is_printed() -> None:
    def f(x, labels):
        seen = set()
        for k in labels:
            seen.add(int(k))
        total = 0.0
        for k in seen:
            total = total * x[k] + 1.0
        return total

    text = generate(f, types="x=f8[n], labels=i8[m]", wrt="x", functions=["primal"], name="f")
    assert re.search(
        r"if (\w+) not in seen: .*\n +seen_log.append\(\1\)\n +seen.add\(\1\)\n +\w+ = _set_order\(seen_log\)\n", text
    )


def test_a_set_of_an_iterator_beside_loops_over_sets() -> None:
    """The iterator is read once; the order is that of what was put in, from behind."""

    def f(x, labels):
        seen, total = {0}, 0.0
        for k in labels:
            seen.add(int(k))
            turned = set(reversed(list(seen)))
            for j in turned:
                total = total * 1.5 + x[j]
            seen = set(map(abs, turned))
        return total

    for level in range(3):
        value, gradient = value_and_grad(f, level=level)(X, LABELS)
        assert value == pytest.approx(f(X, LABELS), rel=1e-13)
        along = np.cos(np.arange(len(X)))
        slope = (f(X + 1e-6 * along, LABELS) - f(X - 1e-6 * along, LABELS)) / 2e-6
        assert gradient @ along == pytest.approx(slope, rel=1e-7)


def test_messages_do_not_name_what_a_set_is_made_of() -> None:
    def f(x, labels):
        p = set()
        q = p
        for k in labels:
            p.add(int(k))
            q = set(reversed(list(q)))
            if k > 1:
                q, p = p, q
        return x[0] * (len(q) + 10 * len(p))

    with pytest.raises(CompileError) as caught:
        grad(f)(X, LABELS)
    (problem,) = caught.value.problems
    assert problem.code == "SD511"
    assert problem.what.startswith("`list(q)` is or holds an element")
    assert not re.search("_members|_log", str(caught.value))
