"""Saves v, x, y, y6s, y7s (1 number, 2*n elements, 2 lists with an entry per turn).

def view_reads(v: "f8[n]", x: float):
    y = v * x
    w = y[1:]
    for i in range(len(w)):
        y[i] = w[i] * y[i] + x
    return np.sum(y * y)
"""


def view_reads_forward(v: np.ndarray, x: float) -> tuple:
    """Return view_reads(v, x) and what `view_reads_backward` reads."""
    n = v.shape[0]
    y = v * x               # 2
    y6s = []
    y7s = []
    for i in range(n - 1):  # 4
        y6 = y[i + 1]       # 5
        y6s.append(y6)
        y7 = y[i]           # 5
        y7s.append(y7)
        y[i] = y6 * y7 + x  # 5
    y0 = (y * y).sum()      # 6
    return y0, (v.copy(), x, y, y6s, y7s)


def view_reads_backward(saved: tuple, d_y0: float = 1.0) -> tuple[np.ndarray, float]:
    """Return d_y0 · ∂view_reads/∂(v, x) at the point where `view_reads_forward` was called."""
    v, x, y, y6s, y7s = saved
    n = v.shape[0]
    d_y = d_y0 * y
    d_y *= 2.0                   # ∂y1/∂y = 2·y
    d_x = 0.0
    for i, y6, y7 in zip(range(n - 2, -1, -1), reversed(y6s), reversed(y7s), strict=True):  # 4
        d_y4 = d_y[i]            # ∂y/∂y4 = 1
        d_x += d_y4              # ∂y4/∂x = 1
        d_y[i] = d_y4 * y6       # ∂y5/∂y7 = y6
        d_y[i + 1] += d_y4 * y7  # ∂y5/∂y6 = y7
    d_v = d_y * x                # ∂y/∂v = x
    d_y *= v                     # 2
    d_x += d_y.sum()             # ∂y/∂x = v
    return d_v, float(d_x)
