"""Saves A, x, all_y6s (m*n + m elements, 1 list with an entry per turn).

def row_by_index(A: "f8[n, m]", x: "f8[m]"):
    s = 0.0
    for i in range(len(A)):
        row = A[i]
        for j in range(len(x)):
            s += row[j] * x[j] ** 2
    return s
"""


def row_by_index_forward(A: np.ndarray, x: np.ndarray) -> tuple:
    """Return row_by_index(A, x) and what `row_by_index_backward` reads."""
    m = A.shape[1]
    n = A.shape[0]
    s = 0.0
    all_y6s = []
    for i in range(n):      # 3
        y6s = []
        for j in range(m):  # 5
            y5 = A[i, j]
            y6 = x[j] ** 2  # 6
            y6s.append(y6)
            s += y5 * y6    # 6
        all_y6s.append(y6s)
    return s, (A.copy(), x.copy(), all_y6s)


def row_by_index_backward(saved: tuple, d_s: float = 1.0) -> tuple[np.ndarray, np.ndarray]:
    """Return d_s · ∂row_by_index/∂(A, x) at the point where `row_by_index_forward` was called."""
    A, x, all_y6s = saved
    m = A.shape[1]
    n = A.shape[0]
    d_A = np.zeros((n, m))
    d_x = np.zeros(m)
    for i, y6s in zip(range(n - 1, -1, -1), reversed(all_y6s), strict=True):  # 3
        for j, y6 in zip(range(m - 1, -1, -1), reversed(y6s), strict=True):  # 5
            d_y6 = d_s * A[i, j]         # ∂y4/∂y6 = y5
            d_x[j] += d_y6 * (2 * x[j])  # ∂y6/∂y7 = 2·y7
            d_A[i, j] += d_s * y6        # ∂y4/∂y5 = y6
    return d_A, d_x
