"""What a condition chooses among lists, dicts, tuples and objects from outside: see `frontend.python.mirrors`."""

from __future__ import annotations

import numpy as np
import pytest

import symdiff


class Node:
    def __init__(self, value, left=None, right=None):
        self.value, self.left, self.right = value, left, right


class Slotted:
    __slots__ = ("note", "value")

    def __init__(self, value):
        self.value = value


TREE = Node(0.5, Node(0.3, Node(0.2)), Node(0.7, Node(0.6), Node(0.9)))
SLOTS = (Slotted(2.0), Slotted(3.0))
SHORT, LONG = [1.0, 2.0], [3.0, 4.0, 5.0]
PLAIN, OTHER = {"w": 2.0}, {"w": 3.0, "b": 1.0}
ARRAYS = [np.array([1.0, 2.0]), np.array([3.0, 4.0])]


def walked(x):
    node, total = TREE, 0.0
    while node is not None:
        total = total + node.value * x
        node = node.left if x < node.value else node.right
    return total


def test_what_is_outside_may_change_between_calls() -> None:
    """Numbers are read at each call; another node, and one more attribute, are seen."""
    root = Node(0.5, Node(0.3), Node(0.7))

    def f(x):
        node = root.left if x < root.value else root.right
        total = node.value * x
        if node.left is not None:
            total = total + node.left.value
        return total

    g = symdiff.grad(f)
    assert [g(0.1), g(0.9)] == [0.3, 0.7]
    root.left.value = 0.25
    assert [g(0.1), g(0.9)] == [0.25, 0.7]
    root.left = Node(4.0, Node(1.0))
    assert symdiff.value_and_grad(f)(0.1) == (1.4, 4.0) and g(0.1) == 4.0
    root.left, root.right = root.right, root.left
    assert [g(0.1), g(0.9)] == [0.7, 4.0]


def test_one_object_at_two_places_may_become_two() -> None:
    shared = {"w": 2.0}
    holder = {"a": shared, "b": shared, "c": {"w": 5.0}}

    def f(x):
        one = holder["a"] if x > 0 else holder["c"]
        other = holder["b"] if x > 0 else holder["c"]
        return one["w"] * x + other["w"] * x * x

    g = symdiff.grad(f)
    assert g(1.0) == 2.0 + 2 * 2.0
    holder["b"] = {"w": 7.0}
    assert g(1.0) == 2.0 + 2 * 7.0


@pytest.mark.parametrize("x", [0.1, 0.55, 0.8, 1.2])
def test_a_walk_at_every_leaf(x: float) -> None:
    value, slope = symdiff.value_and_grad(walked)(x)
    assert value == walked(x) and slope == pytest.approx(walked(x) / x)


def test_slots_and_lists_of_other_lengths() -> None:
    def f(x):
        chosen = SLOTS[0] if x > 0 else SLOTS[1]
        listed = SHORT if x > 0 else LONG
        total = chosen.value * x
        for v in listed:
            total = total + v * x * x
        return total

    assert [symdiff.grad(f)(x) for x in (1.0, -1.0)] == [2.0 + 6.0, 3.0 - 24.0]


def test_what_is_chosen_is_none_of_the_others() -> None:
    def other(x):
        node = TREE.left if x < 0.5 else TREE.right
        return x if node is TREE else 2 * x

    assert symdiff.grad(other)(0.1) == 2.0


def refused_identity(x):
    node = TREE.left if x < 0.5 else TREE.right
    return x if node is TREE.left else 2 * x


def refused_attribute(x):
    node = TREE.left if x < 0.5 else TREE.right
    node.value = x
    return node.value


def refused_append(x):
    chosen = SHORT if x < 0.5 else LONG
    chosen.append(x)
    return chosen[-1]


def refused_element(x):
    pair = {"a": ARRAYS[0]} if x < 0.5 else {"a": ARRAYS[1]}
    pair["a"][0] = x
    return pair["a"][0]


def refused_keys(x):
    chosen = PLAIN if x < 0.5 else OTHER
    return chosen["w"] * x


@pytest.mark.parametrize(
    ("function", "code"),
    [
        (refused_identity, "SD223"),
        (refused_attribute, "SD503"),
        (refused_append, "SD503"),
        (refused_element, "SD503"),
        (refused_keys, "SD310"),
    ],
)
def test_refused(function, code: str) -> None:
    """Identity among those that it may be, every change of what is outside, and dicts of other keys."""
    with pytest.raises(symdiff.CompileError) as caught:
        symdiff.grad(function)(0.1)
    assert code in str(caught.value)


NEIGHBOURS = [[1, 2], [0, 3, 4], [0], [1], []]
WEIGHTED = {0: [(1, 0.5), (2, 0.25)], 1: [(0, 0.75)], 2: []}
RECORDS = [{"rate": 1.5, "to": [1, 2]}, {"rate": 2.5, "to": [3]}]


def reached(x, start):
    """Depth-first search over a graph from outside, by recursion."""
    seen = set()

    def go(u, t):
        if u in seen:
            return 0.0
        seen.add(u)
        total = t
        for v in NEIGHBOURS[u]:
            total += go(v, t * 0.5 * x)
        return total

    return go(int(start), x)


def distances(x, start):
    """Breadth-first search."""
    far, todo = [-1.0] * len(NEIGHBOURS), [int(start)]
    far[int(start)] = 0.0
    while todo:
        u = todo.pop(0)
        for v in NEIGHBOURS[u]:
            if far[v] < 0.0:
                far[v] = far[u] * x + v
                todo.append(v)
    return sum(d * d for d in far)


def weights(x, u):
    return x + sum(w * x**2 + v for v, w in WEIGHTED[int(u)])


def of_records(x, u):
    found = RECORDS[int(u) % 2]
    return found["rate"] * x + x * sum(found["to"])


def copied(x, u):
    own = NEIGHBOURS[int(u)][:]
    own.append(7)
    return x * sum(own) * len(NEIGHBOURS[int(u)])


@pytest.mark.parametrize("level", [0, 1, 2])
@pytest.mark.parametrize("f", [reached, distances, weights, of_records, copied])
def test_lists_from_outside_at_a_number_of_the_run(f, level) -> None:
    made = symdiff.value_and_grad(f, level=level)
    for u in (0.0, 1.0, 2.0):
        value, slope = made(0.8, u)
        assert value == pytest.approx(f(0.8, u), rel=1e-14)
        assert slope == pytest.approx((f(0.8 + 1e-6, u) - f(0.8 - 1e-6, u)) / 2e-6, rel=1e-8)
        twice = symdiff.grad(symdiff.grad(f, level=level), level=level)(0.8, u)
        assert twice == pytest.approx((made(0.8 + 1e-6, u)[1] - made(0.8 - 1e-6, u)[1]) / 2e-6, abs=1e-7)


def test_lists_at_a_number_are_read_at_each_call_and_may_not_change_in_it() -> None:
    rows = [[1.0, 2.0], [3.0]]

    def total(x, u):
        return x * sum(rows[int(u)])

    def longer(x, u):
        rows[int(u)].append(x)
        return sum(rows[int(u)])

    made = symdiff.grad(total)
    assert made(1.0, 1.0) == 3.0
    rows[1][0] = 5.0
    assert made(1.0, 1.0) == 5.0
    rows[1].append(2.0)
    assert made(1.0, 1.0) == 7.0
    with pytest.raises(symdiff.CompileError, match=r"rows\[int\(u\)\].append\(x\)"):
        symdiff.grad(longer)(1.0, 1.0)
    assert rows == [[1.0, 2.0], [5.0, 2.0]]
