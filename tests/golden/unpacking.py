"""Saves x, y, y2, y3, n (5 numbers).

def unpacking(x: float, y: float, v: "f8[n]"):
    first, *rest = (x, y, x * y)
    (a, b), c = rest, first
    head, *_, last = [a, *[b, c], *(2.0, a)]
    return head * last * v[0] + b
"""


def unpacking_forward(x: float, y: float, v: np.ndarray) -> tuple:
    """Return unpacking(x, y, v) and what `unpacking_backward` reads."""
    n = v.shape[0]
    b = x * y         # 2
    y2 = y * y
    y3 = v[0]
    y0 = y2 * y3 + b  # 5
    return y0, (x, y, y2, y3, n)


def unpacking_backward(saved: tuple, d_y0: float = 1.0) -> tuple[float, float, np.ndarray]:
    """Return d_y0 · ∂unpacking/∂(x, y, v) at the point where `unpacking_forward` was called."""
    x, y, y2, y3, n = saved
    d_y2 = d_y0 * y3        # ∂y1/∂y2 = y3
    d_v = np.zeros(n)       # 5
    d_v[0] += d_y0 * y2     # ∂y1/∂y3 = y2
    d_y = 2.0 * (d_y2 * y)  # ∂y2/∂y = 2·y
    d_x = d_y0 * y          # ∂b/∂x = y
    d_y += d_y0 * x         # ∂b/∂y = x
    return float(d_x), float(d_y), d_v
