"""Saves u, y9s (n elements, 1 list with an entry per turn).

def stencil(u: "f8[n]"):
    for i in range(1, len(u) - 1):
        u[i] = 0.5 * (u[i - 1] * u[i + 1] + u[i])
    return np.sum(u * u)
"""


def stencil_forward(u: np.ndarray) -> tuple:
    """Return stencil(u) and what `stencil_backward` reads."""
    n = u.shape[0]
    u = u.copy()                       # 2
    y9s = []
    for i in range(1, n - 1):          # 2
        y8 = u[i - 1]
        y9 = u[i + 1]                  # 3
        y9s.append(y9)
        u[i] = 0.5 * (y8 * y9 + u[i])  # 3
    y = (u * u).sum()                  # 4
    return y, (u, y9s)


def stencil_backward(saved: tuple, d_y: float = 1.0) -> np.ndarray:
    """Return d_y · ∂stencil/∂u at the point where `stencil_forward` was called."""
    u, y9s = saved
    n = u.shape[0]
    d_u = d_y * u
    d_u *= 2.0                         # ∂y1/∂u = 2·u
    for i, y9 in zip(range(n - 2, 0, -1), reversed(y9s), strict=True):  # 2
        d_y4 = d_u[i]                  # ∂u/∂y4 = 1
        d_y5 = d_y4 * 0.5              # ∂y4/∂y5 = 0.5
        d_u[i] = d_y5                  # ∂y7/∂u = 1
        d_u[i + 1] += d_y5 * u[i - 1]  # ∂y6/∂y9 = y8
        d_u[i - 1] += d_y5 * y9        # ∂y6/∂y8 = y9
    return d_u
