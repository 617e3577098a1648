"""Saves v, x, y, y_1 (1 number, 3*n elements).

def out_argument(v: "f8[n]", x: float):
    y = np.empty(len(v))
    np.multiply(v, x, out=y)
    np.sin(y, out=y)
    return np.sum(y * y)
"""


def out_argument_forward(v: np.ndarray, x: float) -> tuple:
    """Return out_argument(v, x) and what `out_argument_backward` reads."""
    y = v * x               # 3
    y_1 = np.sin(y)         # 4
    y0 = (y_1 * y_1).sum()  # 5
    return y0, (v.copy(), x, y, y_1)


def out_argument_backward(saved: tuple, d_y0: float = 1.0) -> tuple[np.ndarray, float]:
    """Return d_y0 · ∂out_argument/∂(v, x) at the point where `out_argument_forward` was called."""
    v, x, y, y_1 = saved
    d_y = d_y0 * y_1
    d_y *= 2.0        # ∂y1/∂y = 2·y
    d_y *= np.cos(y)  # 4
    d_v = d_y * x     # ∂y/∂v = x
    d_y *= v          # 3
    d_x = d_y.sum()   # ∂y/∂x = v
    return d_v, float(d_x)
