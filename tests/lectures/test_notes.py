"""The worked examples of the lecture notes: their stages, their derivatives line by line, their numbers.

Everything here is typed by hand from `logistic-neuron-staged.md` and `ee367-neural-networks.md`; nothing is taken from
generated code.  Stages are compared as mathematics: the notes write y2 + 1 where the program writes 1 + y2.
"""

import ast
import math
import sys
from pathlib import Path

import pytest
import sympy

import symdiff

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "examples"))

import chain  # noqa: E402
from neuron import neuron  # noqa: E402

NOTES_STAGES = {
    "y": "1/y1",
    "y1": "y2 + 1",
    "y2": "exp(y3)",
    "y3": "-y4",
    "y4": "y5 + b",
    "y5": "y6 + y7",
    "y6": "w1*x1",
    "y7": "w2*x2",
}

NOTES_DERIVATIVES = {  # the accumulated gradient: upstream times local, as the notes write each line
    "d_y1": "-1/y1**2 * d_y",
    "d_y2": "d_y1 * 1",
    "d_y3": "d_y2 * exp(y3)",
    "d_y4": "d_y3 * -1",
    "d_y5": "d_y4 * 1",
    "d_b": "d_y4 * 1",
    "d_y6": "d_y5 * 1",
    "d_y7": "d_y5 * 1",
    "d_w1": "d_y6 * x1",
    "d_w2": "d_y7 * x2",
}


def statements(text: str, function: str) -> dict[str, str]:
    """name -> expression of every plain assignment in a function of a module text, in order."""
    (node,) = [n for n in ast.parse(text).body if isinstance(n, ast.FunctionDef) and n.name == function]
    return {
        s.targets[0].id: ast.unparse(s.value).replace("np.exp", "exp").replace("float(", "(")
        for s in node.body
        if isinstance(s, ast.Assign) and isinstance(s.targets[0], ast.Name)
    }


def same(found: str, noted: str) -> bool:
    """Whether two formulas are equal; y2 = e^y3 holds in both."""
    names = {n: sympy.Symbol(n) for n in (*NOTES_STAGES, *NOTES_DERIVATIVES, "d_y", "x1", "x2", "w1", "w2", "b")}
    left, right = (sympy.sympify(t, locals=names) for t in (found, noted))
    return sympy.simplify((left - right).subs(names["y2"], sympy.exp(names["y3"]))) == 0


@pytest.fixture(scope="module")
def text() -> str:
    return symdiff.generate(neuron, wrt=("w1", "w2", "b"), level=0)


def test_stages_are_those_of_the_notes(text):
    found = statements(text, "neuron_forward")
    assert set(found) == set(NOTES_STAGES)
    for name, noted in NOTES_STAGES.items():
        assert same(found[name], noted), f"{name} = {found[name]}, the notes have {noted}"


def test_derivatives_are_those_of_the_notes_line_by_line(text):
    found = {n: e for n, e in statements(text, "neuron_backward").items() if n.startswith("d_")}
    assert set(found) == set(NOTES_DERIVATIVES)
    for name, noted in NOTES_DERIVATIVES.items():
        assert same(found[name], noted), f"{name} = {found[name]}, the notes have {noted}"


def test_neuron_values_at_every_level():
    x1, x2, w1, w2, b = 0.5, -1.5, 0.25, 0.75, 0.1
    y = 1 / (1 + math.exp(-(w1 * x1 + w2 * x2 + b)))
    for level in (0, 1, 2):
        value, grads = symdiff.value_and_grad(neuron, wrt=("w1", "w2", "b"), level=level)(x1, x2, w1, w2, b)
        assert value == pytest.approx(y, rel=1e-15)
        assert grads == pytest.approx((y * (1 - y) * x1, y * (1 - y) * x2, y * (1 - y)), rel=1e-14)


@pytest.mark.parametrize("level", [0, 1, 2])
def test_chain_rule_numbers(level):
    """f = (x + y) z at (-2, 5, -4): q = 3, f = -12, gradients -4, -4, 3."""
    assert chain.product(-2.0, 5.0, -4.0) == -12
    value, grads = symdiff.value_and_grad(chain.product, argnums=(0, 1, 2), level=level)(-2.0, 5.0, -4.0)
    assert value == -12
    assert grads == (-4, -4, 3)


@pytest.mark.parametrize("level", [0, 1, 2])
def test_scalar_network_local_gradients_5_1_2_8(level):
    """∂f/∂w1 = x = 5, ∂g/∂f = 1, ∂ŷ/∂g = w2 = 2, ∂L/∂ŷ = ŷ − y = 8: ∂L/∂w1 = 80."""
    x, w1, w2, y = 5.0, 1.0, 2.0, 2.0  # f = 5 > 0, g = 5, ŷ = 10
    assert chain.scalar_network(x, w1, w2, y) == 32
    d_w1 = symdiff.grad(chain.scalar_network, wrt="w1", level=level)(x, w1, w2, y)
    assert d_w1 == 80
    assert isinstance(d_w1, float)
