"""Variables that a loop writes anew from what they were: the rules are in the value before the turn."""

import re
from typing import Any

import numpy as np

import symdiff
from symdiff.explain import mathml


def lines(fun: Any, *args: Any) -> list[str]:
    """The lines of the LaTeX, without blanks and alignment marks."""
    text = symdiff.explain(fun, *args, format="tex")
    return [re.sub(r"[\s&]", "", line) for line in text.split("\\\\\n")]


def grown(x):
    y = x
    while y < 10.0:
        y = y * x
    return y + x


def test_the_local_derivatives_of_a_product_with_itself_are_in_the_value_before():
    """y ← y · x: ∂/∂x is the y before the turn, ∂/∂(y before) is x; 1.7, 2.89, 4.913, 8.3521, then 14.19857."""
    made = symdiff.explain(grown, 1.7).derivation
    (product,) = (s for s in made.stages if s.formula == "y * x")
    assert {e.local for e in product.inputs} == {"∂y/∂y = x", "∂y/∂x = y"}
    by_x = next(k for k, e in enumerate(product.inputs) if e.source == "x")
    assert np.allclose([turn.locals[by_x] for turn in product.turns], [1.7, 2.89, 4.913, 8.3521])
    table = str(symdiff.explain(grown, 1.7))
    assert "∂y0/∂y = 1 + ∂y0/∂y[next turn] · x" in table
    assert "∂y0/∂x = 1 + ∂y0/∂y · y + ∂y0/∂y · 1 = 42.76" in table  # 1 + 5 · 1.7⁴


def test_in_latex_the_value_before_has_the_index_of_the_turn_before():
    written = lines(grown, 1.7)
    (by_x,) = (line for line in written if line.startswith(r"\frac{\partialy_0}{\partialx}"))
    assert r"\sum_{t}\frac{\partialy_0}{\partialy_{t+1}}y_t" in by_x
    assert r"\frac{\partialy_0}{\partialy_{t+2}}x" in "".join(written)


def powered(a, n: int):
    y = 0.5
    for _ in range(n):
        y = a**y
    return y


def test_a_rule_that_has_the_value_after_only_is_not_said_in_the_value_before():
    """y ← a^y: ∂/∂(y before) is a^y · log a, of which a^y is the y after; only one of both is called y."""
    made = symdiff.explain(powered, 1.3, 3).derivation
    (power,) = (s for s in made.stages if s.formula == "a ** y")
    assert [e.local for e in power.inputs if made[e.source].name == "y"] == ["", ""]


def chosen(x):
    return np.max(x) * np.sum(x)


def test_a_condition_in_a_rule_is_not_cut_at_its_sign():
    table = symdiff.explain(chosen, np.array([1.0, 3.0, 2.0]))
    (row,) = (line for line in str(table).splitlines() if line.startswith("x "))
    assert "∂y/∂y1 · ([x = y1] / ties)" in row
    written = mathml.derivative("∂y1/∂x = [x = y1] / ties")
    assert written.endswith("<mo>=</mo><mtext>[x = y1] / ties</mtext></mrow>")
