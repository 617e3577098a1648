"""Linear regression with a slope m and an intercept b (`cs188-neural-networks.md`, "Computing the Gradient").

f(m, b) = 1/N Σ (y_i - (m x_i + b))²,  ∂f/∂m = 1/N Σ -2 x_i (y_i - (m x_i + b)),  ∂f/∂b = 1/N Σ -2 (y_i - (m x_i + b))
"""

import numpy as np


def line_sum(m, b, x: "f8[n]", y: "f8[n]"):
    """The mean squared error of the line m x + b, with the sum as the notes write it."""
    N = len(x)
    s = 0.0
    for i in range(N):
        r = y[i] - (m * x[i] + b)
        s += r**2
    f = 1 / N * s
    return f


def line(m, b, x: "f8[n]", y: "f8[n]"):
    """The mean squared error of the line m x + b."""
    y_hat = m * x + b
    r = y - y_hat
    f = np.mean(r**2)
    return f
