"""What every form of an explanation shows of operations whose notation is not their name in Python."""

import re

import numpy as np
import pytest

import symdiff
from symdiff.api.explaining import explain

A = np.array


def raised(x, n):
    return x**x + 2.0**n + x**n


@pytest.mark.parametrize(
    ("form", "power"),
    [
        ("text", "x ** x"),
        ("md", "x ** x"),
        ("tex", "x^x"),
        ("svg", "x ** x"),
        ("dot", "x ^ x"),
        ("mermaid", "x #94; x"),
    ],
)
def test_powers_of_python_numbers_are_written_as_powers(form, power):
    """x ** x, where the module has `_pow(x, x)`."""
    shown = explain(raised, 2.0, 3.0).show(form)
    assert power in shown and "pow" not in shown


def page(function, *args):
    """The short report of a notebook, without its code."""
    compiled = symdiff.differentiable(function)
    compiled.value_and_grad(*args)
    return re.sub(r"<(pre|code|style).*?</\1>", "", compiled._repr_html_(), flags=re.S)


def test_powers_in_mathml():
    shown = page(raised, 2.0, 3.0)
    assert "<msup><mi>x</mi><mi>x</mi></msup>" in shown
    assert "_pow" not in shown


def gated(f, g):
    h = f * g
    return np.sum(h * f)


def test_elementwise_products_in_mathml():
    """h = f ⊙ g and y1 = h ⊙ f."""
    shown = page(gated, A([1.0, 2.0]), A([3.0, 4.0]))
    assert "<mi>h</mi><mo>=</mo><mi>f</mi><mo>⊙</mo><mi>g</mi>" in shown
    assert "<mi>h</mi><mo>⊙</mo><mi>f</mi>" in shown


def test_products_of_numbers_have_no_sign_in_mathml():
    assert "⊙" not in page(lambda f, g: f * g * f, 1.0, 2.0)


def apart(x, y):
    unread = y * 2
    z = 0 * y
    return x * x + z


def test_what_a_function_does_not_depend_on_has_gradient_0():
    """∂f/∂y = 0, of y that a stage reads with derivative 0, and of w that nothing reads."""

    def without(x, w):
        return x * x

    lines = {line.split()[0]: line for line in explain(apart, 2.0, 3.0).show("text").splitlines() if line.strip()}
    assert lines["y"].endswith("∂y0/∂y = ∂y0/∂z · 0 = 0")
    lines = {line.split()[0]: line for line in explain(without, 2.0, 3.0).show("text").splitlines() if line.strip()}
    assert lines["w"].split() == ["w", "argument", "3", "∂y/∂w", "=", "0"]


def test_a_stage_behind_a_zero_has_gradient_0():
    """q = 3y is multiplied by 0: both have gradient 0, and so has the hidden unit that ReLU cuts off."""

    def cut(x, y):
        q = 3 * y
        return x + np.maximum(q, 0) * 0.0

    made = explain(cut, 1.0, 2.0)
    rows = {line.split()[0]: line for line in made.show("text").splitlines() if line.strip()}
    assert rows["q"].endswith("= 0") and rows["y"].endswith("= 0") and rows["x"].endswith("= 1")


def square(X):
    return np.sum(X @ X)


def test_both_edges_of_a_matrix_times_itself_are_drawn():
    """∂y1/∂X has d_y1 · Xᵀ by the left factor and Xᵀ · d_y1 by the right: two wires, apart, each with its rule."""
    made = explain(square, A([[1.0, 2.0], [3.0, 4.0]]))
    dot = made.show("dot")
    (source,) = re.findall(r'(n\d+) \[label="X = ', dot)
    (target,) = re.findall(r'(n\d+) \[label="@', dot)
    edges = re.findall(rf'{source} -> {target} \[label="(.*?)"\]', dot)
    assert sorted(edges) == ["Xᵀ · d_y1", "d_y1 · Xᵀ"]
    wires = re.findall(r'<path class="wire"[^>]* d="([^"]*)"', made.show("svg"))
    assert len(wires) == len(set(wires)) == 3


def test_a_vector_times_itself_has_one_edge_with_the_sum():
    """∂(x · x)/∂x = 2·x."""
    dot = explain(lambda x: x @ x, A([1.0, 2.0])).show("dot")
    assert re.findall(r'-> n\d+ \[label="(.*?)"\]', dot) == ["2·x"]
