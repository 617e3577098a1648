"""The perceptron, linear classifiers and multilayer perceptrons: values by hand, stages and their local rules."""

from typing import Any

import numpy as np
import pytest

import symdiff
from tests.lectures.reading import backward_stages, example, module, stages, text

perceptrons = example("perceptrons")
X = np.array([1.0, -2.0])
W1 = np.array([[1.0, 0.0], [2.0, 1.0], [0.0, 1.0]])  # W1 x = (1, 0, -2)
W2 = np.array([[1.0, -1.0, 2.0], [3.0, 1.0, 1.0]])  # W2 max(0, W1 x) = (1, 3)
W3 = np.array([[2.0, -1.0]])  # W3 max(0, W2 max(0, W1 x)) = (-1)


@pytest.mark.parametrize("name", ["perceptron", "perceptron_sum_O0"])
def test_the_perceptron(name: str) -> None:
    """ŷ = g(w0 + Σ x_i w_i), and g' = g (1 - g)."""
    w0, w, x = 0.25, np.array([0.5, -1.0, 2.0]), np.array([1.0, 3.0, 1.5])
    z = 0.25 + 0.5 * 1 - 1 * 3 + 2 * 1.5
    g = 1 / (1 + np.exp(-z))
    value, (d_w0, d_w) = getattr(module(name), f"{name.removesuffix('_O0')}_value_and_grad")(w0, w, x)
    assert value == pytest.approx(g, rel=1e-15)
    assert d_w0 == pytest.approx(g * (1 - g), rel=1e-14)
    np.testing.assert_allclose(d_w, g * (1 - g) * x, rtol=1e-14)


def test_the_linear_model_is_one_inner_product_per_class() -> None:
    rng = np.random.default_rng(0)
    W, x = rng.normal(size=(10, 6)), rng.normal(size=6)
    f, saved = module("linear_O0").linear_forward(W, x)
    np.testing.assert_allclose(f, [W[k] @ x for k in range(10)], rtol=1e-14)
    d_f = rng.normal(size=10)
    np.testing.assert_array_equal(module("linear_O0").linear_backward(saved, d_f), np.outer(d_f, x))
    d_W, d_b = module("affine_O0").affine_backward(module("affine_O0").affine_forward(W, d_f, x)[1], d_f)
    np.testing.assert_array_equal(d_W, np.outer(d_f, x))
    np.testing.assert_array_equal(d_b, d_f)


def test_the_2_layer_perceptron() -> None:
    f, found = stages(module("mlp2_O0").mlp2, W1, W2, X)
    assert found.z1.tolist() == [1, 0, -2] and found.a1.tolist() == [1, 0, 0] and f.tolist() == [1, 3]
    (d_W1, d_W2), found = backward_stages(module("mlp2_O0"), "mlp2", (W1, W2, X), np.array([10.0, 1.0]))
    assert d_W2.tolist() == [[10, 0, 0], [1, 0, 0]]  # d_f a1ᵀ
    assert found.d_a1.tolist() == [13, -9, 21]  # W2ᵀ d_f
    assert found.d_z1.tolist() == [13, 0, 0]  # 1 where z1 > 0; 0 at the tie
    assert d_W1.tolist() == [[13, -26], [0, 0], [0, 0]]  # d_z1 xᵀ


@pytest.mark.parametrize("name", ["mlp3_O0", "mlp3"])
def test_the_3_layer_perceptron(name: str) -> None:
    made = module(name)
    f, saved = made.mlp3_forward(W1, W2, W3, X)
    assert f.tolist() == [-1]
    d_W1, d_W2, d_W3 = made.mlp3_backward(saved, np.array([1.0]))
    assert d_W3.tolist() == [[1, 3]]  # a2ᵀ
    assert d_W2.tolist() == [[2, 0, 0], [-1, 0, 0]]  # d_z2 = W3ᵀ = (2, -1), a1 = (1, 0, 0)
    assert d_W1.tolist() == [[-1, 2], [0, 0], [0, 0]]  # W2ᵀ (2, -1) = (-1, …), times x


def test_the_comments_have_the_rules_of_matrix_products() -> None:
    for line in (
        "# ∂f/∂W3: d_f · a2ᵀ",
        "# ∂f/∂a2: W3ᵀ · d_f",
        "# ∂z2/∂W2: d_z2 · a1ᵀ",
        "# ∂z2/∂a1: W2ᵀ · d_z2",
        "# ∂z1/∂W1: d_z1 · xᵀ",
    ):
        assert line in text("mlp3_O0") and line in text("mlp3")


def test_without_activations_three_layers_are_one() -> None:
    """f = W3 W2 W1 x: the derivative by x is the product of the matrices, for any x."""
    f = lambda x: W3 @ (W2 @ (W1 @ x))
    for x in (X, -X, np.zeros(2)):
        np.testing.assert_array_equal(symdiff.jacobian(f)(x), W3 @ W2 @ W1)
    bent: Any = lambda x: perceptrons.mlp3(W1, W2, W3, x)
    assert not np.array_equal(symdiff.jacobian(bent)(X), symdiff.jacobian(bent)(-X))
