"""Objects that are numbers in lists: what Python does with them, what is refused, what is printed."""

from __future__ import annotations

import copy
import functools
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
import pytest

from symdiff import CompileError, generate, grad, value_and_grad
from symdiff.codegen.load import Loaded
from tests.constructs.test_cost import metered
from tests.frontend.running import differences

X, PLACES = np.array([1.0, 2.0, 3.0, -1.0, 0.5]), np.array([2, 0, 2, 1, 0])


class Link:
    def __init__(self, value, following=None):
        self.value = value
        self.next = following


def chain(x, kind=Link):
    head = tail = kind(x[0])
    for t in x[1:]:
        tail.next = kind(t)
        tail = tail.next
    return head


def weighted(head):
    total = 0.0
    while head is not None:
        total = total * 0.5 + head.value
        head = head.next
    return total


# --- what Python does


def one_object_by_two_names(x):
    head = chain(x)
    other = head.next
    head.next.value = 5.0 * x[0]
    other.value *= x[2]
    return weighted(head)


def is_and_equals(x):
    head = chain(x)
    a, b = head.next, head.next
    total = a.value if a == b and a is b else 0.0
    return total + (head.value if a is not head and a != head else 1.0) + (1.0 if head == 3 else 2.0)


def classes_and_truth(x):
    node, total = chain(x), 0.0
    while isinstance(node, Link):
        total = total * 0.5 + (node.value if type(chain(x)) is Link and hasattr(chain(x), "value") else 0.0)
        node = node.next
    return total if not node and not isinstance(node, Link) else 7.0


def patterns(x):
    node, total = chain(x), 0.0
    while node is not None:
        match node:
            case Link(value=v, next=None):
                total = total + 2 * v
            case Link(value=v):
                total = total + v * v
        node = node.next
    return total


def in_a_list(x):
    node = first = chain(x)
    large = []
    while node is not None:
        if node.value > 0.6:
            large.append(node)
        node = node.next
    total = sum(a.value for a in large) * (2.0 if first in large else 3.0) + large.index(first)
    for a in sorted(large, key=lambda a: -a.value):
        total = total * 0.5 + a.value
    large.remove(first)
    return total * len(large) + max(large, key=lambda a: a.value).value


def ring(x):
    head = tail = chain(x)
    while tail.next is not None:
        tail = tail.next
    tail.next = head
    total, node = 0.0, head
    for _ in range(12):
        node.value = node.value * 0.9 + 0.1 * node.next.value
        node = node.next
        total += node.value
    return total


class Member:
    rate = 3.0
    boss = None

    def __init__(self, weight, all_of_them):
        self.weight = weight
        self.team = []
        all_of_them.append(weight)

    def hire(self, weight, all_of_them):
        other = Member(weight, all_of_them)
        other.boss = self
        self.team.append(other)
        return other

    @property
    def level(self):
        node, level = self, 0
        while node.boss is not None:
            node, level = node.boss, level + 1
        return level

    @property
    def cost(self):
        return self.weight**2 * (self.level + 1) * self.rate + sum(m.cost for m in self.team)


def a_firm(x, places):
    """An attribute that the class has until an object has it; properties, recursion over lists of nodes."""
    weights = []
    first = Member(x[0], weights)
    members = [first]
    for i in range(1, len(x)):
        members.append(members[places[i] % i].hire(x[i], weights))
    return first.cost + sum(weights)


def read_later(x):
    """A generator that is asked at once, and a closure that is asked after a change."""
    head = chain(x)
    value = lambda: head.value * head.next.value
    before = value()
    head.value = x[1]
    return before * value()


def with_a_derivative(x):
    head = chain(x)

    def energy(a):
        total, node = 0.0, head
        while node is not None:
            total, node = total + node.value * a**2, node.next
        return total

    from symdiff import grad as slope

    return slope(energy)(x[0])


@pytest.mark.parametrize("level", [0, 1, 2])
@pytest.mark.parametrize(
    "function",
    [
        one_object_by_two_names, is_and_equals, classes_and_truth, patterns, in_a_list, ring, a_firm, read_later,
        with_a_derivative,
    ],
)  # fmt: skip
def test_as_in_python(function: Callable[..., Any], level: int) -> None:
    args = (PLACES,) if function is a_firm else ()
    value, gradient = value_and_grad(function, level=level)(X, *args)
    assert value == pytest.approx(function(X, *args), rel=1e-14)
    assert gradient == pytest.approx(differences(function, X, *args), rel=1e-6, abs=1e-7)


def no_next(x):
    node = chain(x)
    while True:
        node = node.next
        if node.value < -5:
            return node.value


def nothing_to_set(x):
    head, node = chain(x), chain(x)
    while node is not None:
        node = node.next
    node.value = 1.0
    return weighted(head)


@pytest.mark.parametrize("function", [no_next, nothing_to_set])
def test_none_has_no_attributes(function: Callable[..., Any]) -> None:
    for run in (function, grad(function)):
        with pytest.raises(AttributeError, match="'NoneType' object has no attribute"):
            run(X)


# --- what is refused


def shallow_copy(x):
    head = chain(x)
    other = copy.copy(head)
    other.value = 3.0
    return weighted(head)


def deep_copy_of_a_list(x):
    nodes = [chain(x), chain(x)]
    other = copy.deepcopy(nodes)
    other[0].value = 3.0
    return weighted(nodes[0])


def shown(x):
    head = chain(x)
    print(head)
    return weighted(head)


def as_numbers(x):
    head, found = chain(x), []
    while head is not None:
        found.append(head)
        head = head.next
    return np.sum(np.array(found)) * x[0]


def in_no_order(x):
    return sorted([chain(x), chain(x)])[0].value


def added(x):
    head = chain(x)
    return head.next + 1 + weighted(head)


def an_index(x):
    head = chain(x)
    return x[head.next] + weighted(head)


class Kept(Link):
    @functools.cached_property
    def twice(self):
        return 2 * self.value


def a_cached_property(x):
    head = tail = Kept(x[0])
    for t in x[1:]:
        tail.next = Kept(t)
        tail = tail.next
    first = head.twice
    head.value = 7.0
    return first + head.twice + weighted(head)


class Registered:
    def __init__(self, value, register):
        self.value = value
        self.next = None
        register.append(self)


def known_before_it_is_made(x):
    register = []
    head = tail = Registered(x[0], register)
    for t in x[1:]:
        tail.next = Registered(t, register)
        tail = tail.next
    register[0].value = 5.0
    return weighted(head)


@pytest.mark.parametrize(
    ("function", "code"),
    [
        (shallow_copy, "SD299"),
        (deep_copy_of_a_list, "SD299"),
        (shown, "SD299"),
        (as_numbers, None),
        (in_no_order, "SD321"),
        (added, "SD321"),
        (an_index, None),
        (a_cached_property, "SD412"),
        (known_before_it_is_made, None),
    ],
)
def test_refused(function: Callable[..., Any], code: str | None) -> None:
    """Of a number of any length: nothing that is asked of an object is answered with its number."""
    with pytest.raises(CompileError) as caught:
        generate(function, types="x=f8[n]")
    assert code is None or code in {p.code for p in caught.value.problems}


# --- what is printed


def appended(x):
    head = tail = Link(x[0])
    for t in x[1:]:
        node = Link(t)
        tail.next = node
        tail = node
    return weighted(head)


def test_the_lists_are_those_of_an_expert() -> None:
    text = generate(appended, types="x=f8[n]", functions=["value_and_grad"])
    body = text.partition("def appended_value_and_grad")[2].partition("\ndef ")[0]
    assert "link_next[tail] = " in body and "link_next = [-1]" in body
    assert "raise AttributeError" not in body, "no test for None of what cannot be None"
    assert "link_value[" in body and "link_next.append(-1)" in body


def counted(x, labels):
    totals: dict[int, float] = {}
    for k, t in zip(labels, x, strict=True):
        totals[int(k)] = totals.get(int(k), 0.0) + t * t
    return sum(v * v for v in totals.values())


@pytest.mark.parametrize("level", [0, 2])
@pytest.mark.parametrize("function", [appended, counted])
def test_ten_times_the_size_costs_ten_times_as_much(function: Callable[..., Any], level: int) -> None:
    def arguments(n: int) -> tuple[np.ndarray, ...]:
        return (np.linspace(0.5, 1.5, n), np.arange(n) % (n // 3))[: 1 if function is appended else 2]

    names = ("x", "labels")
    text = generate(function, example=dict(zip(names, arguments(24), strict=False)), level=level)
    run = Loaded(text, function.__name__)[f"{function.__name__}_value_and_grad"]
    small, large = (metered(run, *arguments(n))[1] for n in (24, 240))
    assert (large <= 11 * small).all(), large / small


class Body:
    def __init__(self, x):
        self.x = x


def least_removed(x, v):
    every = [Body(t) for t in v]
    alive = list(every)
    while len(alive) > 1:
        least = min(alive, key=lambda b: b.x)
        alive.remove(least)
        for b in alive:
            b.x = b.x * 0.9 + 0.1 * least.x * x
    return sum(b.x for b in every) * x


@dataclass
class EqualBody(Body):
    x: float
    near: Any = None


def least_removed_of_equals(x, v):
    alive = [EqualBody(t) for t in v]
    for b in alive:
        b.near = alive[0]
    while len(alive) > 1:
        least = min(alive, key=lambda b: b.x)
        alive.remove(least)
        for b in alive:
            b.x = b.x * 0.9 + 0.1 * least.x * x
    return alive[0].x


def test_a_loop_that_what_is_refused_would_end_comes_back():
    v = np.array([0.3, 0.2, 0.7])
    for level in range(3):
        value, (slope, _) = value_and_grad(least_removed, (0, 1), level=level)(0.5, v)
        assert value == pytest.approx(least_removed(0.5, v), rel=1e-14)
        h = 1e-6
        assert slope == pytest.approx((least_removed(0.5 + h, v) - least_removed(0.5 - h, v)) / (2 * h), rel=1e-8)
    with pytest.raises(CompileError) as caught:
        grad(least_removed_of_equals)(0.5, v)
    assert {p.code for p in caught.value.problems} <= {"SD224", "SD299"}


class Step:
    def __init__(self, w):
        self.w, self.nxt = w, None


def a_walk_beside_what_has_no_derivative(v, x):
    s, first = 0.0, Step(x)
    for t in v:
        p = first
        while p is not None:
            s += p.w * np.sort_complex(v * x)[0].real
            p.nxt = Step(t) if t > 1 else None
            p = p.nxt
    return s


def test_what_is_refused_with_numbers_too_is_not_tried_again():
    with pytest.raises(CompileError) as caught:
        grad(a_walk_beside_what_has_no_derivative)(np.array([1.0, -0.4, 1.3]), 0.3)
    assert {p.code for p in caught.value.problems} == {"SD401"}


class Neighbour:
    def __init__(self, value):
        self.around = []
        self.value = value
        self.next = None


def with_what_nobody_reads(x):
    return weighted(chain(x * x, Neighbour))


def test_objects_are_counted_by_what_is_read_of_them() -> None:
    text = generate(with_what_nobody_reads, types="x=f8[n]", functions=["primal"])
    assert "len(neighbour_next)" in text and "around" not in text and "len([])" not in text
    x = np.linspace(0.5, 1.5, 20)
    value, gradient = value_and_grad(with_what_nobody_reads)(x)
    assert value == pytest.approx(with_what_nobody_reads(x), rel=1e-14)
    np.testing.assert_allclose(gradient, 2 * x * 0.5 ** np.arange(19, -1, -1), rtol=1e-12)
