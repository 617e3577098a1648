"""The two small chain-rule examples of the lecture notes."""

import numpy as np


def product(x, y, z):
    """f = (x + y) z, with q = x + y."""
    q = x + y
    f = q * z
    return f


def scalar_network(x, w1, w2, y):
    """L = ½ (ŷ − y)², ŷ = w2·g, g = max(0, f), f = w1·x."""
    f = w1 * x
    g = np.maximum(0, f)
    y_hat = w2 * g
    L = 0.5 * (y_hat - y) ** 2
    return L
