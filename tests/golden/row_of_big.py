"""Saves y5s, n, k (2 numbers, 1 list with an entry per turn).

def row_of_big(A: "f8[k, n]"):
    B = A.copy()
    r = B[0]
    for j in range(len(r)):
        B[1, j] = r[j] * r[j]
        r[j] = B[1, j] * 2.0
    return np.sum(B)
"""


def row_of_big_forward(A: np.ndarray) -> tuple:
    """Return row_of_big(A) and what `row_of_big_backward` reads."""
    k = A.shape[0]
    n = A.shape[1]
    r = A[0]                     # 3
    B = A.copy()                 # 4
    y5s = []
    for j in range(n):           # 4
        y5 = B[0, j]             # 5
        y5s.append(y5)
        B[1, j] = y5 * y5        # 5
        B[0, j] = B[1, j] * 2.0  # 6
    y = B.sum()                  # 7
    return y, (y5s, n, k)


def row_of_big_backward(saved: tuple, d_y: float = 1.0) -> np.ndarray:
    """Return d_y · ∂row_of_big/∂A at the point where `row_of_big_forward` was called."""
    y5s, n, k = saved
    d_B = np.full((k, n), d_y)   # ∂y/∂B = 1
    for j, y5 in zip(range(n - 1, -1, -1), reversed(y5s), strict=True):  # 4
        d_y2 = d_B[0, j]         # ∂B/∂y2 = 1
        d_B[0, j] = 0.0          # 6
        d_B[1, j] += d_y2 * 2.0  # ∂y2/∂y4 = 2.0
        d_y3 = d_B[1, j]         # ∂B/∂y3 = 1
        d_B[1, j] = 0.0          # 5
        d_y5 = d_y3 * y5         # ∂y3/∂y5 = y5
        d_B[0, j] += d_y5        # ∂y5/∂B = 1
        d_B[0, j] += d_y5        # ∂y5/∂B = 1
    return d_B
