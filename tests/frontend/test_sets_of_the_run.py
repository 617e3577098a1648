"""Sets whose elements are found when it runs: the class that stands for them, exceptions, refusals, what is printed."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from symdiff import CompileError, generate, grad, jvp, value_and_grad
from symdiff.frontend.spelled.members import Frozen, Members

CHANGES: list[Callable[[Any, Any, int], Any]] = [
    lambda s, t, k: s.add(k),
    lambda s, t, k: s.discard(k),
    lambda s, t, k: k in s and s.remove(k),
    lambda s, t, k: k == 0 and s.clear(),
    lambda s, t, k: s.update(t, [k]),
    lambda s, t, k: s.difference_update(t),
    lambda s, t, k: s.intersection_update(t | {k}),
    lambda s, t, k: s.symmetric_difference_update([k, k + 1]),
    lambda s, t, k: s.__ior__({k}) is s and s.__isub__({k + 1}) is s,
    lambda s, t, k: s.__ixor__(t) is s and s.__iand__({0, 1, 2, 3}) is s,
]
READS: list[Callable[[Any, Any, int], Any]] = [
    lambda s, t, k: (len(s), k in s, s == t, s != t, s <= t, s < t, s >= t, s > t),
    lambda s, t, k: (s.issubset(t), s.issuperset([k]), s.isdisjoint(t), s == s.copy()),
    lambda s, t, k: (s | t) == s.union(t) and (s & t) == s.intersection(t),
    lambda s, t, k: (s - t) == s.difference(t) and (s ^ t) == s.symmetric_difference(t),
    lambda s, t, k: (len({k} | s), len({k} & s), len({k} - s), len({k} ^ s)),
]


def test_the_class_does_what_a_set_does(seed: int) -> None:
    rng = np.random.default_rng(seed)
    theirs, mine = (set(), set()), (Members(), Members())
    for _ in range(400):
        k, first = int(rng.integers(5)), int(rng.integers(2))
        change, read = CHANGES[rng.integers(len(CHANGES))], READS[rng.integers(len(READS))]
        for s in (theirs, mine):
            change(s[first], s[1 - first], k)
        assert read(mine[0], mine[1], k) == read(theirs[0], theirs[1], k)
        frozen = [kind(x) for kind, x in ((frozenset, theirs[0]), (Frozen, mine[0]))]
        assert read(frozen[1], mine[1], k) == read(frozen[0], theirs[1], k)
        assert all(a == b for a, b in zip(mine, theirs, strict=True))


X, LABELS = np.array([0.5, 1.5, 2.0]), np.array([1, 2, 1])


def not_removed(x, labels):
    seen = set()
    for k in labels:
        seen.add(int(k))
    seen.remove(7)
    return x[0] * len(seen)


def test_raised_as_python_does() -> None:
    for run in (not_removed, grad(not_removed)):
        with pytest.raises(KeyError):
            run(X, LABELS)


def floats(x):
    seen = set()
    for t in x:
        seen.add((t, 1))
    return x[0] ** 2 * len(seen)


def test_nan_is_no_element() -> None:
    """Python tells one NaN from another by which object it is: nothing that compiled code keeps."""
    assert grad(floats)(X).tolist() == [3.0, 0.0, 0.0]
    with pytest.raises(ValueError, match="NaN as an element"):
        grad(floats)(np.array([1.0, np.nan]))


def popped(x, labels):
    seen = set(labels)
    return x[seen.pop()]


def texts_read(x, labels):
    words = set()
    for t in x:
        words.add("up" if t > 1 else "down")
    return x[0] if sorted(words)[0] == "up" else x[1]


def of_two_kinds(x, labels):
    seen = set()
    for k in labels:
        seen.add(int(k))
        seen.add(x[k])
    return x[0] * len(seen)


def asked_for_another_kind(x, labels):
    """0 is the number of a text, too: they must not be taken for each other."""
    seen = {("a" if t > 1 else "b") for t in x}
    return x[0] * (int(labels[0]) in seen)


def compared_with_another_kind(x, labels):
    return x[0] * ({("a" if t > 1 else "b") for t in x} == set(labels))


def printed(x, labels):
    seen = set(labels)
    print(seen)
    return x[0]


@pytest.mark.parametrize(
    ("function", "code"),
    [
        (popped, "SD233"),
        (texts_read, "SD299"),
        (of_two_kinds, "SD299"),
        (asked_for_another_kind, "SD299"),
        (compared_with_another_kind, "SD299"),
        (printed, "SD233"),
    ],
)
def test_refused(function: Callable[..., Any], code: str) -> None:
    with pytest.raises(CompileError) as caught:
        grad(function)(X, LABELS)
    assert {p.code for p in caught.value.problems} == {code}


def test_what_kinds_are_is_said() -> None:
    with pytest.raises(CompileError, match="an element like `float`, of a set of such like `int`"):
        grad(of_two_kinds)(X, LABELS)


def two_names(x, labels):
    """What is changed in place is changed under each of its names; a copy is not."""
    a = b = {1}
    c = a.copy()
    a |= set(labels)
    b.update(k + 5 for k in labels)
    c.add(int(labels[0]) + 9)
    return x[0] * len(a) + x[1] * len(b) + x[2] * len(c)


def copied_in_a_loop(x, labels):
    s, total = set(labels), 0.0
    for i in range(len(x)):
        t = s.copy()
        for j in range(i):
            t.add(j + 10)
        t.discard(1)
        total += x[i] * len(t) + x[0] * len(s) * (1 in s)
    return total


@pytest.mark.parametrize("level", [0, 1, 2])
@pytest.mark.parametrize("function", [two_names, copied_in_a_loop])
def test_copies_and_names(function: Callable[..., Any], level: int) -> None:
    value, gradient = value_and_grad(function, level=level)(X, LABELS)
    assert value == function(X, LABELS)
    for k, row in enumerate(np.eye(3)):
        assert np.isclose(gradient[k], function(X + row, LABELS) - value)  # linear
        _, tangent = jvp(lambda x: function(x, LABELS), (X,), (row,))
        assert np.isclose(tangent, gradient[k])


def walk(x, labels):
    visited, u, total = {0}, int(labels[0]), x[0]
    while u not in visited:
        visited.add(u)
        total += x[u] ** 2
        u = int(labels[u])
    return total * len(visited)


def test_a_set_of_python_is_printed() -> None:
    text = generate(walk, wrt="x", example={"x": X, "labels": LABELS}, functions=["value_and_grad"])
    forward, _, backward = text.partition("def walk_value_and_grad")[2].partition("\n    d_x")
    assert "while u not in visited:" in forward and "visited.add(u)" in forward
    assert "visited" not in backward.partition("\ndef ")[0].replace("len(visited)", "")


@pytest.mark.parametrize("level", [0, 1, 2])
def test_a_long_walk(level: int) -> None:
    rng = np.random.default_rng(5)
    for n in (1, 2, 40):
        x, labels = rng.normal(size=n), rng.permutation(n)
        value, gradient = value_and_grad(walk, level=level)(x, labels)
        assert np.isclose(value, walk(x, labels))
        cycle = [0]
        while labels[cycle[-1]] != 0:
            cycle.append(int(labels[cycle[-1]]))
        slopes = np.zeros(n)
        slopes[cycle] = 2 * x[cycle] * len(cycle)
        slopes[0] = len(cycle)
        assert np.allclose(gradient, slopes)


def taken_from_others(x, labels):
    totals = {}
    for k, t in zip(labels, x):
        totals[int(k)] = t
    of_keys, of_generator, of_pairs = set(totals), set(int(k) + 1 for k in labels), set(zip(labels, labels))
    return len(of_keys) * x[0] + len(of_generator | {0}) * x[1] + len(of_pairs) * x[2]


def test_made_of_what_is_run_over() -> None:
    assert grad(taken_from_others)(X, LABELS).tolist() == [2.0, 3.0, 2.0]


def truths(x):
    met = {bool(t > 1) for t in x}
    return x[0] * sum(met) + x[1] * len(met) * (True in met)


def truths_added(x):
    met = sorted({t > 1 for t in x})
    return x[0] * (met[0] + met[1])


def test_truth_values_read_from_a_set() -> None:
    """Of Python or NumPy, which add up to other things: True + True is 2, or True."""
    assert grad(truths)(X).tolist() == [1.0, 2.0, 0.0]
    with pytest.raises(CompileError, match="SD312"):
        grad(truths_added)(X)


def exchanged_with_what_is_refused(x, v):
    met = set()
    other = met
    for i, t in enumerate(v):
        met.add(i)
        other = set(reversed(list(other)))
        if t > 0.5:
            other, met = met, other
    return x


def test_sets_that_are_exchanged_with_what_is_refused_are_reported() -> None:
    with pytest.raises(CompileError):
        grad(exchanged_with_what_is_refused)(0.7, np.array([1.1, 0.37, 2.3]))
