"""Saves v, x, y, y3 (1 number, 3*n elements).

def masked_store(v: "f8[n]", x: float):
    y = v * x
    y[y < 0] = 0.1 * x
    return np.sum(y * y)
"""


def masked_store_forward(v: np.ndarray, x: float) -> tuple:
    """Return masked_store(v, x) and what `masked_store_backward` reads."""
    y = v * x           # 2
    y3 = y < 0
    y[y3] = 0.1 * x     # 3
    y0 = (y * y).sum()  # 4
    return y0, (v.copy(), x, y, y3)


def masked_store_backward(saved: tuple, d_y0: float = 1.0) -> tuple[np.ndarray, float]:
    """Return d_y0 · ∂masked_store/∂(v, x) at the point where `masked_store_forward` was called."""
    v, x, y, y3 = saved
    d_y = d_y0 * y
    d_y *= 2.0            # ∂y1/∂y = 2·y
    d_y2 = d_y[y3].sum()  # ∂y/∂y2 = 1
    d_y[y3] = 0.0         # 3
    d_x = d_y2 * 0.1      # ∂y2/∂x = 0.1
    d_v = d_y * x         # ∂y/∂v = x
    d_y *= v              # 2
    d_x += d_y.sum()      # ∂y/∂x = v
    return d_v, float(d_x)
