"""Derivations as circuits, against the notes."""

import sys
from pathlib import Path
from typing import Any

import numpy as np

from symdiff.api.signatures import declared_signature, float_arguments
from symdiff.api.transforms import lower_function
from symdiff.explain.circuit.graph import Graph
from symdiff.explain.circuit.layout import layout
from symdiff.explain.derive import derivation
from symdiff.explain.drawn import circuit

sys.path.insert(0, str(Path(__file__).resolve().parents[2] / "examples"))

import chain
from neuron import neuron


def drawn(fun: Any, **point: Any) -> Graph:
    signature, _ = declared_signature(fun)
    return circuit(derivation(lower_function(fun, signature), float_arguments(signature), point or None))


def locals_of(graph: Graph, target: str) -> dict[str, str]:
    return {e.source: e.local for e in graph.edges if e.target == target}


def test_the_neuron_is_the_picture_of_the_notes():
    graph = drawn(neuron)
    signs = {n.name: n.op for n in graph.nodes if n.op}
    assert signs == {
        "y7": "×", "y6": "×", "y5": "+", "y4": "+", "y3": "−x", "y2": "exp", "y1": "1 + x", "y": "1 / x",
    }  # fmt: skip
    assert {n.label for n in graph.nodes if not n.op} == {"x1", "x2", "w1", "w2", "b"}
    assert locals_of(graph, "y") == {"y1": "-1/y1²"}
    assert locals_of(graph, "y6") == {"w1": "x1", "x1": "w1"}
    assert [n.gradient for n in graph.nodes if n.name == "y1"] == ["d_y1"]


def test_values_and_gradients_of_the_notes():
    """ee367: f = (x + y) z at (-2, 5, -4)."""
    graph = drawn(chain.product, x=-2, y=5, z=-4)
    found = {n.name: (n.value, n.gradient) for n in graph.nodes}
    assert found == {
        "x": ("-2", "-4"), "y": ("5", "-4"), "z": ("-4", "3"), "q": ("3", "-4"), "f": ("-12", "1"),
    }  # fmt: skip
    assert locals_of(graph, "f") == {"q": "z = -4", "z": "q = 3"}
    assert locals_of(graph, "q") == {"x": "1", "y": "1"}


def squash(v):
    return np.tanh(v) * v


def twice(x, w):
    h = squash(w * x)
    return squash(h + 1.0)


def test_each_call_of_a_helper_is_a_box():
    graph = drawn(twice)
    assert [g.label for g in graph.groups] == ["in squash", "in squash"]
    assert [sum(n.group == g.name for n in graph.nodes) for g in graph.groups] == [2, 2]
    assert len(layout(graph).boxes) == 2


def total(a, n: int):
    s = a
    for _ in range(n):
        if s > 1.0:
            s = s * 0.5
        else:
            s = s + a
    return s * s


def test_loops_and_branches_are_boxes_in_which_the_ways_of_a_value_meet():
    graph = drawn(total, a=0.7, n=3)
    labels = {g.name: (g.label, g.parent) for g in graph.groups}
    (loop,) = [name for name, (label, _) in labels.items() if label.startswith("for ")]
    assert labels[loop][0].endswith(": 3 turns, the last is shown")
    assert {label for label, parent in labels.values() if parent == loop} == {"if s > 1.0 (not in this turn)", "else"}
    (join,) = [n for n in graph.nodes if n.op == "⟳"]
    assert (join.group, set(locals_of(graph, join.name).values())) == (loop, {"first turn", ""})
    assert len(layout(graph).boxes) == 3
    # 0.7 → 1.4 → 0.7 → 1.4: the last turn adds
    assert {n.op: (n.value, n.gradient) for n in graph.nodes if n.op in ("+", "x × 0.5")} == {
        "+": ("1.4", "2.8"), "x × 0.5": ("", ""),
    }  # fmt: skip


def test_the_arm_that_was_not_taken_says_so():
    def chosen(x):
        if x > 0:
            y = x * x
        else:
            y = -x
        return y + 1.0

    graph = drawn(chosen, x=2.0)
    assert {g.label for g in graph.groups} == {"if x > 0", "else (not taken)"}


def test_lines_are_those_of_the_function():
    assert {n.line for n in drawn(twice).nodes if n.op == "×" and not n.group} == {2}
