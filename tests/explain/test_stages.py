"""The stages of a derivation, typed by hand from the lecture notes."""

import sys
from pathlib import Path
from typing import Any

import numpy as np

from symdiff.api.signatures import declared_signature, float_arguments
from symdiff.api.transforms import lower_function
from symdiff.explain.derive import derivation
from symdiff.explain.stages import Derivation

sys.path.insert(0, str(Path(__file__).resolve().parents[2] / "examples"))

from neuron import neuron


def derive(fun: Any, *wrt: str) -> Derivation:
    signature, _ = declared_signature(fun)
    return derivation(lower_function(fun, signature), wrt or float_arguments(signature))


# logistic-neuron-staged.md, with e^y3 written as the function it is; 1 + y2 is the source's order
NEURON = {
    "y": ("1 / y1", {"y1": "∂y/∂y1 = -1/y1²"}),
    "y1": ("1 + y2", {"y2": "∂y1/∂y2 = 1"}),
    "y2": ("exp(y3)", {"y3": "∂y2/∂y3 = e^y3 = y2"}),
    "y3": ("-y4", {"y4": "∂y3/∂y4 = -1"}),
    "y4": ("y5 + b", {"y5": "∂y4/∂y5 = 1", "b": "∂y4/∂b = 1"}),
    "y5": ("y6 + y7", {"y6": "∂y5/∂y6 = 1", "y7": "∂y5/∂y7 = 1"}),
    "y6": ("w1 * x1", {"w1": "∂y6/∂w1 = x1"}),
    "y7": ("w2 * x2", {"w2": "∂y7/∂w2 = x2"}),
}


def test_the_neuron_has_the_stages_of_the_notes_in_their_order():
    made = derive(neuron, "w1", "w2", "b")
    found = {s.name: (s.formula, {e.source: e.local for e in s.inputs if e.active}) for s in made.stages}
    assert found == NEURON
    assert list(found) == list(NEURON)
    assert (made.results, made.wrt) == (("y",), ("w1", "w2", "b"))
    assert [s.key for s in made.arguments] == ["x1", "x2", "w1", "w2", "b"]


def halve(x):
    return x / 2


def rebound(x, y):
    x = x + y
    if x > 0:
        z = halve(x) * y
    else:
        z = y
    return z


def test_a_name_given_twice_is_two_variables_and_a_branch_makes_one():
    made = derive(rebound)
    assert {s.key: (s.formula, [str(g) for g in s.group]) for s in made.stages} == {
        "x⁽²⁾": ("x + y", []),
        "z": ("y2 * y", ["if x⁽²⁾ > 0:"]),
        "y2": ("x⁽²⁾ / 2", ["if x⁽²⁾ > 0:", "in halve:"]),
        "z#2": ("y", ["else:"]),
    }
    assert made.results == ("z", "z#2")


def recurrence(a, x: "f8[n]"):  # noqa: F821
    h = 0.0
    for i in range(len(x)):
        h = np.tanh(a * h + x[i])
    return h


def test_a_turn_reads_the_turn_before():
    made = derive(recurrence)
    (body,) = {s.group for s in made.stages if s.group}
    assert [str(g) for g in body] == ["for i in range(n):"]
    (product,) = [s for s in made.stages if s.formula == "a * h"]
    assert [(e.source, e.when, e.local) for e in product.inputs] == [
        ("a", "", f"∂{product.name}/∂a = h"),
        ("h#2", "turn before", f"∂{product.name}/∂h = a"),
        ("h", "first turn", f"∂{product.name}/∂h = a"),
    ]
