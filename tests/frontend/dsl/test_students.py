"""Formulas of the notes as students type them: spellings of one thing, each against NumPy; and what is refused."""

import math

import numpy as np
import pytest
from scipy.signal import convolve2d

import symdiff
from symdiff.errors import CompileError

RNG = np.random.default_rng(3)
x, w, t = RNG.normal(size=4), RNG.normal(size=4), RNG.normal(size=2)
W1, W2, b = RNG.normal(size=(3, 4)), RNG.normal(size=(2, 3)), RNG.normal(size=3)
X, y = RNG.normal(size=(5, 4)), RNG.normal(size=5)
ALPHA, BETA = RNG.normal(size=(3, 4)), RNG.normal(size=3)
IMAGE, FILTER = RNG.normal(size=(4, 5)), RNG.normal(size=(2, 3))


def sigma(z):
    return 1 / (1 + np.exp(-z))


def likelihood(p, target=0.3):
    return target * np.log(p) + (1 - target) * np.log(1 - p)


UNIT = sigma(0.3 + x @ w)
NETWORK = 0.5 * np.sum((t - W2 @ np.maximum(0, W1 @ x)) ** 2)
LINE = np.mean((w - (0.5 * x + 0.2)) ** 2)
FORMULAS = [
    ("ŷ = unit(x: [m]; w: [m], w_0) = σ(w_0 + Σ_{i=1}^m x_i w_i)", (x, w, 0.3), UNIT),
    ("unit(X: [m]; W: [m], w₀) = 1/(1+e^(-(w₀ + Xᵀ W)))", (x, w, 0.3), UNIT),
    ("y = unit(x: [m]; w: [m], w0)\nz = w0 + x · w\ny = 1/(1 + exp(−z))", (x, w, 0.3), UNIT),
    ("L(x:[d], y:[c]; W1:[h,d], W2:[c,h]) = ½ ‖y − ŷ‖₂²\nŷ = W2 g\ng = max(0, f)\nf = W1 x", (x, t, W1, W2), NETWORK),
    ("L(x:[d], y:[c]; W₁:[h,d], W₂:[c,h]) = 1/2 ||y - W₂ max(0, W₁ x)||^2", (x, t, W1, W2), NETWORK),
    ("L(x:[d], y:[c]; A:[h,d], B:[c,h]) = ½ r^T r\nr = y - B max(0, A x)", (x, t, W1, W2), NETWORK),
    ("f(x:[N], y:[N]; m, b) = 1/N Σ_{i=1}^N (y_i - (m x_i + b))^2", (x, w, 0.5, 0.2), LINE),
    ("f(x:[n], y:[n]; m, b) = (1/n) * sum_{i=1..n} (y[i] - (m*x[i] + b))^2", (x, w, 0.5, 0.2), LINE),
    (
        "J(x:[0..D], y⋆; θ:[0..D]) = y⋆ log y + (1 − y⋆) log(1 − y)\ny = 1/(1 + exp(−a))\na = Σ_{j=0}^D θ_j x_j",
        (x, 0.3, w),
        likelihood(sigma(x @ w)),
    ),
    (
        "index j = 0..D\nJ(x:[0..M], t; α:[0..D,0..M], β:[0..D]) = t log y + (1-t) log(1-y)\ny = 1/(1+exp(-b))\n"
        "b = Σ_j β_j z_j\nz_j = 1/(1+exp(-a_j))\na_j = Σ_{i=0}^M α_{ji} x_i",
        (x, 0.3, ALPHA, BETA),
        likelihood(sigma(BETA @ sigma(ALPHA @ x))),
    ),
    (
        "L(f:[N,C], y:int[N]) = -Σ_{i=1}^N log(e^{f_{i,y_i}} / Σ_{j=1}^C e^{f_{i,j}})",
        (W1, np.array([1, 3, 4])),
        -sum(math.log(math.exp(W1[i, k]) / np.exp(W1[i]).sum()) for i, k in enumerate((0, 2, 3))),
    ),
    ("index i = 1..h\na = layer(x:[d]; W:[h,d], b:[h])\na_i = σ(z_i)\nz_i = Σ_{j=1}^d W_ij x_j + b_i", (x, W1, b),
     sigma(W1 @ x + b)),
    ("O(x:[3,3]; F:[2,2]) = O_11\nO_11 = x_11 F_11 + x_12 F_12 + x_21 F_21 + x_22 F_22",
     (np.arange(1.0, 10.0).reshape(3, 3), np.arange(1.0, 5.0).reshape(2, 2)), 37.0),
    ("index i = 0..n+p-2, j = 0..m+q-2\nY = conv(X:[0..n-1,0..m-1] padded; W:[0..p-1,0..q-1])\n"
     "Y[i, j] = Σ_{a=0}^{p-1} Σ_{b=0}^{q-1} X[i-a, j-b] W[a, b]", (IMAGE, FILTER), convolve2d(IMAGE, FILTER)),
    ("L(X:[n,d], y:[n]; W:[d]) = 1/n ||y - X W||²", (X, y, w), np.mean((y - X @ w) ** 2)),
    ("m(x:[d]; w1:[d], w2:[d], b1, b2) = max(w1^T x + b1, w2^T x + b2)", (x, w, -w, 0.1, 0.2),
     max(w @ x + 0.1, -w @ x + 0.2)),
    ("clip(x; α) = 1/α * log((1 + e^{α x})/(1 + e^{α (x-1)}))", (0.4, 2.0),
     0.5 * math.log((1 + math.exp(0.8)) / (1 + math.exp(-1.2)))),
    ("f(x) = (e^x - e^-x)/(e^x + e^-x)", (0.4,), math.tanh(0.4)),
    ("apl(x; a:[S], b:[S]) = max(0,x) + Σ_{i=1}^S a_i max(0, -x + b_i)", (0.4, w, x),
     0.4 + np.sum(w * np.maximum(0, -0.4 + x))),
    ("δ(z; w, d) = d w f'(z)\nf'(t) = f(t)(1 - f(t))\nf(t) = σ(t)", (0.3, 0.5, 0.7),
     0.35 * sigma(0.3) * (1 - sigma(0.3))),
]  # fmt: skip


@pytest.mark.parametrize(("text", "args", "expected"), FORMULAS, ids=[text.split("(")[0] for text, _, _ in FORMULAS])
def test_a_spelling(text, args, expected):
    f = symdiff.from_dsl(text, "δ" if text.startswith("δ") else None)
    np.testing.assert_allclose(f(*args), expected, rtol=1e-12)
    symdiff.check_grads(f, args, order=1)


@pytest.mark.parametrize(
    ("text", "line"),
    [
        ("f(x:[n]; m) = \\frac{1}{n} Σ_{i=1}^n m x_i", "1:15: SD801 `\\` is not expected here"),
        ("J(x, y*; w) = w x", "1:8: SD801 `;` is not expected here"),
        ("z(x:[d]; W:[h,d]) = Σ_j W_ij x_j", "1:22: SD810 index `j` has no range"),
        ("f(x) = 1/α log(1 + e^{αx})\nα = 2", "1:23: SD803 `αx` is not defined; did you mean `α x`?"),
        ("f(x) = tan^-1(x)", "1:8: SD811 a power of tan may be of the function or of its value"),
        ("f(x, w) = 1/(1 + exp^{-w x})", "1:18: SD811 exp is a function, and what it is of is not clear"),
        ("f = 1/(1 + e^{-(w_0 + w_1 x_1)})", "1:1: SD804 the text defines no function"),
        ("f(x, y, z) = q z, q = x + y", "1:17: SD801 `,` is not expected here"),
        ("f(x) = 0.01x if x < 0, x otherwise", "1:14: SD801 `if` is not expected here"),
        ("f(x: [n], y: [n]) = x y", "1:21: SD8"),
    ],
)
def test_what_is_refused_has_its_place(text, line):
    with pytest.raises(CompileError) as caught:
        symdiff.generate(symdiff.from_dsl(text))
    assert str(caught.value).startswith(f"<dsl>:{line}")
