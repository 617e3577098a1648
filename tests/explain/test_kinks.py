"""Kinks: where a function is not smooth, and which convention applies."""

import sys
from pathlib import Path

import numpy as np

from symdiff.api.explaining import explain
from symdiff.explain import kinks

sys.path.insert(0, str(Path(__file__).resolve().parents[2] / "examples"))

from neuron import neuron


def angular(x, w):
    p = w * x
    a = np.maximum(p, 0)
    i = np.argmax(w)
    if x > 1:
        u = np.floor(x)
        c = a[i] * u
    else:
        v = abs(x)
        c = v + a[0]
    return c


def test_kinks_are_found_with_their_places_and_conventions():
    found = kinks.kinks(explain(angular, 0.5, np.array([1.0, 0.0, -1.0]), wrt=("x", "w")).derivation)
    assert [(k.formula, k.where, k.here) for k in found] == [
        ("a = maximum(p, 0)", "p = 0", "here for 1 of 3 elements"),
        ("if x > 1", "x = 1", "not here"),
        ("u = floor(x)", "x = u", ""),
        ("v = abs(x)", "x = 0", "not here"),
        ("w.argmax()", "", ""),
    ]
    assert found[0].convention == "a tie of two variables is shared by halves; a known constant wins its ties"
    assert found[2].convention == "piecewise constant: the derivative is 0"
    assert found[3].convention == "at 0 the derivative is 0"
    assert found[0].position == "3:9"


def test_a_smooth_function_has_none():
    made = explain(neuron).derivation
    assert kinks.kinks(made) == []
    assert kinks.text(made) == "neuron has no kinks\n"


def test_branches_and_jumps_say_whether_they_are_here():
    def steps(x, y):
        u = np.floor(x)
        if x > y:
            return u * x
        return u * y

    def here(x, y):
        return {k.formula: k.here for k in kinks.kinks(explain(steps, x, y).derivation)}

    assert here(2.0, 2.0) == {"u = floor(x)": "here", "if x > y": "here"}
    assert here(2.5, 2.0) == {"u = floor(x)": "not here", "if x > y": "not here"}
