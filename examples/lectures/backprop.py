"""A 4-layer network and its errors δ (`mlp-and-cnn-backprop-notes.md`).

z² = W¹ x + b¹, a² = f(z²), z³ = W² a² + b², a³ = f(z³), z⁴ = W³ a³ + b³, ŷ = a⁴ = f(z⁴), L = ½ Σ (ŷ_i - y_i)²

δ⁴ = ∂L/∂z⁴ = (ŷ - y) f'(z⁴),  δ_i^l = Σ_j δ_j^{l+1} w_ji f'(z_i^l),  ∂L/∂w_ij^l = δ_i^{l+1} a_j^l,
∂L/∂b_i^l = δ_i^{l+1}, with a¹ = x
"""

import numpy as np


def f(z):
    """The activation of every layer: the logistic function."""
    return 1 / (1 + np.exp(-z))


def network(
    W1: "f8[h, d]", b1: "f8[h]", W2: "f8[k, h]", b2: "f8[k]", W3: "f8[c, k]", b3: "f8[c]", x: "f8[d]", y: "f8[c]"
):
    """Half the squared distance of the output from y."""
    z2 = W1 @ x + b1
    a2 = f(z2)
    z3 = W2 @ a2 + b2
    a3 = f(z3)
    z4 = W3 @ a3 + b3
    y_hat = f(z4)
    L = 0.5 * np.sum((y_hat - y) ** 2)
    return L
