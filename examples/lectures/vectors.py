"""The two facts of "Vector Differentiation" (`ee367-neural-networks.md`), ∂(W g)/∂g ↔ Wᵀ and ∂(f ⊙ g)/∂f = diag(g).

The notes lay ∂y/∂x out as "input × output", (∂y/∂x)_ij = ∂y_j/∂x_i.  `symdiff.jacobian` has JAX's layout, "output ×
input", J[i, j] = ∂y_i/∂x_j: the transpose.  So the Jacobian of W g is W, the notes' ∂(W g)/∂g is Jᵀ = Wᵀ, and so is
what the pullback multiplies by: d_g = Wᵀ d_y, the notes' ∂ŷ/∂g · ∂L/∂ŷ.  diag(g) is symmetric: both layouts agree.
"""


def product(W: "f8[m, n]", g: "f8[n]"):
    """ŷ = W g."""
    y_hat = W @ g
    return y_hat


def elementwise(f: "f8[n]", g: "f8[n]"):
    """h = f ⊙ g."""
    h = f * g
    return h
