"""Saves y3, y4 (2*n elements).

def swap_rows(A: "f8[n, n]"):
    B = A.copy()
    B[[0, 1]] = B[[1, 0]]
    B[0] *= B[1]
    return np.sum(B)
"""


def swap_rows_forward(A: np.ndarray) -> tuple:
    """Return swap_rows(A) and what `swap_rows_backward` reads."""
    B = A.copy()
    B[[0, 1]] = A[[1, 0]]  # 3
    y4 = B[1].copy()
    y3 = B[0].copy()
    B[0] = y3 * y4         # 4
    y = B.sum()            # 5
    return y, (y3, y4)


def swap_rows_backward(saved: tuple, d_y: float = 1.0) -> np.ndarray:
    """Return d_y · ∂swap_rows/∂A at the point where `swap_rows_forward` was called."""
    y3, y4 = saved
    n = y3.shape[0]
    d_B = np.broadcast_to(d_y, (n, n))  # ∂y/∂B = 1
    d_y1 = d_B[0]                       # ∂B/∂y1 = 1
    d_y4 = d_y1 * y3                    # ∂y1/∂y4 = y3
    d_B = d_B.copy()                    # 4
    d_B[0] = d_y1 * y4                  # ∂y1/∂y3 = y4
    d_B[1] += d_y4                      # ∂y4/∂B = 1
    d_y2 = d_B[[0, 1]]                  # ∂B/∂y2 = 1
    d_B[[0, 1]] = 0.0                   # ∂B/∂A = 1 outside
    d_B[[1, 0]] += d_y2                 # ∂y2/∂A = 1
    return d_B
