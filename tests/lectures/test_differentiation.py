"""The three ways to a derivative, and gradient descent with a generated module."""

import math
import runpy
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest
import sympy

from tests.lectures.reading import example

ways, descent = example("differentiation"), example("descent")


def test_symbolic_and_automatic_agree_to_the_last_digits() -> None:
    """∂y/∂w1 = y (1 - y) x1."""
    y = 1 / (1 + math.exp(-(0.25 * 0.5 + 0.75 * -1.5 + 0.1)))
    formula, value = ways.symbolic()
    assert value == pytest.approx(y * (1 - y) * 0.5, rel=1e-15)
    assert ways.automatic() == pytest.approx(value, rel=1e-15)
    x1, x2, w1, w2, b = sympy.symbols("x1 x2 w1 w2 b")
    sigma = 1 / (1 + sympy.exp(-(w1 * x1 + w2 * x2 + b)))
    assert sympy.simplify(formula - sigma * (1 - sigma) * x1) == 0


def test_numerical_is_not_very_accurate() -> None:
    """With h = 1e-6, as the notes suggest: right to some digits; smaller steps lose them again."""
    (_, forward, centered), (_, tiny_forward, tiny_centered) = ways.errors([1e-6, 1e-13])
    automatic = abs(ways.automatic() - ways.symbolic()[1])
    assert 1e-10 < forward < 1e-6 and automatic < centered < forward
    assert tiny_forward > forward and tiny_centered > centered


def test_the_error_of_a_difference_shrinks_with_h_and_with_its_square() -> None:
    (_, forward, centered), (_, finer_forward, finer_centered) = ways.errors([1e-2, 1e-3])
    assert forward / finer_forward == pytest.approx(10, rel=0.05)
    assert centered / finer_centered == pytest.approx(100, rel=0.05)


def test_descent_on_the_landscape_reaches_the_least_squares_line() -> None:
    path = descent.descend(descent.generated().line_value_and_grad, descent.START, descent.RATE, 200)
    losses = [loss for _, _, loss in path]
    assert all(b < a for a, b in pairwise(losses[:30]))
    assert path[-1][:2] == pytest.approx(descent.best(), rel=1e-6)


def test_the_plots_are_drawn(tmp_path: Path, monkeypatch: Any) -> None:
    """The two cheap pictures."""
    folder = Path(ways.__file__).parent
    monkeypatch.syspath_prepend(folder)
    drawn: Any = runpy.run_path(str(folder / "plots.py"), run_name="plots")
    for name in ("landscape", "differences"):
        drawn["FIGURES"][name]().savefig(tmp_path / f"{name}.svg")
        assert (tmp_path / f"{name}.svg").read_text(encoding="utf-8").startswith("<?xml")
