"""Saves y4s, y5s, n, k (2 numbers, lists of one entry per turn or call).

def columns(A: "f8[k, n]"):
    s = 0.0
    for j in range(A.shape[1]):
        c = A[:, j]
        s += c[0] * c[1]
    return s
"""


def columns_forward(A: np.ndarray) -> tuple:
    """Return columns(A) and what `columns_backward` reads."""
    k = A.shape[0]
    n = A.shape[1]
    s = 0.0
    y4s = []
    y5s = []
    for j in range(n):  # 3
        c = A[:, j]     # 4
        y4 = c[0]       # 5
        y4s.append(y4)
        y5 = c[1]       # 5
        y5s.append(y5)
        s += y4 * y5    # 5
    return s, (y4s, y5s, n, k)


def columns_backward(saved: tuple, d_s: float = 1.0) -> np.ndarray:
    """Return d_s · ∂columns/∂(A) at the point where `columns_forward` was called."""
    y4s, y5s, n, k = saved
    d_A = np.zeros((k, n))
    for j, y4, y5 in zip(range(n - 1, -1, -1), reversed(y4s), reversed(y5s), strict=True):  # 3
        d_y4 = d_s * y5  # ∂y3/∂y4 = y5
        d_y5 = d_s * y4  # ∂y3/∂y5 = y4
        d_c = d_A[:, j]  # 5
        d_c[1] += d_y5   # ∂y5/∂c = 1
        d_c = d_A[:, j]  # 5
        d_c[0] += d_y4   # ∂y4/∂c = 1
    return d_A
