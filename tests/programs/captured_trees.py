"""Trees, lists and records that are read from outside, and walked or chosen by conditions."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any, NamedTuple

import numpy as np

from tests.programs.cases import Cases

cases = Cases()


@dataclass
class _Split:
    feature: int = 0
    threshold: float = 0.0
    left: _Split | None = None
    right: _Split | None = None
    value: float = 0.0


_TREE = _Split(
    0, 0.5, _Split(1, 0.3, _Split(value=1.5), _Split(value=-0.7)), _Split(2, 0.8, _Split(value=0.4), _Split(value=2.5))
)
_FOREST = [_TREE, _Split(1, 0.6, _Split(value=0.3), _TREE.right), _TREE]


@cases(np.array([0.31, 0.2, 0.9]), 1.3)
@cases(np.array([0.31, 0.7, 0.9]), 1.3)
@cases(np.array([0.9, 0.7, 0.95]), 1.3)
def forest_of_captured_trees(x, scale):
    total = 0.0
    for tree in _FOREST:
        node = tree
        while node.left is not None:
            node = node.left if x[node.feature] < node.threshold else node.right
        total += node.value * np.sin(scale * x[0])
    return total / len(_FOREST)


_MODEL = {
    "split": 0.4,
    "rate": 0.3,
    "low": {"split": 0.2, "rate": 0.9, "low": None, "high": None},
    "high": {"split": 0.7, "rate": 0.1, "low": None, "high": {"split": 0.8, "rate": 0.5, "low": None, "high": None}},
}


@cases(0.1)
@cases(0.75)
@cases(0.9)
def captured_dicts_in_dicts(x):
    node, y = _MODEL, x
    while node is not None:
        y = y + node["rate"] * np.sin(y)
        node = node["low"] if x < node["split"] else node["high"]
    return y


class _Outcome(NamedTuple):
    factor: float
    up: Any
    down: Any


_OPTION = _Outcome(1.0, _Outcome(1.1, _Outcome(1.2, None, None), None), _Outcome(0.9, None, _Outcome(0.8, None, None)))


@cases(1.1, 0.2)
@cases(0.8, 0.2)
def captured_named_tuples(spot, rate):
    node, price = _OPTION, spot
    while node is not None:
        price *= node.factor * np.exp(-rate)
        node = node.up if price > 1.0 - 0.3 * rate else node.down
    return price


class _Branch:
    """A node of a linkage that knows its parent, and has weights."""

    def __init__(self, weights, children=()):
        self.weights, self.children, self.parent = np.array(weights), list(children), None
        for child in children:
            child.parent = self

    def score(self, x):
        return np.sum(self.weights * x)


_LINKAGE = _Branch(
    [0.5, 1.0], [_Branch([1.5, -0.3], [_Branch([0.2, 0.1])]), _Branch([0.4, 0.8], [_Branch([1.0, 2.0])])]
)


@cases(np.array([0.3, 0.9]))
@cases(np.array([0.9, 0.1]))
def captured_objects_with_parents(x):
    node, total = _LINKAGE, 0.0
    while node.children:
        best = node.children[0]
        for child in node.children:
            if child.score(x) > best.score(x):
                best = child
        node = best
        total += np.tanh(node.score(x)) * node.parent.score(x)
    while node is not None:
        total += node.score(x) ** 2
        node = node.parent
    return total


@dataclass
class _Material:
    stiffness: float
    damping: np.ndarray = field(default_factory=lambda: np.ones(2))


_STEEL, _RUBBER = _Material(2.1, np.array([0.1, 0.3])), _Material(0.2, np.array([0.9, 0.7]))
_LIMITS = {"soft": [0.1, 0.4], "hard": [0.2, 0.5, 0.9]}


@cases(np.array([0.5, 0.2]))
@cases(np.array([-0.5, 1.2]))
def records_chosen_by_a_condition(x):
    material = _STEEL if x[0] > 0 else _RUBBER
    limits = _LIMITS["hard"] if x[1] < 1 else _LIMITS["soft"]
    force = material.stiffness * x - material.damping * x**3
    for limit in limits:
        force = force * (1 + limit * x[0])
    return np.sum(force * force)


class _Person:
    """A node made in the call, under its parent."""

    def __init__(self, age, parent=None):
        self.age, self.parent, self.children = age, parent, []
        if parent is not None:
            parent.children.append(self)


@cases(0.3, 1.2)
@cases(0.8, 1.2)
def a_branch_chooses_a_child_or_its_parent(x, y):
    root = _Person(x)
    child = _Person(x * y, root)
    grandchild = _Person(np.sin(y), child)
    node = grandchild
    if x > 0.5:
        node = node.parent
    return node.age * node.parent.age
