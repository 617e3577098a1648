"""Saves v, idx, x, y (1 number, 2*n + 5 elements).

def add_at(v: "f8[n]", idx: "i8[n]", x: float):
    y = np.zeros(5)
    np.add.at(y, idx, v * x)
    return np.sum(y * y)
"""


def add_at_forward(v: np.ndarray, idx: np.ndarray, x: float) -> tuple:
    """Return add_at(v, idx, x) and what `add_at_backward` reads."""
    y = np.zeros(5)           # 2
    np.add.at(y, idx, v * x)  # 3
    y0 = (y * y).sum()        # 4
    return y0, (v.copy(), idx.copy(), x, y)


def add_at_backward(saved: tuple, d_y0: float = 1.0) -> tuple[np.ndarray, float]:
    """Return d_y0 · ∂add_at/∂(v, x) at the point where `add_at_forward` was called."""
    v, idx, x, y = saved
    d_y = d_y0 * y
    d_y *= 2.0        # ∂y1/∂y = 2·y
    d_y2 = d_y[idx]   # ∂y/∂y2 = 1
    d_v = d_y2 * x    # ∂y2/∂v = x
    d_y2 *= v         # 3
    d_x = d_y2.sum()  # ∂y2/∂x = v
    return d_v, float(d_x)
