"""The two-layer softmax classifier (`two-layer-softmax-backprop.md`): Y1 = W1 X1 + b1, X2 = max(0, Y1), f = W2 X2 + b2.

The loss of a sample is -log(e^{f_y} / Σ_j e^{f_j}), and its derivative by f is P - onehot: P_j - 1 at the label, P_j
elsewhere.  The notes go on with dL/dW2 = dL/df · X2 and dL/dW1 = dL/df · W2 · dX2/dY1 · X1, and leave transposes and
the order of the factors to the reader; `classifier` has a sample in each row of X1, hence W1 X1 for each of them is
X1 W1ᵀ, and the derivatives are (dL/df)ᵀ · X2 and ((dL/df · W2) ∘ dX2/dY1)ᵀ · X1.
"""

import numpy as np


def softmax_loss(f: "f8[c]", label: int):
    """The loss of one sample, as the notes write it."""
    E = np.exp(f)
    P_y = E[label] / np.sum(E)
    L = -np.log(P_y)
    return L


def classifier(W1: "f8[h, d]", b1: "f8[h]", W2: "f8[c, h]", b2: "f8[c]", X1: "f8[n, d]", labels: "i8[n]"):
    """The summed losses of n samples."""
    Y1 = X1 @ W1.T + b1
    X2 = np.maximum(0, Y1)
    f = X2 @ W2.T + b2
    log_P = f - np.log(np.sum(np.exp(f), axis=1, keepdims=True))
    L = -np.sum(log_P[np.arange(len(labels)), labels])
    return L
