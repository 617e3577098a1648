"""Functions that call themselves: what calls what, and the stages of one call."""

from __future__ import annotations

import symdiff
from symdiff.api.explaining import explain


def power(x, n: int):
    return 1.0 if n == 0 else x * power(x, n - 1)


def test_the_stages_of_one_call_have_a_value_for_each() -> None:
    """1.5³, where y2 is what the call inside gives: 2.25, 1.5, 1, and its gradient 1.5, 2.25, 3.375."""
    made = explain(power, 1.5, 3).derivation
    assert made["y"].value == 3.375 and made["x"].gradient == 3 * 1.5 * 1.5
    assert made["y"].formula == "power(x, n)" and made["y2"].formula == "power(x⁽²⁾, n - 1)"
    assert [t.value for t in made["y2"].turns] == [2.25, 1.5, 1.0]
    assert [t.gradient for t in made["y2"].turns] == [1.5, 2.25, 3.375]
    assert made["y2"].group[0].text == "power(x⁽²⁾, n):" and made["y2"].group[0].runs == 4


def test_what_passes_between_calls_is_said() -> None:
    text = symdiff.explain(power, 1.5, 3, format="text")
    assert "power(x⁽²⁾, n):  (called 4 times)" in text
    assert "∂y2/∂y⁽²⁾ = 1  (in the call outside)" in text
    assert "∂y/∂y⁽²⁾ = 1 + ∂y/∂y2[outer call] · 1 = 1 … 2.25" in text
    assert "∂y/∂x⁽²⁾ = [not (n == 0)] · ∂y/∂y⁽²⁾ · y2 + ∂y/∂x⁽²⁾[inner call] · 1 = 6.75 … 0" in text
    latex = symdiff.explain(power, 1.5, 3, format="tex")
    assert "\\text{one call of } \\operatorname{power}(x^{(2)}, n):" in latex
    assert "y_2 &= \\operatorname{power}\\left(x^{(2)}, n - 1\\right)" in latex


def test_a_call_that_returns_at_once() -> None:
    made = explain(power, 1.5, 0).derivation
    assert made["y"].value == 1.0 and made["x"].gradient == 0.0


def test_the_picture_has_one_call_and_no_loop() -> None:
    picture = symdiff.explain(power, 1.5, 3, format="svg")
    assert "called 4 times, the first is shown" in picture and "⟳" not in picture
