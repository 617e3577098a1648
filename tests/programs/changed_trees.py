"""Trees and lists whose nodes are changed while they are walked, or under a name that a condition chose."""

from __future__ import annotations

import numpy as np

from tests.programs.cases import Cases

cases = Cases()


class _Node:
    def __init__(self, value, left=None, right=None):
        self.value, self.left, self.right, self.visits = value, left, right, 0


def _total(node, depth):
    if node is None:
        return 0.0
    return node.value * depth * (1 + node.visits) + _total(node.left, depth + 1) + _total(node.right, depth + 1)


@cases(0.31, 1.2)
@cases(0.62, 1.2)
@cases(0.93, 1.2)
def boosting_updates_along_a_path(x, y):
    root = _Node(0.5 * y, _Node(0.4 * y, _Node(x * y), _Node(0.1)), _Node(x, None, _Node(0.7 * y)))
    for step in range(2):
        node = root
        while node is not None:
            node.value += 0.1 * np.sin(x * (step + 1))
            node.visits += 1
            node = node.left if x < 0.5 * y else node.right
    return _total(root, 1)


class _Account:
    def __init__(self, balance, fees):
        self.balance, self.fees = balance, {"fixed": fees, "paid": 0.0}


@cases(np.array([0.5, -0.2, 0.4]), 0.01)
@cases(np.array([-0.5, -0.2, 0.4]), 0.02)
def transfers_between_accounts(amounts, rate):
    cash, stock = _Account(1.0, rate), _Account(2.0, 2 * rate)
    for k in range(3):
        source = cash if amounts[k] > 0 else stock
        source.balance -= abs(amounts[k]) * (1 + source.fees["fixed"])
        source.fees["paid"] += abs(amounts[k]) * source.fees["fixed"]
        target = stock if amounts[k] > 0 else cash
        target.balance += abs(amounts[k])
    return cash.balance**2 + stock.balance * cash.fees["paid"] + stock.fees["paid"]


class _Link:
    def __init__(self, value, after=None):
        self.value, self.next = value, after


@cases(np.array([0.3, 0.9, 0.5]), 0.4)
@cases(np.array([0.3, 0.9, 0.5]), 0.8)
def a_linked_list_is_scaled_and_reversed(x, w):
    head = _Link(x[0], _Link(x[1], _Link(x[2])))
    node, k = head, 0
    while node is not None:
        node.value *= w + k
        if node.value > 0.5:
            node.value -= 0.1 * node.value**2
        node = node.next
        k += 1
    before, node = None, head
    while node is not None:
        node.next, before, node = before, node, node.next
    total, weight = 0.0, 1.0
    while before is not None:
        total += weight * before.value
        weight *= w
        before = before.next
    return total
