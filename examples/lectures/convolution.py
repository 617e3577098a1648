"""The two-dimensional layer of `mlp-and-cnn-backprop-notes.md`: stride 1, one channel, a filter F on an input X.

The notes define Y[i, j] = Σ_a Σ_b X[i - a, j - b] W[a, b], a convolution; they expand O_11 = x_11 F_11 + x_12 F_12 +
x_21 F_21 + x_22 F_22, a correlation; and they call both convolution.  Here are both, where the filter fits (the pixels
that Y[i, j] reads are those of the window whose last corner is i, j), and each in three ways.

                 O                                ∂L/∂F                          ∂L/∂X
correlation      Σ_ab X[i + a, j + b] F[a, b]     X correlated with ∂L/∂O        ∂L/∂O fully correlated with F rotated
convolution      X correlated with F rotated      the same, rotated by 180°      ∂L/∂O fully correlated with F

"Fully" means with zeros around: wherever the two overlap.  The two rules that the notes mark with stars are the first
row, with "convolution" read as correlation.
"""

import numpy as np
from numpy.lib.stride_tricks import sliding_window_view


def correlation_2x2(X: "f8[3, 3]", F: "f8[2, 2]"):
    """The example of the notes, written out."""
    O11 = X[0, 0] * F[0, 0] + X[0, 1] * F[0, 1] + X[1, 0] * F[1, 0] + X[1, 1] * F[1, 1]
    O12 = X[0, 1] * F[0, 0] + X[0, 2] * F[0, 1] + X[1, 1] * F[1, 0] + X[1, 2] * F[1, 1]
    O21 = X[1, 0] * F[0, 0] + X[1, 1] * F[0, 1] + X[2, 0] * F[1, 0] + X[2, 1] * F[1, 1]
    O22 = X[1, 1] * F[0, 0] + X[1, 2] * F[0, 1] + X[2, 1] * F[1, 0] + X[2, 2] * F[1, 1]
    return np.array([[O11, O12], [O21, O22]])


def correlation_loops(X: "f8[n1, n2]", F: "f8[k1, k2]"):
    """Correlation with the four sums as loops."""
    n1, n2 = X.shape
    k1, k2 = F.shape
    Y = np.zeros((n1 - k1 + 1, n2 - k2 + 1))
    for i in range(n1 - k1 + 1):
        for j in range(n2 - k2 + 1):
            for a in range(k1):
                for b in range(k2):
                    Y[i, j] += X[i + a, j + b] * F[a, b]
    return Y


def correlation_slices(X: "f8[n1, n2]", F: "f8[k1, k2]"):
    """Correlation as a sum of shifted images, one for each element of the filter."""
    n1, n2 = X.shape
    k1, k2 = F.shape
    Y = np.zeros((n1 - k1 + 1, n2 - k2 + 1))
    for a in range(k1):
        for b in range(k2):
            Y += X[a : a + n1 - k1 + 1, b : b + n2 - k2 + 1] * F[a, b]
    return Y


def correlation_windows(X: "f8[n1, n2]", F: "f8[k1, k2]"):
    """Correlation as a product of every window with the filter."""
    windows = sliding_window_view(X, F.shape)
    return np.einsum("ijab,ab->ij", windows, F)


def convolution_loops(X: "f8[n1, n2]", F: "f8[k1, k2]"):
    """Convolution as the notes define it: Y[i, j] = Σ_ab X[i - a, j - b] F[a, b], i ≥ k1 - 1, j ≥ k2 - 1."""
    n1, n2 = X.shape
    k1, k2 = F.shape
    Y = np.zeros((n1 - k1 + 1, n2 - k2 + 1))
    for i in range(k1 - 1, n1):
        for j in range(k2 - 1, n2):
            for a in range(k1):
                for b in range(k2):
                    Y[i - k1 + 1, j - k2 + 1] += X[i - a, j - b] * F[a, b]
    return Y


def convolution_slices(X: "f8[n1, n2]", F: "f8[k1, k2]"):
    """Convolution as a sum of shifted images."""
    n1, n2 = X.shape
    k1, k2 = F.shape
    Y = np.zeros((n1 - k1 + 1, n2 - k2 + 1))
    for a in range(k1):
        for b in range(k2):
            Y += X[k1 - 1 - a : n1 - a, k2 - 1 - b : n2 - b] * F[a, b]
    return Y


def convolution_windows(X: "f8[n1, n2]", F: "f8[k1, k2]"):
    """Convolution as a product of every window with the rotated filter."""
    windows = sliding_window_view(X, F.shape)
    return np.einsum("ijab,ab->ij", windows, F[::-1, ::-1])
