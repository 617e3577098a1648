"""Saves v, x, y (1 number, 2*n elements).

def two_names(v: "f8[n]", x: float):
    y = v * x
    z = y
    z[0] = x * x
    y[1:] += z[:-1]
    return np.sum(z * z)
"""


def two_names_forward(v: np.ndarray, x: float) -> tuple:
    """Return two_names(v, x) and what `two_names_backward` reads."""
    y = v * x               # 2
    y[0] = x * x            # 4
    y[1:] += y[:-1].copy()  # 5
    y0 = (y * y).sum()      # 6
    return y0, (v.copy(), x, y)


def two_names_backward(saved: tuple, d_y0: float = 1.0) -> tuple[np.ndarray, float]:
    """Return d_y0 · ∂two_names/∂(v, x) at the point where `two_names_forward` was called."""
    v, x, y = saved
    d_y = d_y0 * y
    d_y *= 2.0                  # ∂y1/∂y = 2·y
    d_y[:-1] += d_y[1:].copy()  # ∂y/∂y2 = 1
    d_y3 = d_y[0]               # ∂y/∂y3 = 1
    d_y[0] = 0.0                # 4
    d_x = 2.0 * (d_y3 * x)      # ∂y3/∂x = 2·x
    d_v = d_y * x               # ∂y/∂v = x
    d_y *= v                    # 2
    d_x += d_y.sum()            # ∂y/∂x = v
    return d_v, float(d_x)
