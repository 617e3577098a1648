"""Backpropagation, case 2: a network of sigmoids (`cs188-neural-networks.md`).

J = y* log y + (1 - y*) log(1 - y),  y = 1 / (1 + exp(-b)),  b = Σ_j β_j z_j,
z_j = 1 / (1 + exp(-a_j)),  a_j = Σ_i α_ji x_i
"""

import numpy as np


def case2_sum(alpha: "f8[d, m]", beta: "f8[d]", x: "f8[m]", y_star):
    """J as printed, with the sums as the notes write them."""
    b = 0.0
    for j in range(len(beta)):
        a_j = 0.0
        for i in range(len(x)):
            a_j += alpha[j, i] * x[i]
        z_j = 1 / (1 + np.exp(-a_j))
        b += beta[j] * z_j
    y = 1 / (1 + np.exp(-b))
    J = y_star * np.log(y) + (1 - y_star) * np.log(1 - y)
    return J


def case2(alpha: "f8[d, m]", beta: "f8[d]", x: "f8[m]", y_star):
    """J as printed, with matrix products."""
    a = alpha @ x
    z = 1 / (1 + np.exp(-a))
    b = beta @ z
    y = 1 / (1 + np.exp(-b))
    J = y_star * np.log(y) + (1 - y_star) * np.log(1 - y)
    return J
