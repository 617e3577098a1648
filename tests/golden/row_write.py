"""Saves all_y4s, k, n (2 numbers, 1 list with an entry per turn).

def row_write(A: "f8[k, n]"):
    B = A.copy()
    for row in B:
        for j in range(len(row)):
            row[j] = row[j] * row[j]
    return np.sum(B)
"""


def row_write_forward(A: np.ndarray) -> tuple:
    """Return row_write(A) and what `row_write_backward` reads."""
    k = A.shape[0]
    n = A.shape[1]
    B = A.copy()               # 3
    all_y4s = []
    for i in range(k):         # 3
        y4s = []
        for j in range(n):     # 4
            y4 = B[i, j]       # 5
            y4s.append(y4)
            B[i, j] = y4 * y4  # 5
        all_y4s.append(y4s)
    y = B.sum()                # 6
    return y, (all_y4s, k, n)


def row_write_backward(saved: tuple, d_y: float = 1.0) -> np.ndarray:
    """Return d_y · ∂row_write/∂A at the point where `row_write_forward` was called."""
    all_y4s, k, n = saved
    d_B = np.full((k, n), d_y)             # ∂y/∂B = 1
    for i, y4s in zip(range(k - 1, -1, -1), reversed(all_y4s), strict=True):  # 3
        for j, y4 in zip(range(n - 1, -1, -1), reversed(y4s), strict=True):  # 4
            d_y3 = d_B[i, j]               # ∂B/∂y3 = 1
            d_B[i, j] = 2.0 * (d_y3 * y4)  # ∂y3/∂y4 = 2·y4
    return d_B
