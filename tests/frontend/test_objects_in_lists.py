"""Objects looked for in lists: by which one they are, and by what their class says is equal."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import pytest

import symdiff
from tests.frontend.cases import Cases
from tests.frontend.running import check

A = np.array
case = Cases()


class Plain:
    def __init__(self, x):
        self.x = x


class Other(Plain):
    pass


class AtMost:
    """Equal to whatever is not below: what is asked matters, the element or what is looked for."""

    def __init__(self, x):
        self.x = x

    def __eq__(self, other):
        return self.x <= other.x


class NeverEqual:
    def __init__(self, x):
        self.x = x

    def __eq__(self, other):
        return False


@dataclass
class Point:
    x: float
    tag: int
    note: float = field(default=0.0, compare=False)


@dataclass(order=True)
class Named:
    x: float


@dataclass(eq=False)
class Wider(Named):
    """Compared by what `dataclasses` wrote for `Named`, which sees its fields alone."""

    y: float


CALLS = [(0.5, A([0.3, 0.2, 0.7])), (0.5, A([0.7])), (0.5, A([0.7, 0.7, 0.7, 0.1])), (2.0, A([0.2, 0.9]))]


@case(*CALLS)
def the_element_is_asked_of_a_known_list(x, v):
    """`element == item`, not the other way round."""
    some = [AtMost(x), AtMost(v[0]), AtMost(3.0)]
    found = AtMost(0.6)
    inside = 1.0 if found in some[:2] else 2.0
    return inside, some.index(AtMost(3.5)), some.count(found), (3.0 if found in tuple(some) else 4.0)


class Interval:
    def __init__(self, low, high):
        self.low, self.high = low, high

    def __contains__(self, t):
        return np.logical_and(self.low <= t, t < self.high)


@case(*CALLS)
def what_a_class_says_to_in_is_a_bool(x, v):
    """Two of NumPy's are added to one of NumPy's, two of Python's to 2."""
    box = Interval(v[0] - x, v[0] + x)
    inside, outside = v[0] in box, v[0] + 3.0 not in box
    return inside + outside, (inside if v[0] + x in box else 2.0 * inside)


@case(*CALLS)
def the_element_is_asked(x, v):
    some = [AtMost(t) for t in v]
    some.append(AtMost(3.0))
    found = AtMost(x)
    before = (1.0 if found in some else 2.0), some.index(AtMost(3.5)), some.count(found)
    some.remove(AtMost(3.0))
    return before, len(some), some[0].x


@case(*CALLS)
def one_is_itself_before_it_is_equal(x, v):
    some = [NeverEqual(t) for t in v]
    last = some[-1]
    new = NeverEqual(v[-1])
    return last in some, new in some, some.index(last), some.count(last), some.count(new)


@case(*CALLS)
def removed_one_by_one(x, v):
    alive, order = [Plain(t) for t in v], []
    while len(alive) > 1:
        least = min(alive, key=lambda b: b.x)
        order.append(alive.index(least))
        alive.remove(least)
        for b in alive:
            b.x = b.x * 0.9 + least.x * x
    return order, alive[0].x


@case(*CALLS)
def looked_for_in_another_list(x, v):
    some = [Plain(t) for t in v]
    fast = [p for p in some if p.x > 0.25]
    slow = [p for p in some if p not in fast]
    for p in fast:
        p.x = p.x * x
    return sum(p.x for p in some), sum(p.x for p in slow), sum(some.count(p) for p in fast + fast)


@case(*CALLS)
def none_and_objects_of_other_classes(x, v):
    some, best = [Plain(t) for t in v], None
    for p in some:
        if p.x > x:
            best = p
    return (best in some), (None in some), Other(v[0]) in some, Plain(v[0]) in some


@case(*CALLS)
def equal_by_their_fields(x, v):
    some = [Point(round(t, 1), k % 2, note=t * x) for k, t in enumerate(v)]
    first = some.pop(0)
    again = Point(first.x, first.tag, 5.0)
    found = some.index(again) if again in some else -1
    return found, some.count(first), sum(p.note for p in some), Point(0.7, 1) != again


@case(*CALLS)
def a_missing_one_raises(x, v):
    some = [Point(t, 0) for t in v]
    some.remove(Point(x, 0))
    return some[0].x


@case(*CALLS)
def fields_of_the_class_that_compares(x, v):
    a, b = Wider(x, 1.0), Wider(x, 2.0)
    known = sorted([Wider(2.0, v[0]), Wider(1.0, 2.0), Wider(1.0, 1.0)])
    some = [Wider(x, t) for t in v]
    return a == b, a <= b, [w.y for w in known], b in some, some.count(a)


def _or_none(t, x):
    return None if t < 0.5 else Plain(t * x)


HOLES = [(0.8, 0.7, 0.3, 1.2), (0.8, 0.2, 0.3, 0.1), (-0.8, 0.9, 0.7, 0.6)]


@case(*HOLES)
def the_first_hole(x, a, b, c):
    slots = [_or_none(a, x), _or_none(b, x), _or_none(c, x)]
    free = slots.index(None)
    slots[free] = Plain(x * x)
    return sum(k * p.x for k, p in enumerate(slots) if p is not None), free, slots.count(None)


@case(*HOLES)
def holes_closed(x, a, b, c):
    slots = [_or_none(a, x), _or_none(b, x), _or_none(c, x), None]
    while None in slots:
        slots.remove(None)
    return [p.x for p in slots]


@case(*HOLES)
def holes_filled(x, a, b, c):
    slots, k = [_or_none(a, x), _or_none(b, x), _or_none(c, x)], 0
    while slots.count(None):
        k += slots.index(None)
        slots[slots.index(None)] = Plain(k * x)
    return [p.x for p in slots]


@case(*HOLES)
def holes_beside_lists_and_tuples(x, a, b, c):
    rows = [[a], None if b < 0.5 else [b * x], None if c < 0.5 else [c]]
    pairs = [(a, x), None if b < 0.5 else (b, 2 * x), (c, x)]
    rows.remove(None)
    return rows.count(None), sum(r[0] for r in rows if r), pairs.index(None), pairs.index((c, x))


@case(*HOLES)
def what_is_not_alike(x, a, b, c):
    """A number is found before what follows it is asked."""
    some = [None if b < 0.5 else Plain(x), "a", a, x, b * 1.0]
    return some.index(x), some.index(a), some.index("a"), [Plain(a), None, x].index(None)


@case(*HOLES)
def a_hole_made_on_one_path(x, a, b, c):
    slots = [_or_none(a, x), _or_none(b, x)]
    if c > 0.65:
        slots.append(None)
    slots.append(Plain(c))
    return [0.0 if p is None else p.x for p in slots], slots.count(None)


class Counting:
    """It counts how often it was asked."""

    def __init__(self, x):
        self.x, self.asked = x, 0

    def __eq__(self, other):
        self.asked += 1
        return self.x == other.x


@case(*HOLES, (0.7, 0.7, 0.3, 0.1))
def asked_once_for_each(x, a, b, c):
    """Whether the place is known when compiling is tried without asking."""
    some = [Counting(a), Counting(x), Counting(b), Counting(x)]
    first = some.index(Counting(x))
    some.remove(Counting(b))
    return first, [s.asked for s in some], [s.x for s in some]


@case((0.8,), (3.0,))
def asked_once_of_known_numbers(x):
    some = [Counting(2.0), Counting(1.0), Counting(3.0)]
    gone = some[1]
    some.remove(Counting(1.0))
    return some.index(Counting(3.0)) * x, gone.asked, [s.asked for s in some]


@case.each(18)
def test_as_python_does(function: Callable[..., Any], calls: tuple[tuple[Any, ...], ...]) -> None:
    check(function, *calls)


# --- the order of what dataclasses wrote, of objects that are numbers


@dataclass(order=True)
class Job:
    t: float
    work: float = field(compare=False)


def exchanged(x, v):
    """Which one is meant is known by numbers, so that a comparison reads the lists of attributes."""
    first = Job(x, 1.0)
    for t in v:
        job = Job(t, 2.0 * t)
        if job > first:
            job, first = first, job
        job.work += first.t * x
        first.work = first.work * job.t + job.work
    return first.work * first.t


@pytest.mark.parametrize("level", range(3))
def test_objects_that_are_numbers_are_compared_by_fields(level: int) -> None:
    for v in (A([0.3, 0.9, 0.7]), A([0.2]), A([])):
        value, slope = symdiff.value_and_grad(exchanged, level=level)(0.5, v)
        assert value == pytest.approx(exchanged(0.5, v), rel=1e-13)
        assert slope == pytest.approx((exchanged(0.5 + 1e-6, v) - exchanged(0.5 - 1e-6, v)) / 2e-6, rel=1e-7)


def beside_none(x, v):
    some, best = [Job(t, x) for t in v], None
    for job in some:
        if best is None or best < job:
            best = job
    total = 1.0 if best in some else 2.0
    total += 4.0 if best == Job(0.9, 0.0) else 8.0
    total += 16.0 if Job(0.9, 0.0) == best else 32.0
    return total * x if Job(x, x) < best else x


def test_none_is_no_instance() -> None:
    f = symdiff.value_and_grad(beside_none)
    for v in (A([0.3, 0.9]), A([0.3, 0.8]), A([0.1])):
        assert f(0.5, v) == (beside_none(0.5, v), beside_none(1.0, v) if v[-1] < 0.5 else beside_none(0.5, v) / 0.5)
    for run in (beside_none, f):
        with pytest.raises(TypeError, match="'<' not supported between instances of 'Job' and 'NoneType'"):
            run(0.5, A([]))


# --- what is refused


@dataclass
class Pair:
    x: float
    near: Any = None


def fields_without_end(x, v):
    """Their `near` may hold them again: comparing these by fields may not come to an end."""
    some = [Pair(t) for t in v]
    for p in some:
        p.near = some[0]
    return x * some.count(some[-1])


def test_comparisons_without_end_are_refused_at_their_line() -> None:
    with pytest.raises(symdiff.CompileError) as caught:
        symdiff.grad(fields_without_end)(0.5, A([0.3, 0.7]))
    assert {p.code for p in caught.value.problems} <= {"SD224", "SD299"}
    assert all(p.source_line.strip() == "return x * some.count(some[-1])" for p in caught.value.problems)


def test_text_of_holes_among_tuples() -> None:
    """The list is named, not the call, and the rewrite is one that works."""

    def f(x):
        pairs = [(1.0, x), None if x > 0 else (2.0, x)]
        pairs.remove(None)
        return pairs[0][1]

    with pytest.raises(symdiff.CompileError) as caught:
        symdiff.grad(f)(0.5)
    (problem,) = caught.value.problems
    assert problem.what.startswith("the list or dict `pairs` changes")
    assert problem.rewrite == "make objects of a class of them, which may be None in a list"


def test_comparisons_that_show_something_are_not_made_at_once() -> None:
    class Loud:
        def __eq__(self, other):
            print("asked")
            return other > 3

    with pytest.raises(symdiff.CompileError, match=r"SD224 `index` with a staged value.*\n.*\n.*\n  why: elements are"):
        symdiff.grad(lambda x: x * ["a", Loud(), x].index(x))(0.5)
