"""Saves x, rows, all_y12s, y2, n (3 numbers, 2 lists with an entry per turn).

def arrays_in_a_list(v: "f8[n]", x: float):
    rows = []
    for k in range(3):
        rows.append(v * k)
    for i in range(1, len(rows)):
        for j in range(1, len(v)):
            rows[i][j] += rows[i - 1][j - 1] * x
    return np.sum(rows[-1])
"""


def arrays_in_a_list_forward(v: np.ndarray, x: float) -> tuple:
    """Return arrays_in_a_list(v, x) and what `arrays_in_a_list_backward` reads."""
    n = v.shape[0]
    rows = [v * k for k in range(3)]  # 4
    y2 = len(rows)                    # 5
    all_y12s = []
    for i in range(1, y2):            # 5
        y12s = []
        for j in range(1, n):         # 6
            y12 = rows[i - 1][j - 1]  # 7
            y12s.append(y12)
            rows[i][j] += y12 * x     # 7
        all_y12s.append(y12s)
    y = rows[-1].sum()                # 8
    return y, (x, rows, all_y12s, y2, n)


def arrays_in_a_list_backward(saved: tuple, d_y: float = 1.0) -> tuple[np.ndarray, float]:
    """Return d_y · ∂arrays_in_a_list/∂(v, x) at the point where `arrays_in_a_list_forward` was called."""
    x, rows, all_y12s, y2, n = saved
    d_rows = [np.zeros_like(e) for e in rows]             # 8
    d_rows[-1] = d_rows[-1] + np.broadcast_to(d_y, (n,))  # ∂y/∂y1 = 1
    d_x = 0.0
    for i, y12s in zip(range(y2 - 1, 0, -1), reversed(all_y12s), strict=True):  # 5
        for j, y12 in zip(range(n - 1, 0, -1), reversed(y12s), strict=True):  # 6
            d_y9 = d_rows[i]                              # 7
            d_y11 = d_y9[j]                               # ∂y9/∂y11 = 1
            d_x += d_y11 * y12                            # ∂y11/∂x = y12
            d_rows[i - 1][j - 1] += d_y11 * x             # ∂y11/∂y12 = x
    d_v = np.zeros(n)
    for k in range(2, -1, -1):                            # 3
        d_y7 = d_rows.pop()                               # ∂rows/∂y7 = 1
        d_v += d_y7 * k                                   # ∂y7/∂v = k
    return d_v, float(d_x)
