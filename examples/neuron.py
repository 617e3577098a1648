"""The logistic neuron of the lecture notes (`logistic-neuron-staged.md`)."""

import numpy as np


def neuron(x1, x2, w1, w2, b):
    return 1 / (1 + np.exp(-(w1 * x1 + w2 * x2 + b)))
