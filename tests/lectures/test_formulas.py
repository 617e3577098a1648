"""The examples in the notation of the lectures (`examples/lectures/*.sd`) and in Python are one function each."""

import re
from functools import cache
from typing import Any

import numpy as np
import pytest

import symdiff
from tests.lectures.reading import EXAMPLES, example, module, stages


@cache
def formula(file: str, name: str) -> Any:
    return symdiff.from_dsl((EXAMPLES / f"{file}.sd").read_text(encoding="utf-8"), name)


def names(file: str) -> list[str]:
    """The functions that a file defines: the lines with parameters of a kind or a semicolon in parentheses."""
    lines = (EXAMPLES / f"{file}.sd").read_text(encoding="utf-8").splitlines()
    headers = [re.match(r"(?:\w+ = )?(\w+)\(([^=]*?)\)(?: =|$)", line) for line in lines if not line.startswith("#")]
    return [found[1] for found in headers if found and (";" in found[2] or ":" in found[2])]


def draw(rng: np.random.Generator, *shapes: Any) -> tuple[Any, ...]:
    return tuple(float(rng.normal()) if shape == () else rng.normal(size=shape) for shape in shapes)


# file and name, the Python function and its module, the shapes of its arguments, and which of them come first in the
# formula (what one differentiates by comes last there)
PAIRS = [
    ("regression", "line", "line", ((), (), 5, 5), (2, 3, 0, 1)),
    ("perceptrons", "perceptron", "perceptron", ((), 4, 4), (2, 0, 1)),
    ("perceptrons", "perceptron_sum", "perceptron_sum", ((), 4, 4), (2, 0, 1)),
    ("perceptrons", "linear", "linear", ((3, 4), 4), (1, 0)),
    ("perceptrons", "affine", "affine", ((3, 4), 3, 4), (2, 0, 1)),
    ("perceptrons", "mlp2", "mlp2", ((3, 4), (2, 3), 4), (2, 0, 1)),
    ("perceptrons", "mlp3", "mlp3", ((3, 4), (5, 3), (2, 5), 4), (3, 0, 1, 2)),
    ("inpainting", "inpainting", "inpainting", ((3, 4), (2, 3), 4, 2), (2, 3, 0, 1)),
    ("logistic", "case1", "case1", (4, 4, ()), (1, 2, 0)),
    ("network", "case2", "case2", ((3, 4), 3, 4, ()), (2, 3, 0, 1)),
    ("backprop", "network", "network", ((4, 2), 4, (3, 4), 3, (2, 3), 2, 2, 2), (6, 7, 0, 1, 2, 3, 4, 5)),
    ("convolution", "correlation", "correlation_loops", ((4, 5), (2, 3)), (0, 1)),
    ("convolution", "convolution", "convolution_loops", ((4, 5), (2, 3)), (0, 1)),
    ("vectors", "product", "product", ((3, 4), 4), (0, 1)),
    ("vectors", "elementwise", "elementwise", (4, 4), (0, 1)),
]


@pytest.mark.parametrize(("file", "name", "twin", "shapes", "order"), PAIRS, ids=[f"{p[0]}-{p[1]}" for p in PAIRS])
def test_a_formula_and_its_function_have_one_value_and_one_pullback(
    file: str, name: str, twin: str, shapes: Any, order: Any, seed: int
) -> None:
    rng = np.random.default_rng(seed)
    arguments = draw(rng, *shapes)
    y, pullback = symdiff.vjp(getattr(example(file), twin), *arguments)
    turned = tuple(arguments[k] for k in order)
    made, pulled = symdiff.vjp(formula(file, name), *turned)
    np.testing.assert_allclose(made, y, rtol=1e-12, atol=1e-14)
    ct = rng.normal(size=np.shape(y)) if np.shape(y) else 1.0
    expected = pullback(ct)
    for found, k in zip(pulled(ct), order, strict=True):
        np.testing.assert_allclose(found, expected[k], rtol=1e-9, atol=1e-12)
    # and the generated module, at -O0
    space = module(f"formulas/{file}_{name}")
    np.testing.assert_allclose(getattr(space, name)(*turned), y, rtol=1e-12, atol=1e-14)


def test_the_neuron_in_one_formula_and_in_stages() -> None:
    point = (0.5, -1.5, 0.25, 0.75, 0.1)
    one, two = module("formulas/neuron_neuron"), module("formulas/neuron_staged")
    assert one.neuron_value_and_grad(*point) == two.staged_value_and_grad(*point)
    _, found = stages(two.staged, *point)
    _, same = stages(one.neuron, *point)
    for k in range(1, 8):
        assert getattr(found, f"y{k}") == getattr(same, f"y{k}")
    assert found.y7 == 0.75 * -1.5 and found.y6 == 0.125 and found.y1 == found.y2 + 1 and found.y == 1 / found.y1


def test_the_chain_rule_numbers() -> None:
    """f = (x + y) z at (-2, 5, -4), and 5 · 1 · 2 · 8 = 80."""
    assert module("formulas/chain_product").product_value_and_grad(-2.0, 5.0, -4.0) == (-12, (-4, -4, 3))
    value, (d_w1, d_w2) = module("formulas/chain_scalar_network").scalar_network_value_and_grad(5.0, 2.0, 1.0, 2.0)
    assert value == 32 and d_w1 == 80 and d_w2 == 8 * 5


def test_labels_count_from_1_in_formulas(seed: int) -> None:
    f = np.random.default_rng(seed).normal(size=4)
    for label in range(4):
        value, d_f = symdiff.value_and_grad(formula("softmax", "softmax_loss"))(label + 1, f)
        expected, other = symdiff.value_and_grad(example("softmax").softmax_loss)(f, label)
        assert value == pytest.approx(expected, rel=1e-12)
        np.testing.assert_allclose(d_f, other, rtol=1e-11, atol=1e-14)


# Activations: another name where the notation has a function of that name
RENAMED = {"hyperbolic_tangent": "tanh", "inverse_tangent": "arctan", "inverse_sinh": "arsinh"}
PARAMETERS: dict[str, tuple[Any, ...]] = {
    **dict.fromkeys(("isru", "isrlu", "prelu", "elu", "selu", "soft_clipping"), (0.7,)),
    "srelu": (-1.0, 0.2, 2.0, 0.4),
    "apl": (np.array([0.2, -0.3]), np.array([0.3, -1.5])),
}


@pytest.mark.parametrize("name", [n for n in names("activations") if n != "maxout"])
def test_activations(name: str) -> None:
    function = getattr(example("activations"), RENAMED.get(name, name))
    for parameters in [(-0.6,), (0.0,), (0.6,)] if name == "soft_exponential" else [PARAMETERS.get(name, ())]:
        for x in (-2.5, -1.25, -0.5, 0.5, 0.875, 2.5):
            if name == "soft_exponential" and abs(x) > 1:
                continue
            value, d_x = symdiff.value_and_grad(formula("activations", name), argnums=0)(x, *parameters)
            expected, d_other = symdiff.value_and_grad(function)(x, *parameters)
            assert value == pytest.approx(float(expected), rel=1e-12, abs=1e-14)
            assert d_x == pytest.approx(d_other, rel=1e-10, abs=1e-13)


@pytest.mark.parametrize("name", [n for n in names("activations") if n != "maxout"])
def test_the_module_of_all_activations(name: str) -> None:
    made = module("formulas/activations")
    function = getattr(example("activations"), RENAMED.get(name, name))
    for parameters in [(-0.6,), (0.6,)] if name == "soft_exponential" else [PARAMETERS.get(name, ())]:
        for x in (-0.5, 0.5, 0.875) if name == "soft_exponential" else (-2.5, -0.5, 0.5, 2.5):
            value, gradients = getattr(made, f"{name}_value_and_grad")(x, *parameters)
            d_x = gradients[0] if isinstance(gradients, tuple) else gradients
            assert value == pytest.approx(float(function(x, *parameters)), rel=1e-12, abs=1e-14)
            slope = (function(x + 1e-6, *parameters) - function(x - 1e-6, *parameters)) / 2e-6
            assert d_x == pytest.approx(float(slope), rel=1e-6, abs=1e-8)


def test_maxout() -> None:
    w1, w2, x = np.array([1.0, 2.0]), np.array([-1.0, 1.0]), np.array([3.0, -1.0])
    assert formula("activations", "maxout")(w1, 0.5, w2, 0.25, x) == 1.5
    assert symdiff.grad(formula("activations", "maxout"), wrt="x")(w1, 0.5, w2, 0.25, x).tolist() == [1, 2]
    value, (d_w1, d_b1, d_w2, d_b2, d_x) = module("formulas/activations").maxout_value_and_grad(w1, 0.5, w2, 0.25, x)
    assert value == 1.5 and d_w1.tolist() == [3, -1] and d_b1 == 1 and d_x.tolist() == [1, 2]
    assert d_w2.tolist() == [0, 0] and d_b2 == 0


def test_every_formula_is_here() -> None:
    tested = {(p[0], p[1]) for p in PAIRS} | {("softmax", "softmax_loss")}
    tested |= {("neuron", "neuron"), ("neuron", "staged"), ("chain", "product"), ("chain", "scalar_network")}
    tested |= {("activations", name) for name in names("activations")}
    assert set(names("activations")) <= set(vars(module("formulas/activations")))
    assert tested == {(path.stem, name) for path in EXAMPLES.glob("*.sd") for name in names(path.stem)}
