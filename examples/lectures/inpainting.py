"""The loss of the inpainting network (`ee367-neural-networks.md`): ½ ‖y - W2 σ(W1 x)‖², with σ(f) = max(0, f).

In stages f = W1 x, g = σ(f), ŷ = W2 g, and
∂L/∂W2 = ∂ŷ/∂W2 · ∂L/∂ŷ,  ∂L/∂W1 = ∂f/∂W1 · ∂g/∂f · ∂ŷ/∂g · ∂L/∂ŷ  with  ∂L/∂ŷ = ŷ - y,  ∂ŷ/∂g = W2ᵀ.
"""

import numpy as np


def inpainting(W1: "f8[h, n]", W2: "f8[m, h]", x: "f8[n]", y: "f8[m]"):
    """Half the squared distance of the prediction from y."""
    f = W1 @ x
    g = np.maximum(0, f)
    y_hat = W2 @ g
    r = y - y_hat
    L = 0.5 * (r @ r)
    return L
