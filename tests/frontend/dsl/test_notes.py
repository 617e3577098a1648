"""Every formula of the five lecture notes in the notation, with derivatives and numbers as the notes give them.

The activations stand in the table of `cs188-neural-networks.md`, each with its derivative there; what that note leaves
open (RReLU's random slope, `?` at a jump) is not tested at that point.
"""

import math
from itertools import product

import numpy as np
import pytest

import symdiff


def sigma(z):
    return 1 / (1 + np.exp(-z))


ROOT_2_PI = math.sqrt(2 * math.pi)


def PHI(x):
    return (1 + math.erf(x / math.sqrt(2))) / 2


# name, formula of x (other letters are parameters), its value, its derivative by x as the table has it, parameters
ACTIVATIONS = [
    ("identity", "x", lambda x: x, lambda x: 1, {}),
    ("binary step", "{ 0 if x < 0; 1 if x ≥ 0 }", lambda x: float(x >= 0), lambda x: 0, {}),
    ("logistic", "1 / (1 + e^{-x})", sigma, lambda x: sigma(x) * (1 - sigma(x)), {}),
    ("sigmoid by its letter", "σ(x)", sigma, lambda x: sigma(x) * (1 - sigma(x)), {}),
    ("tanh", "(e^x - e^{-x}) / (e^x + e^{-x})", math.tanh, lambda x: 1 - math.tanh(x) ** 2, {}),
    ("tanh as a word", "tanh(x)", math.tanh, lambda x: 1 - math.tanh(x) ** 2, {}),
    ("SQNL", "{ 1 if x > 2.0; x - x²/4 if 0 ≤ x ≤ 2.0; x + x²/4 if -2.0 ≤ x < 0; -1 if x < -2.0 }",
     lambda x: 1 if x > 2 else -1 if x < -2 else x - x * x / 4 if x >= 0 else x + x * x / 4,
     lambda x: 0 if abs(x) > 2 else 1 - abs(x) / 2, {}),
    ("arctan", "arctan(x)", math.atan, lambda x: 1 / (x * x + 1), {}),
    ("arsinh", "ln(x + √(x^2 + 1))", math.asinh, lambda x: 1 / math.sqrt(x * x + 1), {}),
    ("softsign", "x / (1 + |x|)", lambda x: x / (1 + abs(x)), lambda x: 1 / (1 + abs(x)) ** 2, {}),
    ("ISRU", "x / √(1 + α x^2)", lambda x, a: x / math.sqrt(1 + a * x * x),
     lambda x, a: (1 / math.sqrt(1 + a * x * x)) ** 3, {"α": 0.5}),
    ("ISRLU", "{ x/√(1 + x^2) if x < 0; x if x ≥ 0 }", lambda x: x if x >= 0 else x / math.sqrt(1 + x * x),
     lambda x: 1 if x >= 0 else (1 / math.sqrt(1 + x * x)) ** 3, {}),
    ("ReLU", "{ 0 if x ≤ 0; x if x > 0 }", lambda x: max(0, x), lambda x: float(x > 0), {}),
    ("ReLU as a maximum", "max(0, x)", lambda x: max(0, x), lambda x: float(x > 0), {}),
    ("leaky ReLU", "{ 0.01 x if x < 0; x if x ≥ 0 }", lambda x: x if x >= 0 else 0.01 * x,
     lambda x: 1 if x >= 0 else 0.01, {}),
    ("leaky ReLU as a maximum", "max(0.1 x, x)", lambda x: max(0.1 * x, x), lambda x: 1 if x >= 0 else 0.1, {}),
    ("PReLU", "{ α x if x < 0; x if x ≥ 0 }", lambda x, a: x if x >= 0 else a * x,
     lambda x, a: 1 if x >= 0 else a, {"α": 0.3}),
    ("ELU", "{ α (e^x - 1) if x ≤ 0; x if x > 0 }", lambda x, a: x if x > 0 else a * (math.exp(x) - 1),
     lambda x, a: 1 if x > 0 else a * (math.exp(x) - 1) + a, {"α": 0.7}),
    ("SELU", "λ { α (e^x - 1) for x < 0; x for x ≥ 0 }",
     lambda x, a, s: s * (x if x >= 0 else a * (math.exp(x) - 1)),
     lambda x, a, s: s * (1 if x >= 0 else a * math.exp(x)), {"α": 1.67326, "λ": 1.0507}),
    ("SReLU", "{ t_l + a_l (x - t_l) for x ≤ t_l; x for t_l < x < t_r; t_r + a_r (x - t_r) for x ≥ t_r }",
     lambda x, tl, al, tr, ar: tl + al * (x - tl) if x <= tl else tr + ar * (x - tr) if x >= tr else x,
     lambda x, tl, al, tr, ar: al if x <= tl else ar if x >= tr else 1,
     {"t_l": -0.5, "a_l": 0.2, "t_r": 0.4, "a_r": 1.5}),
    ("softplus", "ln(1 + e^x)", lambda x: math.log(1 + math.exp(x)), lambda x: 1 / (1 + math.exp(-x)), {}),
    ("bent identity", "(√(x^2 + 1) - 1)/2 + x", lambda x: (math.sqrt(x * x + 1) - 1) / 2 + x,
     lambda x: x / (2 * math.sqrt(x * x + 1)) + 1, {}),
    ("SoftExponential", "{ -ln(1 - α (x + α))/α if α < 0; x if α = 0; (e^{α x} - 1)/α + α if α > 0 }",
     lambda x, a: (math.exp(a * x) - 1) / a + a, lambda x, a: math.exp(a * x), {"α": 0.25}),
    ("soft clipping", "1/α * log((1 + e^{α x}) / (1 + e^{α (x - 1)}))",
     lambda x, a: math.log((1 + math.exp(a * x)) / (1 + math.exp(a * (x - 1)))) / a,
     lambda x, a: sigma(a * x) - sigma(a * (x - 1)), {"α": 2.0}),
    ("GELU", "x (1 + erf(x/√2))/2", lambda x: x * PHI(x), lambda x: PHI(x) + x * math.exp(-x * x / 2) / ROOT_2_PI, {}),
    ("GELU by Φ", "x Φ(x)", lambda x: x * PHI(x), lambda x: PHI(x) + x * math.exp(-x * x / 2) / ROOT_2_PI, {}),
    ("SiLU", "x σ(x)", lambda x: x * sigma(x), lambda x: sigma(x) * (1 + x * (1 - sigma(x))), {}),
    ("sinusoid", "sin(x)", math.sin, math.cos, {}),
    ("sinc", "{ 1 for x = 0; sin(x)/x for x ≠ 0 }", lambda x: math.sin(x) / x,
     lambda x: math.cos(x) / x - math.sin(x) / x**2, {}),
    ("Gaussian", "e^{-x^2}", lambda x: math.exp(-x * x), lambda x: -2 * x * math.exp(-x * x), {}),
    ("SQ-RBF", "{ 1 - x²/2 if x ≤ 1.0; 2 - (2 - x²)/2 if 1.0 ≤ x < 2.0; 0 if x > 2.0 }",
     lambda x: 1 - x * x / 2 if x <= 1 else 2 - (2 - x * x) / 2, lambda x: -x if x <= 1 else x, {}),
]  # fmt: skip


@pytest.mark.parametrize(("name", "text", "value", "slope", "rest"), ACTIVATIONS, ids=[row[0] for row in ACTIVATIONS])
def test_activations(name, text, value, slope, rest):
    parameters = ", ".join(("x", *rest))
    f = symdiff.from_dsl(f"f({parameters}) = {text}")
    for x in (-0.7, 0.3, 1.3):
        for level in (0, 2):
            found = symdiff.value_and_grad(f, level=level)(x, *rest.values())
            assert found[0] == pytest.approx(value(x, *rest.values()), rel=1e-13), (name, x)
            assert found[1] == pytest.approx(slope(x, *rest.values()), rel=1e-12, abs=1e-15), (name, x)


def test_values_at_special_points():
    assert symdiff.from_dsl("f(x) = { 1 for x = 0; sin(x)/x for x ≠ 0 }")(0.0) == 1
    assert math.isnan(symdiff.from_dsl("f(x) = { 1 - x²/2 if x ≤ 1; x if 1 ≤ x < 2; 0 if x > 2 }")(2.0))  # a gap
    gap = symdiff.from_dsl("f(x) = { 1 - x²/2 if x ≤ 1; x if 1 ≤ x < 2; 0 if x > 2 }")
    assert [symdiff.grad(gap)(at) for at in (0.5, 1.5, 2.5)] == [-0.5, 1.0, 0.0]
    assert math.isnan(symdiff.grad(gap)(2.0))
    relu = symdiff.from_dsl("f(x) = max(0, x)")
    assert symdiff.grad(relu)(0.0) == 0


def test_adaptive_piecewise_linear():
    f = symdiff.from_dsl("f(x; a: [S], b: [S]) = max(0, x) + Σ_{i=1}^S a_i max(0, -x + b_i)")
    a, b = np.array([0.5, -1.0, 2.0]), np.array([1.0, -0.5, 0.2])
    x = 0.1
    assert f(x, a, b) == pytest.approx(0.1 + 0.5 * 0.9 + 2.0 * 0.1)
    assert symdiff.grad(f, wrt="x")(x, a, b) == pytest.approx(1 - (0.5 + 2.0))  # H(x) - Σ a_i H(b_i - x)


# --- neurons and layers

X = np.array([[0.5, -1.0, 2.0], [1.5, 0.25, -0.75]])
W = np.array([0.2, -0.4, 0.6])


@pytest.mark.parametrize(
    "text",
    [
        "ŷ = f(x: [m]; w0, w: [m]) = g(w0 + Σ_{i=1}^m x_i w_i)\ng(z) = 1 / (1 + e^{-z})",
        "f(X: [m]; w0, W: [m]) = g(w0 + X^T W)\ng(z) = 1 / (1 + e^{-z})",
        "index i = 1..m\nf(x: [m]; w0, w: [m]) = 1 / (1 + e^-a)\na = w0 + Σ_i x_i w_i",
    ],
)
def test_the_perceptron(text):
    x, w0 = X[0], 0.3
    f = symdiff.from_dsl(text, name="f")
    y = sigma(w0 + x @ W)
    assert f(x, w0, W) == pytest.approx(y)
    d_w0, d_w = symdiff.grad(f)(x, w0, W)
    assert d_w0 == pytest.approx(y * (1 - y))
    np.testing.assert_allclose(d_w, y * (1 - y) * x)


def test_a_layer_and_an_output_layer():
    """z_i = w0_i + Σ_j x_j w_ji and ŷ_i = g(w0_i + Σ_j g(z_j) w_ji)."""
    text = """
    index i = 1..d1, j = 1..m, k = 1..d2
    z_i = v0_i + Σ_j x_j V_ji
    ŷ = f(x: [m]; v0: [d1], V: [m, d1], w0: [d2], W: [d1, d2])
    ŷ_k = g(w0_k + Σ_i g(z_i) W_ik)
    g(t) = 1/(1 + exp(-t))
    """
    rng = np.random.default_rng(0)
    args = [rng.normal(size=s) for s in ((3,), (4,), (3, 4), (2,), (4, 2))]
    x, v0, V, w0, W2 = args
    np.testing.assert_allclose(symdiff.from_dsl(text, "f")(*args), sigma(w0 + sigma(v0 + x @ V) @ W2))
    symdiff.check_grads(symdiff.from_dsl(text, "f"), args, order=1)


def test_maxout():
    f = symdiff.from_dsl("f(x: [d]; w1: [d], b1, w2: [d], b2) = max(w1^T x + b1, w2ᵀ x + b2)")
    x = X[0]
    d_w1, d_b1, d_w2, d_b2 = symdiff.grad(f)(x, W, 0.1, -W, 0.2)
    assert W @ x + 0.1 > -W @ x + 0.2
    np.testing.assert_allclose(d_w1, x)
    assert (d_b1, d_b2) == (1.0, 0.0)
    np.testing.assert_array_equal(d_w2, 0 * x)


def test_linear_regression():
    """f'(m, b) = [1/N Σ -2 x_i (y_i - (m x_i + b)), 1/N Σ -2 (y_i - (m x_i + b))]."""
    f = symdiff.from_dsl("f(x: [n], y: [n]; m, b) = 1/n Σ_{i=1}^n (y_i - (m x_i + b))^2")
    x, y, m, b = np.array([1.0, 2.0, 4.0]), np.array([1.0, 3.0, 2.0]), 0.5, 0.25
    r = y - (m * x + b)
    assert f(x, y, m, b) == pytest.approx(np.mean(r**2))
    assert symdiff.grad(f)(x, y, m, b) == pytest.approx((np.mean(-2 * x * r), np.mean(-2 * r)))


@pytest.mark.parametrize(
    "text",
    [
        """f(x: [d]; W: [d]) = W^T x
        J(X: [n, d], y: [n]; W: [d]) = 1/n Σ_{i=1}^n (y_i - f(X_i; W))^2""",
        """index i = 1..n, k = 1..d
        J(X: [n, d], y: [n]; W: [d]) = 1/n Σ_i (y_i - f_i)^2
        f_i = Σ_k W_k X_ik""",
    ],
)
def test_mean_squared_error_of_a_function(text):
    y = np.array([1.0, -2.0])
    f = symdiff.from_dsl(text, "J")
    np.testing.assert_allclose(symdiff.grad(f)(X, y, W), X.T @ (X @ W - y))


@pytest.mark.parametrize("level", [0, 1, 2])
def test_chain_rule_numbers(level):
    """f = (x + y) z at (-2, 5, -4): q = 3, f = -12, gradients -4, -4, 3."""
    f = symdiff.from_dsl("f(; x, y, z) = q z\nq = x + y")
    assert symdiff.value_and_grad(f, level=level)(-2.0, 5.0, -4.0) == (-12, (-4, -4, 3))


@pytest.mark.parametrize("level", [0, 1, 2])
def test_scalar_network_local_gradients_5_1_2_8(level):
    """∂f/∂w1 = x = 5, ∂g/∂f = 1, ∂ŷ/∂g = w2 = 2, ∂L/∂ŷ = ŷ - y = 8: ∂L/∂w1 = 80."""
    text = "L(x, y; w1, w2) = 1/2 (ŷ - y)^2\nŷ = w2 g\ng = max(0, f)\nf = w1 x"
    d_w1, _ = symdiff.grad(symdiff.from_dsl(text), level=level)(5.0, 2.0, 1.0, 2.0)
    assert d_w1 == 80


# --- logistic regression, networks


def cross_entropy(y, target):
    return target * np.log(y) + (1 - target) * np.log(1 - y)


def test_case_1_logistic_regression():
    """dJ/dθ_j = dJ/dy · dy/da · x_j, with the derivatives of the note."""
    text = """
    J(x: [0..D], y⋆; θ: [0..D]) = y⋆ log y + (1 - y⋆) log(1 - y)
    y = 1 / (1 + exp(-a))
    a = Σ_{j=0}^D θ_j x_j
    """
    x, θ, target = X[0], W, 1.0
    a = θ @ x
    y = sigma(a)
    noted = (target / y + (1 - target) / (y - 1)) * (np.exp(-a) / (np.exp(-a) + 1) ** 2) * x
    f = symdiff.from_dsl(text)
    assert f(x, target, θ) == pytest.approx(cross_entropy(y, target))
    np.testing.assert_allclose(symdiff.grad(f)(x, target, θ), noted)
    np.testing.assert_allclose(symdiff.grad(f, wrt="x")(x, target, θ), noted / x * θ)


def test_case_2_sigmoid_network():
    """dJ/dβ_j = dJ/db · z_j and dJ/dα_ji = dJ/da_j · x_i, written as loops from the note."""
    text = """
    index j = 0..D, i = 0..M
    J(x: [0..M], y⋆; α: [0..D, 0..M], β: [0..D]) = y⋆ log y + (1 - y⋆) log(1 - y)
    y = 1 / (1 + exp(-b))
    b = Σ_j β_j z_j
    z_j = 1 / (1 + exp(-a_j))
    a_j = Σ_i α_ji x_i
    """
    rng = np.random.default_rng(1)
    x, α, β, target = rng.normal(size=3), rng.normal(size=(4, 3)), rng.normal(size=4), 0.0
    a = [sum(α[j, i] * x[i] for i in range(3)) for j in range(4)]
    z = [1 / (1 + math.exp(-v)) for v in a]
    b = sum(β[j] * z[j] for j in range(4))
    y = 1 / (1 + math.exp(-b))
    d_b = (target / y + (1 - target) / (y - 1)) * math.exp(-b) / (math.exp(-b) + 1) ** 2
    d_a = [d_b * β[j] * math.exp(-a[j]) / (math.exp(-a[j]) + 1) ** 2 for j in range(4)]
    d_α, d_β = symdiff.grad(symdiff.from_dsl(text))(x, target, α, β)
    np.testing.assert_allclose(d_β, [d_b * v for v in z])
    np.testing.assert_allclose(d_α, [[d_a[j] * x[i] for i in range(3)] for j in range(4)])


@pytest.mark.parametrize(
    "text",
    [
        "L(x: [d], y: [c]; W1: [h, d], W2: [c, h]) = 1/2 ‖y − W2 σ(W1 x)‖²",
        "L(x: [d], y: [c]; W1: [h, d], W2: [c, h]) = 1/2 ‖y − W2 σ(W1 x)‖_2^2",
        "L(x: [d], y: [c]; W1: [h, d], W2: [c, h]) = 1/2 (y − W2 σ(W1 x))^T · (y − W2 σ(W1 x))",
        "L(x: [d], y: [c]; W1: [h, d], W2: [c, h]) = 1/2 r^T r\nr = y - ŷ\nŷ = W2 @ g\ng = σ(f)\nf = W1 @ x",
    ],
)
def test_two_layers_with_matrices(text):
    """∂ŷ/∂g = W2ᵀ, elementwise σ, ∂/∂W1 = δ xᵀ."""
    rng = np.random.default_rng(2)
    x, y, W1, W2 = (rng.normal(size=s) for s in ((3,), (2,), (4, 3), (2, 4)))
    g = sigma(W1 @ x)
    r = y - W2 @ g
    f = symdiff.from_dsl(text)
    value, (d_W1, d_W2) = symdiff.value_and_grad(f)(x, y, W1, W2)
    assert value == pytest.approx(r @ r / 2)
    np.testing.assert_allclose(d_W2, -np.outer(r, g))
    np.testing.assert_allclose(d_W1, np.outer(-(W2.T @ r) * g * (1 - g), x))


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("f(x: [N]; W: [C, N]) = W x", lambda x, W: W @ x),
        ("f(x: [N]; W: [C, N]) = W max(0, W^T W x)", lambda x, W: W @ np.maximum(0, W.T @ W @ x)),
        ("h(f: [N]; g: [N]) = f ⊙ g", lambda f, g: f * g),
    ],
)
def test_linear_model_perceptrons_and_elementwise_products(text, value):
    rng = np.random.default_rng(3)
    args = rng.normal(size=3), rng.normal(size=(2, 3)) if "W" in text else rng.normal(size=3)
    f = symdiff.from_dsl(text)
    np.testing.assert_allclose(f(*args), value(*args))
    symdiff.check_grads(f, args, order=1)


def test_simple_network_of_the_notes():
    """z_i = Σ_j w_ij x_j + b_i, a_i = f(z_i), L = ½ Σ (ŷ_i - y_i)², and its backward recursion δ."""
    forward = """
    index i = 1..p, j = 1..m
    L(x: [m], y: [p]; w: [p, m], b: [p]) = 1/2 Σ_i (ŷ_i - y_i)^2
    z_i = Σ_j w_ij x_j + b_i
    ŷ_i = tanh(z_i)
    """
    rng = np.random.default_rng(4)
    x, y, w, b = (rng.normal(size=s) for s in ((3,), (2,), (2, 3), (2,)))
    z = w @ x + b
    delta = (np.tanh(z) - y) * (1 - np.tanh(z) ** 2)
    d_w, d_b = symdiff.grad(symdiff.from_dsl(forward))(x, y, w, b)
    np.testing.assert_allclose(d_b, delta)
    np.testing.assert_allclose(d_w, np.outer(delta, x))


def test_delta_recursion_as_a_formula():
    """δ_i = Σ_j δnext_j w_ji f'(z_i)."""
    text = """
    index i = 1..m, j = 1..p
    δ = step(δnext: [p], w: [p, m], z: [m])
    δ_i = Σ_j δnext_j w_ji f'(z_i)
    f'(z) = f(z) (1 - f(z))
    f(z) = 1 / (1 + e^{-z})
    """
    rng = np.random.default_rng(5)
    after, w, z = rng.normal(size=2), rng.normal(size=(2, 3)), rng.normal(size=3)
    found = symdiff.from_dsl(text, "step")(after, w, z)
    np.testing.assert_allclose(found, (after @ w) * sigma(z) * (1 - sigma(z)))


# --- softmax, convolutions


@pytest.mark.parametrize("base", [0, 1])
def test_softmax_cross_entropy(base):
    """L = Σ_i -log(e^{f_yi} / Σ_j e^{f_j}); dL_i/df is P - 1 at the label and P elsewhere."""
    axis = "0..C-1" if base == 0 else "1..C"
    text = f"""
    index i = 1..N, j = {axis}, k = 1..d
    L(X: [N, d], y: int[N]; W: [d, {axis}], b: [{axis}]) = Σ_i -log(e^{{f_{{i,y_i}}}} / Σ_j e^{{f_ij}})
    f_ij = Σ_k X_ik W_kj + b_j
    """
    rng = np.random.default_rng(6)
    x, W2, b, labels = rng.normal(size=(4, 3)), rng.normal(size=(3, 5)), rng.normal(size=5), np.array([0, 4, 2, 4])
    P = np.exp(x @ W2 + b)
    P /= P.sum(axis=1, keepdims=True)
    value, (d_W, d_b) = symdiff.value_and_grad(symdiff.from_dsl(text))(x, labels + base, W2, b)
    assert value == pytest.approx(-np.log(P[np.arange(4), labels]).sum())
    P[np.arange(4), labels] -= 1
    np.testing.assert_allclose(d_b, P.sum(axis=0))
    np.testing.assert_allclose(d_W, x.T @ P)


def correlated(x, f):
    n, m = x.shape[0] - f.shape[0] + 1, x.shape[1] - f.shape[1] + 1
    p, q = f.shape
    return np.array([[np.sum(x[i : i + p, j : j + q] * f) for j in range(m)] for i in range(n)])


@pytest.mark.parametrize(
    "text",
    [
        """index i = 0..n-p, j = 0..m-q, k = 0..p-1, l = 0..q-1
        L(X: [0..n-1, 0..m-1], G: [0..n-p, 0..m-q]; F: [0..p-1, 0..q-1]) = Σ_i Σ_j O_ij G_ij
        O_ij = Σ_k Σ_l X_{i+k,j+l} F_kl""",
        """index i = 1..n-p+1, j = 1..m-q+1, k = 1..p, l = 1..q
        L(X: [n, m], G: [n-p+1, m-q+1]; F: [p, q]) = Σ_ij O_ij G_ij
        O_ij = Σ_kl X[i+k-1, j+l-1] F[k, l]""",
    ],
)
def test_correlation(text):
    """O11 = x11 F11 + x12 F12 + x21 F21 + x22 F22; ∂L/∂F is the correlation of X and ∂L/∂O."""
    rng = np.random.default_rng(7)
    x, f = rng.normal(size=(3, 4)), rng.normal(size=(2, 2))
    out = correlated(x, f)
    assert out[0, 0] == pytest.approx(x[0, 0] * f[0, 0] + x[0, 1] * f[0, 1] + x[1, 0] * f[1, 0] + x[1, 1] * f[1, 1])
    upstream = rng.normal(size=out.shape)
    formula = symdiff.from_dsl(text)
    assert formula(x, upstream, f) == pytest.approx(np.sum(out * upstream))
    np.testing.assert_allclose(symdiff.grad(formula)(x, upstream, f), correlated(x, upstream))
    symdiff.check_grads(formula, (x, upstream, f), order=1, modes="rev")


def test_convolution_with_zero_padding():
    """Y[i,j] = Σ_a Σ_b X[i-a, j-b] W[a,b], zero outside of X."""
    text = """
    index i = 0..n-1, j = 0..m-1, a = 0..k1-1, b = 0..k2-1
    Y = conv(X: [0..n-1, 0..m-1] padded; W: [0..k1-1, 0..k2-1])
    Y[i, j] = Σ_a Σ_b X[i-a, j-b] W[a, b]
    """
    rng = np.random.default_rng(8)
    x, w = rng.normal(size=(4, 3)), rng.normal(size=(2, 3))
    expected = np.zeros((4, 3))
    for i, j, a, b in product(range(4), range(3), range(2), range(3)):
        if i >= a and j >= b:
            expected[i, j] += x[i - a, j - b] * w[a, b]
    f = symdiff.from_dsl(text)
    np.testing.assert_allclose(f(x, w), expected)
    symdiff.check_grads(f, (x, w), order=1, modes="rev")
