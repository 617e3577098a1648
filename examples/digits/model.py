"""A two-layer softmax classifier: the function that symdiff compiles to `generated/classifier_grad.py`."""

import numpy as np


def classifier(W1: "f8[d, h]", b1: "f8[h]", W2: "f8[h, c]", b2: "f8[c]", X: "f8[n, d]", labels: "i8[n]"):
    """The mean cross-entropy of the labels under softmax(relu(X W1 + b1) W2 + b2)."""
    z1 = X @ W1 + b1
    a1 = np.maximum(z1, 0)
    f = a1 @ W2 + b2
    log_p = f - np.log(np.sum(np.exp(f), axis=1, keepdims=True))
    loss = -np.mean(log_p[np.arange(len(labels)), labels])
    return loss
