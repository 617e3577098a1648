"""Saves x, y, y_2, y_in, y_3, ys, y_1, y_4, y_in_1, y3, y4 (8 numbers, lists of one entry per turn or call).

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
    y_1 = x * y                        # 2
    y_2 = y_1
    y_in = []
    for _ in range(3):                 # 3
        y_in.append(y_2)
        y_2 = np.sin(y_2) + x * y_2    # 4
    y_3 = y_1
    ys = []
    for _ in range(3):                 # 3
        ys.append(y_3)
        y_3 = np.sin(y_3) + y * y_3    # 4
    y3 = y_3 * y_3                     # 5
    y_4 = y_1 * 2.0                    # 2
    y_in_1 = []
    for _ in range(3):                 # 3
        y_in_1.append(y_4)
        y_4 = np.sin(y_4) + y_1 * y_4  # 4
    y4 = y_4 * y_4                     # 5
    y0 = y_2 * y_2 + y3 * y4           # 2
    return y0, (x, y, y_2, y_in, y_3, ys, y_1, y_4, y_in_1, y3, y4)


def helper_pair_backward(saved: tuple, d_y0: float = 1.0) -> tuple[float, float]:
    """Return d_y0 · ∂helper_pair/∂(x, y) at the point where `helper_pair_forward` was called."""
    x, y, y_2, y_in, y_3, ys, y_1, y_4, y_in_1, y3, y4 = saved
    d_y3 = d_y0 * y4                         # ∂y2/∂y3 = y4
    d_y4 = d_y0 * y3                         # ∂y2/∂y4 = y3
    d_y = 2.0 * (d_y4 * y_4)                 # ∂y4/∂y = 2·y
    d_y_1 = 0.0
    for y_4 in reversed(y_in_1):             # 3
        d_y_2 = d_y * y_1                    # ∂y14/∂y = …
        d_y_2 += d_y * np.cos(y_4)           # ∂y13/∂y = cos y
        d_y_1 = float(d_y_1 + d_y * y_4)     # 4
        d_y = d_y_2
    d_y = d_y_1 + d_y * 2.0                  # 2
    d_x = d_y * y                            # ∂y/∂x = y
    d_y *= x                                 # 2
    d_y_1 = 2.0 * (d_y3 * y_3)               # ∂y3/∂y = 2·y
    d_y = float(d_y)
    for y_1 in reversed(ys):                 # 3
        d_y += d_y_1 * y_1                   # ∂y12/∂y = y
        d_y_2 = d_y_1 * y                    # ∂y12/∂y = y
        d_y_1 = d_y_2 + d_y_1 * np.cos(y_1)  # ∂y11/∂y = cos y
    d_y += d_y_1 * x                         # 2
    d_x += d_y_1 * y                         # ∂y/∂x = y
    d_y_1 = 2.0 * (d_y0 * y_2)               # ∂y1/∂y = 2·y
    d_x = float(d_x)
    for y_1 in reversed(y_in):               # 3
        d_x += d_y_1 * y_1                   # ∂y10/∂x = y
        d_y_2 = d_y_1 * x                    # ∂y10/∂y = x
        d_y_1 = d_y_2 + d_y_1 * np.cos(y_1)  # ∂y9/∂y = cos y
    d_x += d_y_1 * y                         # ∂y/∂x = y
    d_y += d_y_1 * x                         # 2
    return float(d_x), float(d_y)
