"""Each call of a helper is one group: a box of the picture, rows under one head of the table."""

import re

import numpy as np

import symdiff
from symdiff.explain.circuit.graph import Graph
from symdiff.explain.circuit.layout import layout
from tests.explain.test_drawn import drawn


def leaky(a):
    if a > 0:
        r = a * a
    else:
        r = 0.1 * a
    return r * 2.0


def both(x, w):
    return leaky(x * w) + leaky(x - w)


def inside(graph: Graph) -> list[tuple[str, int]]:
    """The outermost boxes, with how many operations stand in each, at any depth; every group is a box."""
    above = {g.name: g.parent for g in graph.groups}
    assert {b.group.name for b in layout(graph).boxes} == set(above)
    counts = dict.fromkeys((g.name for g in graph.groups if not g.parent), 0)
    for node in graph.nodes:
        group = node.group
        while above.get(group):
            group = above[group]
        if group:
            counts[group] += 1
    return [(g.label, counts[g.name]) for g in graph.groups if not g.parent]


def test_a_branch_in_a_helper_stands_in_the_box_of_its_call():
    """x², 0.1 x, where both meet, and 2 x: four signs for each of the two calls; outside ×, − and +."""
    graph = drawn(both, x=0.5, w=0.25)
    assert inside(graph) == [("in leaky", 4), ("in leaky", 4)]
    assert sorted(n.op for n in graph.nodes if not n.group and n.op) == ["+", "×", "−"]


def powered(a, n: int):
    r = 1.0
    for _ in range(n):
        r = r * a
    return r + a


def of_powers(x, w):
    return powered(x * w, 3) * powered(x - w, 2)


def test_a_loop_in_a_helper_stands_in_the_box_of_its_call():
    """1.0, the value before, where both meet, the product, the sum: five."""
    assert inside(drawn(of_powers)) == [("in powered", 5), ("in powered", 5)]


def two(a, b):
    return leaky(a) * leaky(b)


def nested(x, w):
    return two(x, w) + two(w, x)


def test_a_helper_of_a_helper_is_a_box_in_its_box():
    graph = drawn(nested)
    assert inside(graph) == [("in two", 9), ("in two", 9)]
    label = {g.name: g.label for g in graph.groups}
    assert [label[g.parent] for g in graph.groups if g.label == "in leaky"] == ["in two"] * 4


def layer(W, x, b):
    z = W @ x + b
    return np.maximum(z, 0.1 * z)


def deep(W: "f8[n, n]", b: "f8[n]", x: "f8[n]"):  # noqa: F821
    h = x
    for _ in (1, 2, 3, "last"):  # a loop over known things is unrolled
        h = layer(W, h, b) + layer(W, np.tanh(h), b)
    return np.sum(h * h)


def test_forty_operations_of_eight_calls_stand_in_eight_boxes():
    graph = drawn(deep)
    assert inside(graph) == [("in layer", 4)] * 8
    assert sum(1 for n in graph.nodes if n.op) == 8 * 4 + 4 * 2 + 2


def test_the_table_has_the_rows_of_a_call_under_one_head():
    table = str(symdiff.explain(both, 0.5, 0.25))
    heads = [line for line in table.splitlines() if re.match(r"\s*(in|if|else)\b", line)]
    assert heads == [
        "in leaky:", "  if y4 > 0:  (taken)", "  else:  (not taken)",
        "in leaky:", "  if y6 > 0:  (taken)", "  else:  (not taken)",
    ]  # fmt: skip


FORMULAS = """
s(z) = 1 / (1 + exp(-z))
f(x; w, v) = s(v * s(w * x))
"""


def test_definitions_of_formulas_are_boxes():
    written = symdiff.explain(symdiff.from_dsl(FORMULAS, "f"), 1.0, 2.0, 3.0, format="mermaid")
    boxes = [part.split("end")[0].count("(") for part in written.split("subgraph")[1:]]
    assert re.findall(r'subgraph \w+\["([^"]*)"', written) == ["in s", "in s"]
    assert boxes == [4, 4]
