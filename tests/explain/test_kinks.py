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
    assert [(k.formula, *((c.where, c.here) for c in k.places)) for k in found] == [
        ("a = maximum(p, 0)", ("p = 0", "here for 1 of 3 elements")),
        ("if x > 1", ("x = 1", "not here")),
        ("u = floor(x)", ("x = u", "not reached")),
        ("v = abs(x)", ("x = 0", "not here")),
        ("w.argmax()", ("w[i] = w[j] = max w", "not here")),
    ]
    assert found[0].convention == "a tie of two variables is shared by halves; a known constant wins its ties"
    assert found[2].convention == "piecewise constant: the derivative is 0"
    assert found[3].convention == "at 0 the derivative is 0"
    assert found[0].position == "3:9"


def test_a_smooth_function_has_none():
    made = explain(neuron).derivation
    assert kinks.kinks(made) == []
    assert kinks.text(made) == "neuron has no kinks\n"


def here(function, *values):
    """Of each kink, where it is and whether the values are there."""
    found = kinks.kinks(explain(function, *values).derivation)
    return {k.formula: [f"{c.where}: {c.here}" for c in k.places] for k in found}


def test_branches_and_jumps_say_whether_they_are_here():
    def steps(x, y):
        u = np.floor(x)
        if x > y:
            return u * x
        return u * y

    assert here(steps, 2.0, 2.0) == {"u = floor(x)": ["x = u: here"], "if x > y": ["x = y: here"]}
    assert here(steps, 2.5, 2.0) == {"u = floor(x)": ["x = u: not here"], "if x > y": ["x = y: not here"]}


def test_choices_among_elements():
    def chosen(x):
        return np.max(x) + np.linalg.norm(x, 1) * np.sort(x)[0] + max(x)

    def is_here(*x):
        return [place for at in here(chosen, np.array(x)).values() for place in at]

    assert is_here(3.0, -1.0, 2.0) == [
        "x[i] = x[j] = y3: not here", "x[i] = 0: not here", "x[i] = x[j]: not here", "y14 = y2: not here",
    ]  # fmt: skip


def test_jumps_of_every_kind():
    def rounded(x, y):
        return x * np.trunc(x) + y * np.rint(y) + x % y + y * np.clip(x, 0, y)

    def is_here(x, y):
        return {
            f.partition(" = ")[2] or f: [p.rpartition(": ")[2] for p in at] for f, at in here(rounded, x, y).items()
        }

    jumps = {"trunc(x)": ["not here"], "rint(y)": ["not here"], "x % y": ["not here"]}
    assert is_here(0.75, 2.25) == {**jumps, "clip(x, 0, y)": ["not here", "not here"]}
    assert is_here(0.0, 2.5) == {**jumps, "rint(y)": ["here"], "x % y": ["here"], "clip(x, 0, y)": ["here", "not here"]}
    there = {"trunc(x)": ["here"], "x % y": ["here"], "clip(x, 0, y)": ["not here", "here"]}
    assert is_here(-3.0, -3.0) == {**jumps, **there}


def test_conversions_and_comparisons_that_are_numbers():
    def counted(x, w):
        assert x < 9, "which decides nothing else"
        n = 1 if x > 5 else 2
        return int(x) * x + round(x) + (x > 2) * x + np.sum(w * (w > 1)) + n * len(w[w == 1]) * x

    assert here(counted, 2.0, np.array([1.0, 4.0])) == {
        "int(x)": ["x = int(x) ≠ 0: here"],
        "round(x)": ["|x - round(x)| = 0.5: not here"],
        "x > 2": ["x = 2: here"],
        "w > 1": ["w = 1: here for 1 of 2 elements"],
        "w == 1": ["w = 1: here for 1 of 2 elements"],
        "1 if x > 5 else 2": ["x = 5: not here"],
    }


def test_powers_and_roots():
    def raised(x, n):
        return x**2 + 2.0**n + x**n + x**0.5 + np.sqrt(x) + x**1.5

    assert [at for at in here(raised, 0.0, 1.0).values() if at] == [["x = 0: here"]] * 3


def test_conditions_of_several_comparisons():
    def both(x, y):
        if 0 < x < 3 or not y > 1:
            x = x * y
        return x if x * y > 2 and y < 1 else y

    assert here(both, 3.0, 1.0)["if 0 < x and x < 3 or not y > 1"] == ["x = 0: not here", "x = 3: here", "y = 1: here"]
    assert here(both, 2.0, 0.5)["if 0 < x and x < 3 or not y > 1"][2] == "y = 1: not reached"


def test_conditions_of_arrays_that_have_a_name():
    def masked(x):
        inside = (x > 0) & (x < 2)
        return np.sum(np.where(inside, x * x, x))

    (places,) = here(masked, np.array([2.0, 0.0, 1.0])).values()
    assert places == ["x = 0: here for 1 of 3 elements", "x = 2: here for 1 of 3 elements"]


def test_kinks_in_loops_and_helpers_are_counted():
    def bent(t):
        return abs(t)

    def summed(x, w):
        s = 0.0
        for i in range(3):
            if x > i:
                s += bent(w[i] - x)
        while s > 4:
            s = s / 2
        return s

    # w - x is (1, 0) in the turns with x > i; then s = 1
    assert here(summed, 2.0, np.array([3.0, 2.0, 7.0])) == {
        "if x > i": ["x = i: here 1 of 3 times"],
        "y7 = abs(y8)": ["y8 = 0: here 1 of 2 times"],
        "while s > 4": ["s = 4: not here"],
    }
    # (3, 5): s = 8, 4, and 4 is not greater than 4
    assert here(summed, 2.0, np.array([5.0, 7.0, 0.0]))["while s > 4"] == ["s = 4: here 1 of 2 times"]


def test_a_name_that_is_given_twice_is_the_one_read():
    """max(x, 0) of x = -1 is 0, and x was not."""

    def again(x):
        x = np.maximum(x, 0)
        return x * x

    assert list(here(again, -1.0).values()) == [["x = 0: not here"]]
