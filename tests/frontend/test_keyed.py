"""Dicts whose keys are found when it runs: the class that stands for them, exceptions, refusals, what is printed."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from symdiff import CompileError, generate, grad, jvp, value_and_grad
from symdiff.frontend.spelled import collected
from symdiff.frontend.spelled.keyed import Keyed

CHANGES: list[Callable[[Any, int, float], Any]] = [
    lambda d, k, t: d.__setitem__(k, t),
    lambda d, k, t: d.setdefault(k, t),
    lambda d, k, t: d.pop(k, t),
    lambda d, k, t: d.get(k),
    lambda d, k, t: k in d and d.__delitem__(k),
    lambda d, k, t: d.update({k: t, k + 1: -t}),
    lambda d, k, t: bool(len(d)) and d.popitem(),
    lambda d, k, t: (list(d), list(d.values()), list(d.items()), list(reversed(d)), list(d.keys())),
    lambda d, k, t: tuple(map(list, map(reversed, (d.keys(), d.values(), d.items())))),
    lambda d, k, t: d == {k: t} or bool(d.keys()) or t in d.values(),
    lambda d, k, t: k == 0 and d.clear(),
    lambda d, k, t: len((d | {k: t}).keys()),
]


@pytest.mark.parametrize("ours", [Keyed, lambda: collected.defaultdict(int), collected.OrderedDict])
def test_the_class_does_what_a_dict_does(ours: Callable[[], Any], seed: int) -> None:
    rng = np.random.default_rng(seed)
    theirs, mine = {}, ours()
    plain = isinstance(mine, Keyed)
    for _ in range(400):
        number = int(rng.integers(len(CHANGES)))
        if not plain and number in (9, 11):  # those classes are compared in other ways
            continue
        k, t = int(rng.integers(5)), float(rng.normal())
        assert CHANGES[number](mine, k, t) == CHANGES[number](theirs, k, t)
        assert list(mine.items()) == list(theirs.items())


def test_a_missing_key_raises_as_in_python() -> None:
    with pytest.raises(KeyError):
        Keyed().pop(1)
    with pytest.raises(KeyError):
        Keyed().popitem()
    with pytest.raises(KeyError):
        Keyed()[1]


X, LABELS = np.array([0.5, 1.5, 2.0]), np.array([3, 1, 3])


def absent(x, labels):
    d = {int(k): t for k, t in zip(labels, x)}
    return d[int(labels[0]) + 1]


def not_deleted(x, labels):
    d = {int(k): t for k, t in zip(labels, x)}
    del d[2]
    return sum(d.values())


def not_popped(x, labels):
    d = {}
    for k, t in zip(labels, x):
        d[k] = t
    return d.pop(7) * d[1]


@pytest.mark.parametrize("function", [absent, not_deleted, not_popped])
def test_raised_as_python_does(function: Callable[..., Any]) -> None:
    for run in (function, grad(function)):
        with pytest.raises(KeyError):
            run(X, LABELS)


def nan_as_a_key(x):
    d = {}
    for t in x:
        d[t] = d.get(t, 0.0) + t
    return sum(d.values())


def test_nan_is_no_key() -> None:
    """Python tells one NaN from another by which object it is: nothing that compiled code keeps."""
    assert grad(nan_as_a_key)(X).tolist() == [1.0, 1.0, 1.0]
    with pytest.raises(ValueError, match="NaN as the key"):
        grad(nan_as_a_key)(np.array([1.0, np.nan]))


def keys_of_two_kinds(x, labels):
    d = {}
    for k, t in zip(labels, x):
        d[int(k)] = t
    return d[(1, 2)] if (1, 2) in d else d[3]


def a_text_among_numbers(x, labels):
    d = {}
    for k, t in zip(labels, x):
        d[int(k)] = t
    d["all"] = x[0]
    return sum(d.values())


def an_array_as_a_key(x, labels):
    d = {}
    for k in labels:
        d[k] = 1.0
    return sum(d.values()) * (x[0] if labels in d else x[1])


def grown_while_it_is_read(x, labels):
    d = {}
    for k, t in zip(labels, x):
        d[int(k)] = t
    for k in d:
        d[k + 1] = 2.0
    return sum(d.values())


def values_of_two_kinds(x, labels):
    d = {}
    for k, t in zip(labels, x):
        d[int(k)] = t
        d[int(k) + 1] = np.ones(2)
    return d[3]


@pytest.mark.parametrize(
    ("function", "codes"),
    [
        (keys_of_two_kinds, {"SD299"}),
        (a_text_among_numbers, {"SD299"}),
        (an_array_as_a_key, {"SD403"}),
        (grown_while_it_is_read, {"SD299"}),
        (values_of_two_kinds, {"SD505"}),
    ],
)
def test_refused(function: Callable[..., Any], codes: set[str]) -> None:
    with pytest.raises(CompileError) as caught:
        grad(function)(X, LABELS)
    assert codes <= {p.code for p in caught.value.problems}


def totals(x, labels):
    found = defaultdict(float)
    for k, t in zip(labels, x):
        found[k] += t * t
    return sum(v * v for v in found.values())


def test_a_key_is_looked_up_once() -> None:
    """`found[k] += t` is one lookup in a Python dict, not a search through a list, and none in the backward pass."""
    text = generate(totals, wrt="x", example={"x": X, "labels": LABELS}, functions=["value_and_grad"])
    body = text.partition("def totals_value_and_grad")[2].partition("\ndef ")[0]
    assert body.count("found_places.get(k, -1)") == 1 and "found[place]" in body
    assert "in found" not in body.replace("for v in found", "")


@pytest.mark.parametrize("level", [0, 1, 2])
def test_no_turns_and_many_turns(level: int) -> None:
    rng = np.random.default_rng(3)
    for n in (0, 1, 50):
        x, labels = rng.normal(size=n), rng.integers(0, 7, n)
        sums = np.zeros(7)
        np.add.at(sums, labels, x * x)
        value, gradient = value_and_grad(totals, level=level)(x, labels)
        assert np.isclose(value, np.sum(sums * sums)) and np.allclose(gradient, 4 * sums[labels] * x)
        _, tangent = jvp(lambda x, labels=labels: totals(x, labels), (x,), (np.ones(n),))
        assert np.isclose(tangent, np.sum(4 * sums[labels] * x))


def each_key_divided(x, labels):
    d = {}
    for k, t in zip(labels, x):
        d[int(k)] = d.get(int(k), 0.0) + t
    total = sum(d.values())
    for k in d:
        d[k] = d[k] / total
    for k, v in d.items():
        d[k] = v * (k + 1)
    return sum(v * v for v in d.values())


def test_a_loop_over_the_keys_writes_to_them() -> None:
    """The place of a key that a loop reads is known, so that a store under it makes the dict no longer."""
    gradient = grad(each_key_divided)(X, LABELS)
    for k in range(3):
        step = 1e-6 * np.eye(3)[k]
        slope = (each_key_divided(X + step, LABELS) - each_key_divided(X - step, LABELS)) / 2e-6
        assert np.isclose(gradient[k], slope, rtol=1e-6)


def kept_key(x, labels):
    """The first of equal keys stays: 1 and not True, 1 and not 1.0."""
    d = {}
    for k, t in zip(labels, x):
        d[int(k)] = t
        d[bool(k > 0)] = t * t
    return sum(d.values()) * (min(d) + 1.0) * len(d)


def test_equal_keys_are_one() -> None:
    x, labels = np.array([0.5, 1.5]), np.array([1, 1])
    value, gradient = value_and_grad(kept_key)(x, labels)
    assert value == kept_key(x, labels) and gradient.tolist() == [0.0, 6.0]


def chosen_key(x):
    d = {"a": x, ("a" if x > 2.0 else "b" if x > 0.0 else None): x * x}
    return sum(d.values()) * len(d) + d.get(None, 0.0)


def test_a_key_of_a_display_is_one_of_several_texts() -> None:
    for x, slope in ((3.0, 2 * 3.0), (1.5, 2 * (1.0 + 2 * 1.5)), (-1.0, 2 * (1.0 - 2.0) - 2.0)):
        value, gradient = value_and_grad(chosen_key)(x)
        assert value == chosen_key(x) and gradient == pytest.approx(slope)


def test_a_text_that_is_written_out_is_no_key_beside_texts_of_numbers() -> None:
    def f(x: Any, labels: Any) -> Any:
        d = {}
        for k, t in zip(labels, x, strict=True):
            d[f"k{k}"] = t
        return d["k0"]

    with pytest.raises(CompileError, match="SD299 'k0' as the key of a dict of other keys") as caught:
        grad(f)(np.ones(2), np.array([0, 1]))
    assert caught.value.problems[0].rewrite == "use the numbers in such texts themselves as keys"


def test_a_dict_of_other_values_is_named_as_a_dict() -> None:
    def built(y: Any, depth: int) -> Any:
        if depth == 0 or len(y) < 3:
            return {"leaf": True, "value": y.mean()}
        k = len(y) // 2
        return {"leaf": False, "at": y[k], "low": built(y[:k], depth - 1), "high": built(y[k:], depth - 1)}

    def f(y: Any) -> Any:
        node = built(y, 2)
        while not node["leaf"]:
            node = node["low"] if node["at"] > 0.3 else node["high"]
        return node["value"]

    with pytest.raises(CompileError) as caught:
        grad(f)(np.arange(8.0))
    assert "takes dict of " in str(caught.value) and "Keyed" not in str(caught.value)


def test_a_dict_that_is_none_after_a_problem_is_named() -> None:
    def unlike(x: Any, labels: Any) -> Any:
        held = {int(k): 1.0 for k in labels} if x > 100 else {1: "a"}
        return x

    def refused(x: Any, labels: Any) -> Any:
        held = {np.linalg.eigvals(k): 1.0 for k in labels} if x > 100 else {}
        return x

    assert grad(unlike)(0.7, LABELS) == 1.0
    with pytest.raises(CompileError, match="SD299"):
        grad(refused)(0.7, LABELS)


def first_and_others(x: Any, labels: Any) -> Any:
    held = {}
    for k, t in zip(labels, x, strict=True):
        held[int(k)] = held.get(int(k), 0.0) + t
    keys = iter(held)
    total = next(keys) * held[next(iter(held))]
    for k in keys:
        total = total + k * held[k] ** 2
    return total + next(iter(held.values()))


def test_an_iterator_of_the_keys() -> None:
    value, slope = value_and_grad(first_and_others)(X, LABELS)
    assert value == pytest.approx(first_and_others(X, LABELS), rel=1e-14)
    v, h = np.cos(np.arange(len(X))), 1e-6
    by_differences = (first_and_others(X + h * v, LABELS) - first_and_others(X - h * v, LABELS)) / (2 * h)
    assert slope @ v == pytest.approx(by_differences, rel=1e-7)


@pytest.mark.parametrize("change", [lambda d, x: d.clear(), lambda d, x: d.update({77: x}), lambda d, x: d.popitem()])
def test_an_iterator_of_keys_that_changed_is_refused(change: Callable[..., Any]) -> None:
    """Python raises RuntimeError."""

    def f(x: Any, labels: Any) -> Any:
        held = {int(k): x for k in labels}
        keys = iter(held)
        change(held, x)
        return x * next(keys)

    with pytest.raises(CompileError, match="SD235"):
        grad(f)(0.5, LABELS)


def of_two_classes(x, v):
    y = {i: t for i, t in enumerate(v)}
    for _ in range(int(4 * x)):
        z = defaultdict(float)
        for i, t in y.items():
            z[(i + 1) % 3] += t * x
        y = z
    return sum(y.values())


def of_one_class(x, v):
    y = {i: t for i, t in enumerate(v)}
    for _ in range(int(4 * x)):
        z = defaultdict(float)
        for i, t in y.items():
            z[(i + 1) % 3] += t * x
        y = dict(z)
    return sum(y.values())


def begun_with_defaults(x, v):
    y = {i: t for i, t in enumerate(v)}
    y = defaultdict(float, y)
    for _ in range(int(4 * x)):
        z = defaultdict(float)
        for i, t in y.items():
            z[(i + 1) % 3] += t * x
        y = z
    return sum(y.values())


def test_a_dict_of_another_class_after_a_turn_is_told_what_to_write() -> None:
    with pytest.raises(CompileError) as caught:
        grad(of_two_classes)(0.6, X)
    assert "`y` is dict before the loop and defaultdict after a turn" in str(caught.value)
    assert "`y = dict(z)`, or begin with `y = defaultdict(float, y)`" in str(caught.value)
    for rewritten in (of_one_class, begun_with_defaults):
        value, slope = value_and_grad(rewritten)(0.6, X)
        assert value == pytest.approx(of_two_classes(0.6, X)) and slope == pytest.approx(2 * value / 0.6)
