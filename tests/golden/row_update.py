"""Saves rows, n, d (2 numbers, 1 list with an entry per turn).

def row_update(A: "f8[n, d]", b: "f8[d]"):
    B = A.copy()
    for row in B:
        row += b
        row *= row
    return np.sum(B)
"""


def row_update_forward(A: np.ndarray, b: np.ndarray) -> tuple:
    """Return row_update(A, b) and what `row_update_backward` reads."""
    d = A.shape[1]
    n = A.shape[0]
    B = A.copy()           # 3
    rows = []
    for i in range(n):     # 3
        B[i] += b          # 4
        row = B[i].copy()  # 5
        rows.append(row)
        B[i] = row * row   # 5
    y = B.sum()            # 6
    return y, (rows, n, d)


def row_update_backward(saved: tuple, d_y: float = 1.0) -> tuple[np.ndarray, np.ndarray]:
    """Return d_y · ∂row_update/∂(A, b) at the point where `row_update_forward` was called."""
    rows, n, d = saved
    d_b = np.zeros(d)           # 3
    d_B = np.full((n, d), d_y)  # ∂y/∂B = 1
    for i, row in zip(range(n - 1, -1, -1), reversed(rows), strict=True):  # 3
        d_y2 = d_B[i]           # ∂B/∂y2 = 1
        d_row = d_y2 * row
        d_row *= 2.0            # ∂y2/∂row = 2·row
        d_B[i] = d_row          # ∂row/∂B = 1
        d_b += d_row            # ∂B/∂b = 1
    return d_B, d_b
