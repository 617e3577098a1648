"""Saves v, x, y2s, branches (1 number, n elements, 2 lists with an entry per turn).

def branch_write(v: "f8[n]", x: float):
    y = v * x
    for i in range(1, len(y)):
        if y[i] > 0.3:
            y[i] = y[i] * y[i - 1]
        else:
            y[i - 1] += x
    return np.sum(y)
"""


def branch_write_forward(v: np.ndarray, x: float) -> tuple:
    """Return branch_write(v, x) and what `branch_write_backward` reads."""
    n = v.shape[0]
    y = v * x                  # 2
    y2s = []
    branches = []
    for i in range(1, n):      # 3
        y2 = y[i] > 0.3        # 4
        y2s.append(y2)
        if y2:                 # 4
            y5 = y[i]
            y6 = y[i - 1]
            y[i] = y5 * y6     # 5
            branch = (y5, y6)  # 4
        else:
            y[i - 1] += x      # 7
            branch = ()        # 4
        branches.append(branch)
    y0 = y.sum()               # 8
    return y0, (v.copy(), x, y2s, branches)


def branch_write_backward(saved: tuple, d_y0: float = 1.0) -> tuple[np.ndarray, float]:
    """Return d_y0 · ∂branch_write/∂(v, x) at the point where `branch_write_forward` was called."""
    v, x, y2s, branches = saved
    n = v.shape[0]
    d_y = np.full(n, d_y0)           # ∂y0/∂y = 1
    d_x = 0.0
    for i, y2, branch in zip(range(n - 1, 0, -1), reversed(y2s), reversed(branches), strict=True):  # 3
        if y2:                       # 4
            y5, y6 = branch
            d_y4 = d_y[i]            # ∂y/∂y4 = 1
            d_y[i] = 0.0             # 5
            d_y[i - 1] += d_y4 * y5  # ∂y4/∂y6 = y5
            d_y[i] += d_y4 * y6      # ∂y4/∂y5 = y6
        else:
            d_x += d_y[i - 1]        # ∂y/∂x = 1
    d_v = d_y * x                    # ∂y/∂v = x
    d_y *= v                         # 2
    d_x += d_y.sum()                 # ∂y/∂x = v
    return d_v, float(d_x)
