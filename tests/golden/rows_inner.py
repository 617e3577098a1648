"""Saves rows, all_t_in (m*n elements, 1 list with an entry per turn).

def rows_inner(rows: "f8[n, m]"):
    s = 0.0
    for i in range(len(rows)):
        row = rows[i]
        t = 1.0
        for j in range(len(row)):
            t *= row[j]
        s += t
    return s
"""


def rows_inner_forward(rows: np.ndarray) -> tuple:
    """Return rows_inner(rows) and what `rows_inner_backward` reads."""
    m = rows.shape[1]
    n = rows.shape[0]
    s = 0.0
    all_t_in = []
    for i in range(n):       # 3
        t = 1.0
        t_in = []
        for j in range(m):   # 6
            t_in.append(t)
            t *= rows[i, j]  # 7
        all_t_in.append(t_in)
        s += t               # 8
    return s, (rows.copy(), all_t_in)


def rows_inner_backward(saved: tuple, d_s: float = 1.0) -> np.ndarray:
    """Return d_s · ∂rows_inner/∂rows at the point where `rows_inner_forward` was called."""
    rows, all_t_in = saved
    m = rows.shape[1]
    n = rows.shape[0]
    d_rows = np.zeros((n, m))
    for i, t_in in zip(range(n - 1, -1, -1), reversed(all_t_in), strict=True):  # 3
        d_t = d_s
        for j, t in zip(range(m - 1, -1, -1), reversed(t_in), strict=True):  # 6
            d_rows[i, j] += d_t * t
            d_t *= rows[i, j]  # 7
    return d_rows
