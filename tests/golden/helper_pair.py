"""Saves x, y, record, record_1, record_2, y3, y4 (4 numbers, records of calls).

def rate(x, a):
    y = x * a
    for _ in range(3):
        y = np.sin(y) + x * y
    return y * y


def helper_pair(x: float, y: float):
    return rate(x, y) + rate(y, x) * rate(x * y, 2.0)
"""


def helper_pair_forward(x: float, y: float) -> tuple:
    """Return helper_pair(x, y) and what `helper_pair_backward` reads."""
    y1, record = _rate_forward(x, y)
    y3, record_1 = _rate_forward(y, x)
    y4, record_2 = _rate_forward(x * y, 2.0)
    y0 = y1 + y3 * y4  # 2
    return y0, (x, y, record, record_1, record_2, y3, y4)


def helper_pair_backward(saved: tuple, d_y0: float = 1.0) -> tuple[float, float]:
    """Return d_y0 · ∂helper_pair/∂(x, y) at the point where `helper_pair_forward` was called."""
    x, y, record, record_1, record_2, y3, y4 = saved
    d_y3 = d_y0 * y4                            # ∂y2/∂y3 = y4
    d_y4 = d_y0 * y3                            # ∂y2/∂y4 = y3
    d_y5 = _rate_by_x_backward(record_2, d_y4)  # 2
    d_x = d_y5 * y                              # ∂y5/∂x = y
    d_y = d_y5 * x                              # ∂y5/∂y = x
    d_y_1, d_x_1 = _rate_backward(record_1, d_y3)
    d_y += d_y_1
    d_x += d_x_1
    d_x_1, d_y_1 = _rate_backward(record, d_y0)
    d_x += d_x_1
    d_y += d_y_1                                # 2
    return d_x, d_y


def _rate_forward(x: float, a: float):
    y = x * a                  # 2
    y_in = []
    for _ in range(3):         # 3
        y_in.append(y)
        y = np.sin(y) + x * y  # 4
    y0 = y * y                 # 5
    return y0, (x, a, y, y_in)


def _rate_by_x_backward(saved: tuple, d_y0: np.float64):
    x, a, y, y_in = saved              # 2
    d_y = 2.0 * (d_y0 * y)             # ∂y0/∂y = 2·y
    d_x = 0.0
    for y in reversed(y_in):           # 3
        d_x += d_y * y                 # ∂y3/∂x = y
        d_y_1 = d_y * x                # ∂y3/∂y = x
        d_y = d_y_1 + d_y * np.cos(y)  # ∂y2/∂y = cos y
    d_x += d_y * a                     # ∂y/∂x = a
    return float(d_x)


def _rate_backward(saved: tuple, d_y0: np.float64):
    x, a, y, y_in = saved              # 2
    d_y = 2.0 * (d_y0 * y)             # ∂y0/∂y = 2·y
    d_x = 0.0
    for y in reversed(y_in):           # 3
        d_x += d_y * y                 # ∂y3/∂x = y
        d_y_1 = d_y * x                # ∂y3/∂y = x
        d_y = d_y_1 + d_y * np.cos(y)  # ∂y2/∂y = cos y
    d_x += d_y * a                     # ∂y/∂x = a
    d_a = d_y * x                      # ∂y/∂a = x
    return float(d_x), float(d_a)
