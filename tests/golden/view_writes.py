"""Saves v, x, y, y8s (1 number, 2*n elements, 1 list with an entry per turn).

def view_writes(v: "f8[n]", x: float):
    y = v * x
    w = y[1:]
    for i in range(len(w)):
        w[i] = w[i] * y[i] + x
    return np.sum(y * y)
"""


def view_writes_forward(v: np.ndarray, x: float) -> tuple:
    """Return view_writes(v, x) and what `view_writes_backward` reads."""
    n = v.shape[0]
    y = v * x                     # 2
    y8s = []
    for i in range(n - 1):        # 4
        y8 = y[i + 1]             # 5
        y8s.append(y8)
        y[i + 1] = y8 * y[i] + x  # 5
    y0 = (y * y).sum()            # 6
    return y0, (v.copy(), x, y, y8s)


def view_writes_backward(saved: tuple, d_y0: float = 1.0) -> tuple[np.ndarray, float]:
    """Return d_y0 · ∂view_writes/∂(v, x) at the point where `view_writes_forward` was called."""
    v, x, y, y8s = saved
    n = v.shape[0]
    d_y = d_y0 * y
    d_y *= 2.0                     # ∂y1/∂y = 2·y
    d_x = 0.0
    for i, y8 in zip(range(n - 2, -1, -1), reversed(y8s), strict=True):  # 4
        d_y6 = d_y[i + 1]          # ∂y/∂y6 = 1
        d_y[i + 1] = 0.0           # 5
        d_x += d_y6                # ∂y6/∂x = 1
        d_y[i] += d_y6 * y8        # ∂y7/∂y9 = y8
        d_y[i + 1] += d_y6 * y[i]  # ∂y7/∂y8 = y9
    d_v = d_y * x                  # ∂y/∂v = x
    d_y *= v                       # 2
    d_x += d_y.sum()               # ∂y/∂x = v
    return d_v, float(d_x)
