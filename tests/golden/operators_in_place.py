"""Saves v, x, y, y_1 (1 number, 3*n elements).

def operators_in_place(v: "f8[n]", x: float):
    y = v * x
    y *= v
    y -= x
    y /= v
    y **= 2
    return np.sum(y)
"""


def operators_in_place_forward(v: np.ndarray, x: float) -> tuple:
    """Return operators_in_place(v, x) and what `operators_in_place_backward` reads."""
    y = v * x       # 2
    y_1 = y * v     # 3
    y_1 -= x        # 4
    y_1 /= v        # 5
    y_2 = y_1 ** 2  # 6
    y0 = y_2.sum()  # 7
    return y0, (v.copy(), x, y, y_1)


def operators_in_place_backward(saved: tuple, d_y0: float = 1.0) -> tuple[np.ndarray, float]:
    """Return d_y0 · ∂operators_in_place/∂(v, x) at the point where `operators_in_place_forward` was called."""
    v, x, y, y_1 = saved
    d_y = 2 * y_1
    d_y *= d_y0                         # 6
    d_y_1 = 1 / v
    t = -y_1
    t /= v
    d_y_1 *= d_y
    d_v = np.multiply(d_y, t, out=d_y)  # 5
    d_x = (-d_y_1).sum()                # ∂y/∂x = -1
    d_y = d_y_1 * v
    d_y_1 *= y
    d_v += d_y_1                        # 3
    d_v += d_y * x                      # ∂y/∂v = x
    d_y *= v                            # 2
    d_x += d_y.sum()                    # ∂y/∂x = v
    return d_v, float(d_x)
