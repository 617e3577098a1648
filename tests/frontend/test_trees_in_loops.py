"""Trees of lists and dicts that loops walk over, whose parts have different structures."""

from __future__ import annotations

from typing import Any

import pytest

import symdiff

TREE: dict[str, Any] = {
    "v": 1.0,
    "kids": [{"v": 2.0, "kids": []}, {"v": 3.0, "kids": [{"v": 3.5, "kids": []}]}],
}


def largest(x, tree):
    """Lists in lists of other structures: the walk is unrolled."""
    best, todo = tree, [tree]
    while todo:
        n = todo.pop(0)
        if n["v"] * x > best["v"]:
            best = n
        todo.extend(n["kids"])
    return best["v"] * x


@pytest.mark.parametrize("level", [0, 1, 2])
def test_a_node_chosen_in_a_walk(level: int) -> None:
    value, (by_x, by_tree) = symdiff.value_and_grad(largest, (0, 1), level=level)(1.3, TREE)
    assert value == largest(1.3, TREE) == pytest.approx(1.3 * 3.5)
    assert by_x == pytest.approx(3.5)
    assert by_tree["kids"][1]["kids"][0]["v"] == pytest.approx(1.3)
    assert by_tree["v"] == by_tree["kids"][0]["v"] == by_tree["kids"][1]["v"] == 0.0
