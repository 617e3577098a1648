"""Recursion over trees that the caller built: expressions, decisions, linkages, phylogenies."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any, NamedTuple

import numpy as np

from tests.programs.cases import Cases

cases = Cases()


@dataclass
class _Binary:
    value: float
    left: _Binary | None = None
    right: _Binary | None = None


@cases(_Binary(1.2, _Binary(0.5, None, _Binary(0.8)), _Binary(0.7, _Binary(0.2), _Binary(1.4))), 0.9)
def binary_tree_of_optional_nodes(tree, x):
    def ev(n):
        if n is None:
            return x
        if n.left is None and n.right is None:
            return n.value
        return math.sin(ev(n.left)) * ev(n.right) * n.value

    return ev(tree)


@dataclass
class _Split:
    at: float = 0.0
    low: _Split | None = None
    high: _Split | None = None
    leaf: float | None = None


_SPLITS = _Split(0.5, _Split(0.2, _Split(leaf=1.0), _Split(leaf=2.0)), _Split(0.9, _Split(leaf=3.0), _Split(leaf=0.4)))


@cases(_SPLITS, 0.3)
@cases(_SPLITS, 1.3)
def decision_tree(n, x):
    if n.leaf is not None:
        return n.leaf * x * x
    if x > n.at:
        return decision_tree(n.high, x * 0.9)
    return decision_tree(n.low, x) + n.at


@cases(_SPLITS, 0.3)
@cases(_SPLITS, 0.7)
@cases(_SPLITS, 1.3)
def walk_down_a_decision_tree(t, x):
    depth = 0
    while t.leaf is None and depth < 5:
        t = t.low if x < t.at else t.high
        depth += 1
    return t.leaf * x + depth


_BINARY = _Binary(1.2, _Binary(0.5, None, _Binary(0.8, _Binary(0.1))), _Binary(0.7, _Binary(0.2), _Binary(1.4)))


@cases(_BINARY, 0.9)
@cases(_BINARY, 0.4)
@cases(_BINARY, 2.0)
@cases(_Binary(0.3), 2.0)
def walk_down_to_none(t, x):
    node, last, total = t, None, 0.0
    while node is not None:
        if node.value > 1.3:
            break
        total = total * 0.5 + node.value * x
        last = node
        node = node.left if x < node.value else node.right
    else:
        total = total * 2.0
    return total if last is None else total * last.value


@cases(_BINARY, np.array([0.1, 0.6, 2.0]))
@cases(_BINARY, np.zeros(0))
def one_walk_for_each_of_many(t, v):
    total = 0.0
    for x in v:
        node = t
        while node is not None:
            total = total + node.value * x
            node = node.left if x < node.value else node.right
    return total


@cases(_BINARY, 0.6)
@cases(_BINARY, 2.0)
def a_test_of_what_is_not_there(t, x):
    node, total = t, x
    while total < 3.0 and node is not None and node.value > -2.0:
        total = total * 0.5 + node.value * x
        node = node.left if x < node.value else node.right
    return total


@cases(_BINARY, 0.6)
@cases(_BINARY, 2.0)
def asked_by_a_function(t, x):
    def below(n):
        return n.left if x < n.value else n.right

    total = x
    while True:
        total = total * 0.5 + t.value * x
        if total > 3.0 or below(t) is None:
            return total
        t = below(t)


_PAIRS = (1.0, (0.4, None, (0.7, None, None)), (1.5, (0.2, None, None), None))


@cases(_PAIRS, 0.5)
@cases(_PAIRS, 1.2)
@cases(_PAIRS, 2.5)
def walk_down_tuples(node, x):
    path = []
    while node is not None:
        value, left, right = node
        path.append(value * x)
        node = left if x < value else right
    total = 0.0
    for step in path:
        total = total * 0.5 + step * step
    return total


@cases({"v": 1.0, "next": {"v": 0.3, "next": {"v": 2.0, "next": None}}}, 0.6)
@cases({"v": 1.0, "next": {"v": 0.3, "next": {"v": 2.0, "next": None}}}, 3.6)
def the_first_large_enough(chain, x):
    total = 0.0
    while chain is not None and chain["v"] * 2.0 < x * x:
        total = total + chain["v"]
        chain = chain["next"]
    return total if chain is None else chain["v"] * x


@cases(_SPLITS, 0.3)
def soft_decision_tree(n, x):
    if n.leaf is not None:
        return n.leaf * x
    s = 1 / (1 + math.exp(n.at - x))
    return s * soft_decision_tree(n.high, x) + (1 - s) * soft_decision_tree(n.low, x)


class _Node(NamedTuple):
    value: float
    children: tuple = ()


@cases(_Node(1.2, (_Node(0.5), _Node(0.7, (_Node(0.2), _Node(1.4), _Node(0.1))))))
def tree_of_named_tuples(n):
    s = n.value
    for child in n.children:
        s += math.sin(tree_of_named_tuples(child)) * n.value
    return s


@cases({"w": 1.2, "of": [{"w": 0.5, "of": []}, {"w": 0.2, "of": [{"w": 2.0, "of": []}]}]})
def tree_of_dicts(d):
    return d["w"] * (1 + sum(math.cos(tree_of_dicts(c)) for c in d["of"]))


@dataclass
class _Clade:
    length: float
    observed: np.ndarray | None = None
    children: tuple = ()


_A, _C = np.array([1.0, 0.0]), np.array([0.0, 1.0])
_TREE = _Clade(0.1, None, (_Clade(0.2, _A), _Clade(0.3, None, (_Clade(0.4, _C), _Clade(0.5, _A)))))


@cases(_TREE, 0.9)
def pruning_of_a_phylogeny(tree, rate):
    def partial(n):
        if n.observed is not None:
            below = n.observed
        else:
            below = np.ones(2)
            for child in n.children:
                below = below * partial(child)
        e = np.exp(-2 * rate * n.length)
        return 0.5 * np.array([[1 + e, 1 - e], [1 - e, 1 + e]]) @ below

    return np.log(0.5 * np.sum(partial(tree)))


@dataclass
class _Link:
    length: float
    angle: float
    links: list


@cases(_Link(1.0, 0.2, [_Link(0.5, 0.1, []), _Link(0.3, 0.4, [_Link(0.2, 0.1, [])])]), 0.3)
def linkage(root, turn):
    ends = []

    def place(link, base, angle):
        angle = angle + link.angle
        end = base + link.length * np.array([math.cos(angle), math.sin(angle)])
        ends.append(end)
        for each in link.links:
            place(each, end, angle)

    place(root, np.zeros(2), turn)
    return sum(e @ e for e in ends)


@dataclass
class _Number:
    v: float


@dataclass
class _Variable:
    k: int


@dataclass
class _Sum:
    a: Any
    b: Any


@dataclass
class _Product:
    a: Any
    b: Any


@cases(_Sum(_Product(_Number(2.0), _Variable(0)), _Product(_Number(0.3), _Product(_Variable(1), _Variable(0)))), 0.7)
def expression_tree(e, x):
    match e:
        case _Number(v):
            return v
        case _Variable(k):
            return (x, math.sin(x))[k]
        case _Sum(a, b):
            return expression_tree(a, x) + expression_tree(b, x)
        case _Product(a, b):
            return expression_tree(a, x) * expression_tree(b, x)
