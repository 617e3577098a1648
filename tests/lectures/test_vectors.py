"""∂(W g)/∂g ↔ Wᵀ and ∂(f ⊙ g)/∂f = diag(g): as pullbacks and as full Jacobians, in both layouts."""

from typing import Any

import numpy as np
import pytest

import symdiff
from tests.lectures.reading import backward_stages, example, module, text

vectors = example("vectors")
W, G = np.array([[1.0, 2.0, 3.0], [4.0, 5.0, 6.0]]), np.array([2.0, -1.0, 0.5])


def notes(jacobian: Any) -> Any:
    """The notes' layout, "input × output": ∂y_j/∂x_i in row i, column j."""
    return np.transpose(jacobian)


def rows_of_vjp(function: Any, *primals: Any) -> Any:
    """The Jacobian by the last argument: row i is the pullback of the i-th unit vector."""
    y, pullback = symdiff.vjp(function, *primals)
    return np.array([pullback(e)[-1] for e in np.eye(len(y))])


@pytest.mark.parametrize("jacobian", [symdiff.jacobian, symdiff.jacrev, symdiff.jacfwd])
def test_the_derivative_of_a_product_is_the_transposed_matrix(jacobian: Any) -> None:
    J = jacobian(vectors.product, argnums=1)(W, G)
    np.testing.assert_array_equal(J, W)  # output × input
    np.testing.assert_array_equal(notes(J), W.T)  # input × output, as printed
    np.testing.assert_array_equal(rows_of_vjp(vectors.product, W, G), W)


def test_the_pullback_of_a_product_multiplies_by_the_transposed_matrix() -> None:
    d_y = np.array([10.0, 1.0])
    (d_W, d_g), found = backward_stages(module("product_O0"), "product", (W, G), d_y)
    assert d_g.tolist() == [14, 25, 36]  # Wᵀ (10, 1)
    np.testing.assert_array_equal(found.d_g, W.T @ d_y)
    assert d_W.tolist() == [[20, -10, 5], [2, -1, 0.5]]
    assert "# ∂y_hat/∂g: Wᵀ · d_y_hat" in text("product_O0")


@pytest.mark.parametrize("jacobian", [symdiff.jacobian, symdiff.jacrev, symdiff.jacfwd])
def test_the_derivative_of_an_elementwise_product_is_diagonal(jacobian: Any) -> None:
    f = np.array([7.0, 8.0, 9.0])
    by_f, by_g = jacobian(vectors.elementwise, argnums=(0, 1))(f, G)
    np.testing.assert_array_equal(by_f, np.diag(G))
    np.testing.assert_array_equal(notes(by_f), np.diag(G))
    np.testing.assert_array_equal(by_g, np.diag(f))
    np.testing.assert_array_equal(rows_of_vjp(lambda g, f: vectors.elementwise(f, g), G, f), np.diag(G))


def test_the_pullback_of_an_elementwise_product_multiplies_by_the_diagonal() -> None:
    f, d_h = np.array([7.0, 8.0, 9.0]), np.array([1.0, 10.0, 100.0])
    (d_f, d_g), _ = backward_stages(module("elementwise_O0"), "elementwise", (f, G), d_h)
    np.testing.assert_array_equal(d_f, np.diag(G) @ d_h)
    np.testing.assert_array_equal(d_g, np.diag(f) @ d_h)


def test_dimensions_match_up() -> None:
    """The final hint: ∂y/∂x of x ∈ R^N and y ∈ R^M is N × M in the notes, M × N here."""
    J = symdiff.jacobian(vectors.product, argnums=1)(W, G)
    assert J.shape == (2, 3) and notes(J).shape == (3, 2)
    assert symdiff.jacobian(vectors.product)(W, G).shape == (2, 2, 3)
