"""`update`, `|=` and `|` of dicts by keys that are found when it runs, by pairs, and by objects that say their keys."""

from __future__ import annotations

from collections import Counter, OrderedDict, defaultdict

import numpy as np
import pytest

import symdiff
from symdiff import CompileError

V = np.array([0.3, 1.2, -0.7, 1.6])


def updated(x, v):
    d = {}
    for k, t in enumerate(v):
        d.update({k: t * x})
    return sum(t * t for t in d.values())


def joined_in_place(x, v):
    d = e = {1: x}
    for t in v:
        d |= {int(t): t * x}
    return sum(t * (k + 1) for k, t in e.items()) * x


def joined_behind_known_keys(x, v):
    d = {1: x, 5: 2 * x} | {int(t): t * x for t in v}
    return sum(t * k for k, t in d.items()) * list(d.values())[-1]


def by_pairs_of_the_run(x, v):
    d = {0: x}
    d.update(zip(range(len(v)), v * x, strict=True))
    d |= ((int(t), t * x) for t in v)
    return sum(t * t for t in d.values()) + 0 * x


def by_known_pairs(x, v):
    d = {}
    d.update([(1, x), (2, x * x)])
    d |= [(2, 3 * x)]
    return d[1] * d[2]


def by_dicts_of_other_classes(x, v):
    d = {1: x}
    d.update(OrderedDict({int(t): t * x for t in v}))
    d |= defaultdict(float, {4: x * x})
    d.update(Counter([3, 3]))
    return sum(t * t * (k + 1) for k, t in d.items())


def of_ordered_ones(x, v):
    d = OrderedDict({1: x})
    for t in v:
        d.update({int(t): t * x})
    return sum(t * t for t in d.values())


def where_a_condition_chooses(x, v):
    a, b = {0: x}, {}
    for k, t in enumerate(v):
        (a if t > x else b).update({k: t * x})
    return sum(a.values()) * sum(b.values())


def arrays_by_turns_that_are_unrolled(x, v):
    d = {}
    for k in range(3):
        d.update({k: v[: k + 1] * x})
    return np.sum(d[0]) * np.sum(d[2])


class Box:
    """A dict of it has its keys, and `box[key]`; it gives the keys turn by turn, and these are pairs."""

    def __init__(self, x):
        self.x = x

    def keys(self):
        return [(1, 2), (3, 4)]

    def __getitem__(self, key):
        return self.x * key[0]

    def __iter__(self):
        return iter(self.keys())


def by_an_object_with_keys(x, v):
    d = {(1, 2): 5.0}
    d.update(Box(x))
    return d[1, 2] * dict(Box(x))[3, 4]


TAKEN = [
    updated, joined_in_place, joined_behind_known_keys, by_pairs_of_the_run, by_known_pairs, by_dicts_of_other_classes,
    of_ordered_ones, where_a_condition_chooses, arrays_by_turns_that_are_unrolled, by_an_object_with_keys,
]  # fmt: skip


@pytest.mark.parametrize("f", TAKEN, ids=lambda f: f.__name__)
@pytest.mark.parametrize("level", [0, 1, 2])
def test_derivatives_are_those_of_the_dict_that_python_makes(f, level):
    x, h = 0.8, 1e-6
    slope = (f(x + h, V) - f(x - h, V)) / (2 * h)
    value, found = symdiff.value_and_grad(f, level=level)(x, V)
    assert value == pytest.approx(f(x, V), rel=1e-14) and found == pytest.approx(slope, rel=1e-6)
    assert symdiff.jvp(f, (x, V), (1.0, 0 * V))[1] == pytest.approx(found, rel=1e-12)


@pytest.mark.parametrize("f", [updated, joined_in_place, where_a_condition_chooses], ids=lambda f: f.__name__)
def test_second_derivatives(f):
    x, h = 0.8, 1e-4
    bend = (f(x + h, V) - 2 * f(x, V) + f(x - h, V)) / h**2
    assert symdiff.grad(symdiff.grad(f))(x, V) == pytest.approx(bend, rel=1e-5, abs=1e-6)


def test_nothing_to_update_by():
    assert symdiff.value_and_grad(joined_in_place)(0.8, V[:0]) == (2 * 0.8 * 0.8, 4 * 0.8)


def of_an_argument(x, d):
    d.update({int(x * 3): x})
    return d[2] * d[1]


def test_a_dict_of_the_arguments_has_no_new_keys():
    with pytest.raises(CompileError) as caught:
        symdiff.grad(of_an_argument)(0.8, {1: 2.0, 2: 3.0})
    assert "`d.update({int(x * 3): x})` of a key that may be new" in str(caught.value)


def reads_the_dict(x):
    d = {0: x, 1: 2.0, 2: 3.0}
    d.update((k, d[k - 1] * x) for k in (1, 2))
    return d[2]


def reads_the_dict_joined(x):
    d = {"a": x, "b": 2.0, "c": 3.0}
    d |= ((k, d[j] * x) for j, k in ("ab", "bc"))
    return d["c"]


def reads_the_dict_by_zip(x):
    d = {0: x, 1: 2.0, 2: 3.0}
    d.update(zip((1, 2), (d[k] * x for k in (0, 1))))
    return d[2]


def reads_the_ordered_dict(x):
    d = OrderedDict([(0, x), (1, 2.0), (2, 3.0)])
    d.update((k, d[k - 1] * x) for k in (1, 2))
    return d[2]


def reads_the_set(x):
    s = {1}
    s.update(k for k in (1, 2, 3) if k - 1 in s)
    return x * len(s)


@pytest.mark.parametrize(
    "f", [reads_the_dict, reads_the_dict_joined, reads_the_dict_by_zip, reads_the_ordered_dict, reads_the_set]
)
def test_a_generator_that_reads_what_it_is_entered_into_is_refused(f) -> None:
    """Python enters each element as it is drawn, so that the next one may read it."""
    with pytest.raises(CompileError, match="SD235"):
        symdiff.value_and_grad(f)(0.7)


def reads_it_before(x):
    d = {0: x, 1: 2.0, 2: 3.0}
    d.update({k: d[k - 1] * x for k in (1, 2)})
    s = {1}
    s.update([k for k in (1, 2, 3) if k - 1 in s])
    return d[2] * len(s)


def test_what_is_read_before_anything_is_entered_is_taken() -> None:
    assert symdiff.value_and_grad(reads_it_before)(0.7) == (reads_it_before(0.7), 4.0)
