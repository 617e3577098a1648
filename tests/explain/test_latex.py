"""The derivation in LaTeX, typed by hand from the lecture notes."""

import re
import sys
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import symdiff
from symdiff.explain import mathml
from symdiff.explain.notation import rule, symbol

sys.path.insert(0, str(Path(__file__).resolve().parents[2] / "examples"))

import chain
from neuron import neuron


def derivation(fun: Any, **options: Any) -> list[str]:
    """The lines between \\begin and \\end, as they are typeset: blanks and alignment marks are none."""
    text = symdiff.explain(fun, format="tex", **options)
    body = re.search(r"\\begin\{align\*\}\n(.*)\n\\end\{align\*\}", text, re.DOTALL)
    assert body is not None
    return [typeset(line) for line in body[1].split("\\\\\n")]


def typeset(line: str) -> str:
    """Blanks and alignment marks away, and the braces around one character: w_{1} is w_1."""
    line = re.sub(r"[\s&]", "", line)
    return re.sub(r"([_^])\{(\w)\}", r"\1\2", line)


# logistic-neuron-staged.md, line by line
NEURON = r"""
y = f(x_1,x_2;w_1,w_2,b) = \frac {1} {1+e^{-(w_1x_1 + w_2x_2 + b)}}
y = \frac {1}{y_1}
y_1 = y_2 + 1
y_2 = e^{y_3}
y_3 = -y_4
y_4 = y_5 + b
y_5 = y_6 + y_7
y_6 = w_1x_1
y_7 = w_2x_2
\frac {\partial y} {\partial y_1} = -\frac {1}{y_1^2}
\frac {\partial y}{\partial y_2} = \frac {\partial y} {\partial y_1} \frac {\partial y_1} {\partial y_2} = \frac {\partial y} {\partial y_1} * 1
\frac {\partial y}{\partial y_3} = \frac {\partial y} {\partial y_2} \frac {\partial y_2} {\partial y_3} = \frac {\partial y} {\partial y_2} e^{y_3}
\frac {\partial y}{\partial y_4} = \frac {\partial y} {\partial y_3} \frac {\partial y_3} {\partial y_4} = \frac {\partial y} {\partial y_3} * -1
\frac {\partial y}{\partial y_5} = \frac {\partial y} {\partial y_4} \frac {\partial y_4} {\partial y_5} = \frac {\partial y} {\partial y_4} * 1
\frac {\partial y}{\partial b} = \frac {\partial y} {\partial y_4} \frac {\partial y_4} {\partial b} = \frac {\partial y} {\partial y_4} * 1
\frac {\partial y}{\partial y_6} = \frac {\partial y} {\partial y_5} \frac {\partial y_5} {\partial y_6} = \frac {\partial y} {\partial y_5} * 1
\frac {\partial y}{\partial y_7} = \frac {\partial y} {\partial y_5} \frac {\partial y_5} {\partial y_7} = \frac {\partial y} {\partial y_5} * 1
\frac {\partial y}{\partial w_1} = \frac {\partial y} {\partial y_6} \frac {\partial y_6} {\partial w_1} = \frac {\partial y} {\partial y_6} x_1
\frac {\partial y}{\partial w_2} = \frac {\partial y} {\partial y_7} \frac {\partial y_7} {\partial w_2} = \frac {\partial y} {\partial y_7} x_2
\nabla_{(w_1,w_2,b)}f(x_1,x_2;w_1,w_2,b)  = [\frac {\partial y}{\partial w_1} \frac {\partial y}{\partial w_2} \frac {\partial y}{\partial b}]^T
"""  # noqa: E501  # as in the notes


def test_the_neuron_is_the_derivation_of_the_notes_line_by_line():
    assert derivation(neuron, wrt=("w1", "w2", "b")) == [typeset(line) for line in NEURON.strip().splitlines()]


def test_the_chain_rule_example_of_the_notes():
    """cs188: f(x, y, z) = (x + y) z, q = x + y, f = q z; ∂f/∂q = z, ∂f/∂z = q, ∂f/∂x = ∂f/∂q ∂q/∂x."""
    found = derivation(chain.product)
    for line in (
        r"f(x,y,z) = (x + y) z",
        r"f = q z",
        r"q = x + y",
        r"\frac{\partial f}{\partial q} = z",
        r"\frac{\partial f}{\partial z} = q",
        r"\frac{\partial f}{\partial x} = \frac{\partial f}{\partial q} \frac{\partial q}{\partial x} = \frac{\partial f}{\partial q} * 1",  # noqa: E501
    ):
        assert typeset(line) in found


def two_layers(X1: "f8[d, n]", W1: "f8[h, d]", W2: "f8[c, h]"):  # noqa: F821
    """The notation of two-layer-softmax-backprop.md: columns are samples."""
    Y1 = W1 @ X1
    X2 = np.maximum(Y1, 0)
    f = W2 @ X2
    L = np.sum(np.log(np.sum(np.exp(f), axis=0)) - f[0])
    return L


def test_matrix_rules_are_those_of_the_notes():
    """dL/dW2 = dL/df · X2ᵀ and dL/dW1 = W2ᵀ dL/df ∘ dX2/dY1 · X1ᵀ, in the order that the sizes ask for."""
    found = derivation(two_layers, wrt=("W1", "W2"))
    L = r"\frac{\partial L}{\partial %s}"
    for line in (
        rf"{L % 'W_2'} = {L % 'f'} \frac{{\partial f}}{{\partial W_2}} = {L % 'f'} X_2^T",
        rf"{L % 'X_2'} = {L % 'f'} \frac{{\partial f}}{{\partial X_2}} = W_2^T {L % 'f'}",
        rf"{L % 'Y_1'} = {L % 'X_2'} \frac{{\partial X_2}}{{\partial Y_1}} = {L % 'X_2'} \odot [Y_1 > 0]",
        rf"{L % 'W_1'} = {L % 'Y_1'} \frac{{\partial Y_1}}{{\partial W_1}} = {L % 'Y_1'} X_1^T",
    ):
        assert typeset(line) in found


def recurrent(a, b, x: "f8[n]"):  # noqa: F821
    h = 0.0
    for t in range(len(x)):
        h = np.tanh(a * h + x[t] + b)
    return h


def test_a_loop_is_a_recurrence():
    """h_{t+1} = tanh(…) from h_t; a takes part in every turn, x_t in its own."""
    found = derivation(recurrent)
    assert typeset(r"f(a,b,x) = h_n") in found
    assert typeset(r"\text{for } t = 0, \dots, n-1:") in found
    (state,) = [line for line in found if line.startswith("h_{t+1}=")]
    assert re.fullmatch(r"h_\{t\+1\}=\\tanhy_\{\d+,t\}", state)
    assert typeset("h_0 = 0") in found
    (by_a,) = [line for line in found if line.startswith(typeset(r"\frac{\partial f}{\partial a} ="))]
    assert re.search(r"=\\sum_t\\frac\{\\partialf\}\{\\partialy_\{\d,t\}\}h_t$", by_a)


def rectified(x):
    if x > 0:
        z = 2 * x
    else:
        z = -x
    return z


def test_a_branch_has_both_arms_under_their_conditions():
    found = derivation(rectified)
    at = found.index(typeset(r"\text{if } x > 0:"))
    assert found[at + 1 : at + 4] == [typeset(s) for s in ("z = 2 x", r"\text{otherwise:}", "z = -x")]
    gradient = r"\frac{\partial z}{\partial x} = [x > 0] 2 + [\neg (x > 0)] (-1)"
    assert any(line.startswith(typeset(gradient)[:45]) for line in found)


def test_values_end_the_lines():
    found = symdiff.explain(chain.product, -2.0, 5.0, -4.0, format="tex")
    assert r"q &= x + y = 3" in found and r"\frac{\partial f}{\partial z} &= q = 3" in found


@pytest.mark.parametrize(
    ("text", "latex"),
    [
        ("-x/y²", r"-\frac{x}{y^2}"),
        ("2·x^(2-1)", "2 x"),
        ("1/(2√x)", r"\frac{1}{2 \sqrt{x}}"),
        ("1 - tanh² x", r"1 - \tanh^2 x"),
        ("d_y · xᵀ", r"\delta x^T"),
        ("[x > y]", "[x > y]"),
        ("e^-x", "e^{-x}"),
        ("back to where it was", r"\text{back to where it was}"),
        ("1, summed from the end", r"\text{1, summed from the end}"),
    ],
)
def test_rules_are_read_as_mathematics(text, latex):
    assert rule(text, lambda word: {"x": "x", "y": "y", "d_y": r"\delta"}.get(word)).text == latex


def test_symbols():
    shown = {
        "w1": "w_1",
        "y12": "y_{12}",
        "alpha": r"\alpha",
        "y_hat": r"\hat{y}",
        "x⁽²⁾": "x^{(2)}",
        "W_out": "W_{out}",
    }
    assert {name: symbol(name) for name in shown} == shown
    assert symbol("y3", "i", "j") == "y_{3,i,j}"


def test_different_names_are_different_symbols():
    """x1, x_1, X_ and X would be x_1, x_1, X and X."""

    def names(x1, x_1, X_, X):
        return x1 * x_1 * X_ + X

    shown = symdiff.explain(names, format="tex")
    first = r"x_1,\mathrm{x\_1},\mathrm{X\_},X"
    assert f"y &= f({first})" in shown
    for name in first.split(","):
        assert shown.count(rf"}}{{\partial {name}}} &=") == 1
    written = {mathml.variable(name) for name in ("x1", "x_1", "X_", "X")}
    assert len(written) == 4


def test_complex_numbers_have_an_i():
    def turned(z: "complex"):
        return np.real(np.conj(z) * 2j)

    text = symdiff.explain(turned, 3 + 4j, format="tex")
    assert "y_1 &= y_2 \\cdot 2 i = 8 + 6 i" in text
    assert "y_2 &= \\overline{z} = 3 - 4 i" in text


def vectors(x: "f8[n]", y: "f8[n]", A: "f8[n, n]"):  # noqa: F821
    p = x @ A
    s = p @ y
    M = np.outer(x, y)
    H = M * A
    return s + np.sum(H)


def test_a_vector_is_a_column():
    """s = pᵀ y and p = Aᵀ x; ∂s/∂p = y, ∂L/∂x has A ∂L/∂p, ∂L/∂A has x (∂L/∂p)ᵀ, M = x yᵀ, and H = M ⊙ A."""
    found = derivation(vectors)
    for line in ("s = p^T y", "p = A^T x", "M = x y^T", r"H = M \odot A"):
        assert typeset(line) in found
    D = r"\frac{\partial y_0}{\partial %s}"
    for name, parts in {
        "p": (D % "s" + " y",),
        "x": (r"A " + D % "p", D % "M" + " y"),
        "A": (rf"x \left({D % 'p'}\right)^T", rf"{D % 'H'} \odot M"),
        "y": (D % "s" + " p", rf"\left({D % 'M'}\right)^T x"),
    }.items():
        (line,) = [x for x in found if x.startswith(typeset(D % name + " ="))]
        assert set(line.rpartition("=")[2].split("+")) == {typeset(part) for part in parts}


def twice(x, y: float):
    return x * x + x / x


def test_what_is_read_twice_has_one_local_derivative():
    """∂(x·x)/∂x = 2x, not x two times; and where nothing depends on y the derivative is 0."""
    found = derivation(twice)
    D = r"\frac{\partial y_0}{\partial %s}"
    assert typeset(r"\frac{\partial y_0}{\partial y} = 0") in found
    (line,) = [x for x in found if x.startswith(typeset(D % "x" + " ="))]
    chain, rules = line.split("=")[1:]
    assert chain == typeset(
        D % "y_1" + r"\frac{\partial y_1}{\partial x} + " + D % "y_2" + r"\frac{\partial y_2}{\partial x}"
    )
    assert rules == typeset(D % "y_1" + r"\cdot 2 x + " + D % "y_2" + r"\left(\frac{1}{x} - \frac{x}{x^2}\right)")
