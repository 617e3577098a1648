"""The perceptron, linear classifiers and multilayer perceptrons (`cs188-…`, "The Perceptron"; `ee367-…`, "MLPs").

ŷ = g(w0 + Xᵀ W) with g(z) = 1/(1 + e^-z);  f = W x;  f = W2 max(0, W1 x);  f = W3 max(0, W2 max(0, W1 x))
"""

import numpy as np


def perceptron_sum(w0, w: "f8[m]", x: "f8[m]"):
    """One unit, with the sum over its inputs as the notes write it."""
    z = w0
    for i in range(len(x)):
        z += x[i] * w[i]
    y_hat = 1 / (1 + np.exp(-z))
    return y_hat


def perceptron(w0, w: "f8[m]", x: "f8[m]"):
    """One unit, with the inner product."""
    z = w0 + x.T @ w
    y_hat = 1 / (1 + np.exp(-z))
    return y_hat


def linear(W: "f8[c, d]", x: "f8[d]"):
    """One score per class; with 10 rows, 10 inner products w_k · x."""
    f = W @ x
    return f


def affine(W: "f8[c, d]", b: "f8[c]", x: "f8[d]"):
    """In general: W x + b."""
    f = W @ x + b
    return f


def mlp2(W1: "f8[h, d]", W2: "f8[c, h]", x: "f8[d]"):
    """The 2-layer perceptron W2 max(0, W1 x)."""
    z1 = W1 @ x
    a1 = np.maximum(0, z1)
    f = W2 @ a1
    return f


def mlp3(W1: "f8[h, d]", W2: "f8[k, h]", W3: "f8[c, k]", x: "f8[d]"):
    """The 3-layer perceptron W3 max(0, W2 max(0, W1 x))."""
    z1 = W1 @ x
    a1 = np.maximum(0, z1)
    z2 = W2 @ a1
    a2 = np.maximum(0, z2)
    f = W3 @ a2
    return f
