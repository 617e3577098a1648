"""Saves x, y, y6 (1 number, max(n - 1, 0) + n elements).

def views(v: "f8[n]", x: float):
    y = np.zeros(len(v))
    left = y[:-1]
    left += v[1:] * x
    left[0] = x * x
    return np.sum(y * y)
"""


def views_forward(v: np.ndarray, x: float) -> tuple:
    """Return views(v, x) and what `views_backward` reads."""
    n = v.shape[0]
    y = np.zeros(n)     # 2
    y6 = v[1:]
    y[:-1] += y6 * x    # 4
    part = y[:-1]
    part[0] = x * x     # 5
    y0 = (y * y).sum()  # 6
    return y0, (x, y, y6.copy())


def views_backward(saved: tuple, d_y0: float = 1.0) -> tuple[np.ndarray, float]:
    """Return d_y0 · ∂views/∂(v, x) at the point where `views_forward` was called."""
    x, y, y6 = saved
    n = y.shape[0]
    d_y = d_y0 * y
    d_y *= 2.0              # ∂y1/∂y = 2·y
    d_y2 = d_y[:-1]         # 5
    d_y5 = d_y2[0]          # ∂y2/∂y5 = 1
    d_y2[0] = 0.0           # 5
    d_x = 2.0 * (d_y5 * x)  # ∂y5/∂x = 2·x
    d_y3 = d_y[:-1]         # ∂y/∂y3 = 1
    d_y6 = d_y3 * x         # ∂y3/∂y6 = x
    d_y3 *= y6              # 4
    d_x += d_y3.sum()       # ∂y3/∂x = y6
    d_v = np.zeros(n)       # 4
    d_v[1:] += d_y6         # ∂y6/∂v = 1
    return d_v, float(d_x)
