"""Backpropagation, case 1: logistic regression (`cs188-neural-networks.md`).

J = y* log y + (1 - y*) log(1 - y),  y = 1 / (1 + exp(-a)),  a = Σ_j θ_j x_j

The notes print J without its minus sign (see errata.md): J as printed is the log-likelihood, to be maximised.
"""

import numpy as np


def case1_sum(theta: "f8[d]", x: "f8[d]", y_star):
    """J as printed, with the sum as the notes write it."""
    a = 0.0
    for j in range(len(x)):
        a += theta[j] * x[j]
    y = 1 / (1 + np.exp(-a))
    J = y_star * np.log(y) + (1 - y_star) * np.log(1 - y)
    return J


def case1(theta: "f8[d]", x: "f8[d]", y_star):
    """J as printed, with the inner product."""
    a = theta @ x
    y = 1 / (1 + np.exp(-a))
    J = y_star * np.log(y) + (1 - y_star) * np.log(1 - y)
    return J
