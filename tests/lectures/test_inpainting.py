"""The inpainting loss ½ ‖y - W2 σ(W1 x)‖² and its chain of derivatives, in the notes' layout and in ours."""

from itertools import pairwise

import numpy as np
import pytest

import symdiff
from tests.lectures.reading import backward_stages, example, module, stages, text

inpainting = example("inpainting").inpainting
W1 = np.array([[1.0, -1.0], [0.5, 2.0], [-3.0, 1.0]])
W2 = np.array([[1.0, 2.0, 4.0], [-1.0, 0.0, 5.0]])
X, Y = np.array([2.0, 1.0]), np.array([10.0, -3.0])
# f = W1 x = (1, 3, -5), g = (1, 3, 0), ŷ = (7, -1), ŷ - y = (-3, 2), L = ½ (9 + 4)


def test_the_stages() -> None:
    L, found = stages(module("inpainting_O0").inpainting, W1, W2, X, Y)
    assert found.f.tolist() == [1, 3, -5] and found.g.tolist() == [1, 3, 0] and found.y_hat.tolist() == [7, -1]
    assert L == 6.5


def test_the_chain_of_the_notes() -> None:
    (d_W1, d_W2), found = backward_stages(module("inpainting_O0"), "inpainting", (W1, W2, X, Y), 1.0)
    assert found.d_y_hat.tolist() == [-3, 2]  # ∂L/∂ŷ = ŷ - y
    assert found.d_g.tolist() == [-5, -6, -2]  # W2ᵀ (ŷ - y)
    assert found.d_f.tolist() == [-5, -6, 0]  # ∂g/∂f = diag(f > 0)
    assert d_W1.tolist() == [[-10, -5], [-12, -6], [0, 0]]  # d_f xᵀ
    assert d_W2.tolist() == [[-3, -9, 0], [2, 6, 0]]  # (ŷ - y) gᵀ


@pytest.mark.parametrize("name", ["inpainting_O0", "inpainting"])
def test_value_and_gradient(name: str) -> None:
    L, (d_W1, d_W2) = module(name).inpainting_value_and_grad(W1, W2, X, Y)
    assert L == 6.5
    assert d_W1.tolist() == [[-10, -5], [-12, -6], [0, 0]] and d_W2.tolist() == [[-3, -9, 0], [2, 6, 0]]
    for rule in ("∂y_hat/∂W2: d_y_hat · gᵀ", "∂y_hat/∂g: W2ᵀ · d_y_hat", "∂f/∂W1: d_f · xᵀ"):
        assert rule in text(name)


def test_the_product_of_the_full_matrices() -> None:
    """∂L/∂f = ∂g/∂f · ∂ŷ/∂g · ∂L/∂ŷ in the notes' layout, "input × output": the transposes of Jacobians."""
    f, g = W1 @ X, np.maximum(0, W1 @ X)
    dg_df = symdiff.jacobian(lambda f: np.maximum(0, f))(f).T
    dy_dg = symdiff.jacobian(lambda g: W2 @ g)(g).T
    dL_dy = symdiff.grad(lambda y_hat: 0.5 * np.sum((Y - y_hat) ** 2))(W2 @ g)
    np.testing.assert_array_equal(dg_df, np.diag([1, 1, 0]))
    np.testing.assert_array_equal(dy_dg, W2.T)
    assert (dg_df @ dy_dg @ dL_dy).tolist() == [-5, -6, 0]
    df_dW1 = np.moveaxis(symdiff.jacobian(lambda W1: W1 @ X)(W1), 0, -1)  # ∂f_i/∂W1_kl = [i = k] x_l
    np.testing.assert_array_equal(df_dW1 @ np.array([-5.0, -6, 0]), symdiff.grad(inpainting)(W1, W2, X, Y))


def test_a_step_of_gradient_descent_lowers_the_loss() -> None:
    """θ ← θ - α ∇L, with W1 and W2 updated together."""
    made = module("inpainting")
    V1, V2, losses = W1, W2, []
    for _ in range(50):
        L, (d_W1, d_W2) = made.inpainting_value_and_grad(V1, V2, X, Y)
        losses.append(L)
        V1, V2 = V1 - 0.01 * d_W1, V2 - 0.01 * d_W2
    assert all(b < a for a, b in pairwise(losses)) and losses[-1] < 1e-3
