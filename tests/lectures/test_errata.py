"""Every row of `errata.md`: what is printed is false (or says nothing), what is said to hold does.

Numbers are by hand.  `ROWS` has one test for each row of the page, in its order, under what is printed there.
"""

import re
import runpy
from collections.abc import Callable

import numpy as np
import pytest
import sympy
from scipy.signal import convolve2d, correlate2d

import symdiff
from tests.lectures.reading import ROOT, backward_stages, example, module, stages, text

cases, vectors, layer = example("logistic"), example("vectors"), example("convolution")
regression, perceptrons = example("regression"), example("perceptrons")
A = np.array
ROWS: dict[str, Callable[[], None]] = {}


def row(printed: str) -> Callable[[Callable[[], None]], Callable[[], None]]:
    """The row of errata.md whose second cell begins so."""

    def add(test: Callable[[], None]) -> Callable[[], None]:
        ROWS[printed] = test
        return test

    return add


def sigma(z: float) -> float:
    return 1 / (1 + float(np.exp(-z)))


@row("J = y* log y + (1 - y*) log(1 - y)")
def j_is_to_be_maximised() -> None:
    """y = ½ gives J = -log 2; nearer to y* = 1 it grows towards 0.  Along dJ/dθ the prediction improves."""
    theta, x = A([0.0, 0.0]), A([1.0, 2.0])
    J, d_theta = symdiff.value_and_grad(cases.case1)(theta, x, 1.0)
    assert pytest.approx(-np.log(2), rel=1e-15) == J
    assert d_theta.tolist() == [0.5, 1.0]  # (y* - y) x
    assert J < cases.case1(theta + 0.1 * d_theta, x, 1.0) < 0
    assert cases.case1(theta - 0.1 * d_theta, x, 1.0) < J


@row("dJ/dx_i = dJ/da_j · da_j/dx_i")
def da_dx_is_one_weight_and_the_sum_goes_over_the_product() -> None:
    """a = α x with α = (1 2; 3 4): ∂a_1/∂x_1 = α_11 = 1, printed 1 + 3.  Of dJ/da = (10, 1): dJ/dx_1 = 10·1 + 1·3."""
    alpha, x, d_a = A([[1.0, 2.0], [3.0, 4.0]]), A([0.5, -0.5]), A([10.0, 1.0])
    assert symdiff.jacobian(vectors.product, argnums=1)(alpha, x)[0, 0] == 1 != 1 + 3
    _, pullback = symdiff.vjp(lambda x: alpha @ x, x)
    assert pullback(d_a)[0].tolist() == [13, 24]
    assert [d * (1 + 3) for d in d_a] == [40, 4]  # as printed, with one j or the other
    assert "alpha.T @ d_a" in text("case2_O0") and "alpha.T @ d_a" in text("case2")


@row("θ_0 and β_0 are the biases")
def the_bias_is_the_weight_of_an_input_that_is_1() -> None:
    """θ = (2, 3), x_1 = -1: with x_0 = 1 put in, a = -1 and dJ/dθ_0 = y* - y; without, there is no bias: a = -3."""
    theta = A([2.0, 3.0])
    for case in (cases.case1, cases.case1_sum):
        J, d_theta = symdiff.value_and_grad(case)(theta, A([1.0, -1.0]), 1.0)
        assert pytest.approx(np.log(sigma(-1)), rel=1e-14) == J
        assert d_theta == pytest.approx([1 - sigma(-1), sigma(-1) - 1], rel=1e-14)
        assert case(theta[1:], A([-1.0]), 1.0) == pytest.approx(np.log(sigma(-3)), rel=1e-14)


@row("f(m, b) = 1/N Σ_{i=1}^{n}")
def the_sum_has_as_many_terms_as_it_is_divided_by() -> None:
    """Residuals 1, 2, 3 and no line: 14/3.  With 4 for N it would be no mean."""
    for line in (regression.line, regression.line_sum):
        assert line(0.0, 0.0, A([1.0, 1.0, 1.0]), A([1.0, 2.0, 3.0])) == pytest.approx(14 / 3, rel=1e-15) != 14 / 4


@row("ŷ = g(Σ x_i w_i)")
def a_perceptron_without_its_bias_answers_one_half_at_0() -> None:
    w, zero = A([5.0, -7.0]), A([0.0, 0.0])
    for unit in (perceptrons.perceptron, perceptrons.perceptron_sum):
        assert unit(2.0, w, zero) == pytest.approx(sigma(2.0), rel=1e-15) != sigma(0.0)
        assert unit(0.0, w, zero) == 0.5 == sigma(0.0)


@row('∂g/∂f = 0 for f < 0, 1 "else"')
def max_has_no_derivative_at_0() -> None:
    """w1 = 0: f = 0, ŷ = 0, ∂L/∂ŷ = -2.  Printed: 5 · 1 · 2 · (-2) = -20, the slope to the right; to the left 0."""
    scalar_network, h = runpy.run_path(str(ROOT / "examples" / "chain.py"))["scalar_network"], 1e-7
    at = lambda w1: scalar_network(5.0, w1, 2.0, 2.0)
    assert (at(h) - at(0.0)) / h == pytest.approx(-20, rel=1e-5)
    assert (at(0.0) - at(-h)) / h == 0
    for level in (0, 1, 2):
        assert symdiff.grad(scalar_network, wrt="w1", level=level)(5.0, 0.0, 2.0, 2.0) == 0


@row("∂f/∂x ≈ lim_{h→0}")
def the_limit_is_the_derivative_and_a_difference_is_not() -> None:
    """(f(x + h) - f(x))/h of x² is 2x + h: 2x in the limit, and 6.5 at x = 3, h = ½."""
    x, h = sympy.symbols("x h")
    quotient = ((x + h) ** 2 - x**2) / h
    assert sympy.limit(quotient, h, 0) == 2 * x
    assert example("differentiation").forward_difference(lambda t: t**2, 3.0, 0.5) == 6.5
    assert symdiff.grad(lambda t: t**2)(3.0) == 6


W, G = A([[1.0, 2.0, 3.0], [4.0, 5.0, 6.0]]), A([2.0, -1.0, 0.5])


@row('∂y/∂x ∈ R^{N×M}, "input × output"')
def the_layouts_are_transposes_of_each_other() -> None:
    """ŷ = W g with g ∈ R³ and ŷ ∈ R²: 3 × 2 in the notes, 2 × 3 here; the chain runs from right to left there."""
    J, d_y = symdiff.jacobian(vectors.product, argnums=1)(W, G), A([10.0, 1.0])
    assert J.tolist() == [[1, 2, 3], [4, 5, 6]]
    noted = A([[J[j, i] for j in range(2)] for i in range(3)])  # ∂ŷ_j/∂g_i in row i, column j
    assert noted.tolist() == [[1, 4], [2, 5], [3, 6]] == W.T.tolist()
    _, pullback = symdiff.vjp(vectors.product, W, G)
    assert pullback(d_y)[1].tolist() == (noted @ d_y).tolist() == [14, 25, 36]


@row("a product of matrices")
def the_derivative_by_a_matrix_has_three_indices() -> None:
    """∂ŷ_k/∂W_ij is g_j for k = i, else 0; summed with ∂L/∂ŷ = (10, 1): 10 g and g in the rows."""
    J = symdiff.jacobian(vectors.product)(W, G)
    assert J.shape == (2, 2, 3)
    assert J[0].tolist() == [[2, -1, 0.5], [0, 0, 0]] and J[1].tolist() == [[0, 0, 0], [2, -1, 0.5]]
    (d_W, _), _ = backward_stages(module("product_O0"), "product", (W, G), A([10.0, 1.0]))
    assert d_W.tolist() == [[20, -10, 5], [2, -1, 0.5]] == (10 * J[0] + 1 * J[1]).tolist()
    assert "np.outer(d_y_hat, g)" in text("inpainting_O0")


@row("L = arg min_W Σ -log(…)")
def the_loss_is_a_number_at_every_w() -> None:
    """One sample with scores W x = (0, 0): -log ½ = log 2.  Where W is better the loss is smaller: no arg min in it."""
    classifier = example("softmax").classifier
    at = lambda w: classifier(A([[1.0]]), A([0.0]), A([[w], [0.0]]), A([0.0, 0.0]), A([[1.0]]), A([0]))
    assert at(0.0) == pytest.approx(np.log(2), rel=1e-15)
    assert at(0.0) > at(1.0) == pytest.approx(np.log(1 + np.exp(-1)), rel=1e-14)


@row("dL/dW2 = dL/df · X2")
def transposes_are_missing() -> None:
    """Two hidden units, two classes, two samples in columns: then what is printed can be multiplied, and is wrong.

    f = W2 X2 and L = Σ c ⊙ f: dL/df = c, and dL/dW2_ij = Σ_n c_in X2_jn; X2 = W1 X1 where nothing is cut off.
    """
    c, X1 = A([[1.0, 2.0], [3.0, 4.0]]), A([[5.0, 6.0], [7.0, 8.0]])
    W1, W2 = A([[1.0, 2.0], [0.0, 1.0]]), A([[1.0, 1.0], [0.0, 2.0]])
    loss = lambda W1, W2: np.sum(c * (W2 @ np.maximum(W1 @ X1, 0)))
    d_W1, d_W2 = symdiff.grad(loss, argnums=(0, 1))(W1, W2)
    X2 = A([[19.0, 22.0], [7.0, 8.0]])  # W1 X1
    assert d_W2.tolist() == [[63, 23], [145, 53]] == (c @ X2.T).tolist()  # 19 + 2·22, 7 + 2·8, …
    assert (c @ X2).tolist() == [[33, 38], [85, 98]]  # as printed
    assert d_W1.tolist() == [[17, 23], [95, 129]] == (W2.T @ c @ X1.T).tolist()  # W2ᵀ c = (1 2; 7 10)
    assert (c @ W2 @ X1).tolist() == [[40, 46], [92, 106]]  # as printed: c W2 = (1 5; 3 11)


@row("W2^{i+1} = W2^i - λ Δ dL/dW2^i")
def the_step_has_no_difference_in_it() -> None:
    """L = 3 w falls by λ 3² = 0.9 in a step w - λ dL/dw, λ = 0.1; its derivative never changes: Δ of it is 0."""
    slope = symdiff.grad(lambda w: 3.0 * w)
    w = 2.0 - 0.1 * slope(2.0)
    assert 3 * 2.0 - 3 * w == pytest.approx(0.9, rel=1e-14)
    assert slope(w) - slope(2.0) == 0


@row("z_i² = Σ_j w_ij x_j + b_i¹")
def the_weights_of_layer_2_are_those_of_layer_1() -> None:
    """W¹ = (1 2; 3 4), b¹ = (10, 20), x = (1, -1): z² = (9, 19), whatever the other weights are."""
    zeros = np.zeros((2, 2))
    for other in (zeros, A([[5.0, 6.0], [7.0, 8.0]])):
        given = (A([[1.0, 2.0], [3.0, 4.0]]), A([10.0, 20.0]), other, np.zeros(2), other, np.zeros(2))
        _, found = stages(module("network_O0").network, *given, A([1.0, -1.0]), np.zeros(2))
        assert found.z2.tolist() == [9, 19]


X, F = np.arange(1.0, 10.0).reshape(3, 3), A([[1.0, 2.0], [3.0, 4.0]])
D_O = A([[1.0, 10.0], [100.0, 1000.0]])


@row("Y[i, j] = Σ X[i - a, j - b] W[a, b]")
def the_definition_is_a_convolution_and_the_example_a_correlation() -> None:
    """O_11 = 1·1 + 2·2 + 4·3 + 5·4 = 37; by the definition 5·1 + 4·2 + 2·3 + 1·4 = 23."""
    assert layer.correlation_2x2(X, F)[0, 0] == 37 == correlate2d(X, F, mode="valid")[0, 0]
    assert layer.convolution_loops(X, F)[0, 0] == 23 == convolve2d(X, F, mode="valid")[0, 0]


@row("O_12 = x_21")
def o_12_is_the_window_that_begins_at_x_12() -> None:
    """2·1 + 3·2 + 5·3 + 6·4 = 47, not x_21 = 4; its derivative by x_21 is 0.  O_21 = 67, O_22 = 77."""
    assert layer.correlation_2x2(X, F).tolist() == [[37, 47], [67, 77]]
    assert X[1, 0] == 4 != 47
    d_X = symdiff.grad(lambda X: layer.correlation_2x2(X, F)[0, 1])(X)
    assert d_X.tolist() == [[0, 1, 2], [0, 3, 4], [0, 0, 0]]


@row("∂L/∂F is the convolution of X with ∂L/∂O")
def the_rules_with_stars_hold_for_correlations() -> None:
    """∂L/∂F_11 = 1·1 + 10·2 + 100·4 + 1000·5 = 5421; the convolution of X with ∂L/∂O begins 5 + 40 + 200 + 1000.

    ∂L/∂x_11 = 1·F_11 = 1; the convolution of F rotated with ∂L/∂O begins with 1·F_22 = 4.
    """
    d_X, d_F = symdiff.grad(lambda X, F: np.sum(D_O * layer.correlation_slices(X, F)), argnums=(0, 1))(X, F)
    assert d_F[0, 0] == 5421 and convolve2d(X, D_O, mode="valid")[0, 0] == 1245
    assert d_X[0, 0] == 1 and convolve2d(F[::-1, ::-1], D_O, mode="full")[0, 0] == 4
    np.testing.assert_array_equal(d_F, correlate2d(X, D_O, mode="valid"))
    np.testing.assert_array_equal(d_X, correlate2d(D_O, F[::-1, ::-1], mode="full"))
    np.testing.assert_array_equal(d_X, convolve2d(D_O, F, mode="full"))
    d_X, d_F = symdiff.grad(lambda X, F: np.sum(D_O * layer.convolution_slices(X, F)), argnums=(0, 1))(X, F)
    np.testing.assert_array_equal(d_F, correlate2d(X, D_O, mode="valid")[::-1, ::-1])
    np.testing.assert_array_equal(d_X, correlate2d(D_O, F, mode="full"))


@pytest.mark.parametrize("printed", ROWS)
def test_row(printed: str) -> None:
    ROWS[printed]()


def test_every_row_of_the_page_has_its_test() -> None:
    page = (ROOT / "examples" / "lectures" / "errata.md").read_text(encoding="utf-8")
    rows = re.findall(r"^\| ([^|]*) \| ([^|]*) \|", page, flags=re.MULTILINE)[1:]
    shown = [" ".join(cells) for cells in rows]
    assert len(shown) == len(ROWS)
    for cells, printed in zip(shown, ROWS, strict=True):
        assert printed in cells
