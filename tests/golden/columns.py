"""Saves A (k*n elements).

def columns(A: "f8[k, n]"):
    s = 0.0
    for j in range(A.shape[1]):
        c = A[:, j]
        s += c[0] * c[1]
    return s
"""


def columns_forward(A: np.ndarray) -> tuple:
    """Return columns(A) and what `columns_backward` reads."""
    n = A.shape[1]
    s = 0.0
    for j in range(n):      # 3
        y6 = A[:, j]
        s += y6[0] * y6[1]  # 5
    return s, (A.copy(),)


def columns_backward(saved: tuple, d_s: float = 1.0) -> np.ndarray:
    """Return d_s · ∂columns/∂A at the point where `columns_forward` was called."""
    (A,) = saved
    k = A.shape[0]
    n = A.shape[1]
    d_A = np.zeros((k, n))
    for j in range(n - 1, -1, -1):  # 3
        y6 = A[:, j]
        d_y6 = d_A[:, j]            # 5
        d_y6[1] += d_s * y6[0]      # ∂y3/∂y5 = y4
        d_y6[0] += d_s * y6[1]      # ∂y3/∂y4 = y5
    return d_A
