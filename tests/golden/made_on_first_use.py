"""Saves v, x, y, y6s, y1 (2 numbers, n elements, 1 list with an entry per turn, what is bound on one path).

def made_on_first_use(v: "f8[n]", x: float):
    y = None
    for i, t in enumerate(v):
        if y is None:
            y = np.zeros(len(v))
        y[i] = t * x + y[i // 2]
    return x if y is None else np.sum(y * y)
"""


def made_on_first_use_forward(v: np.ndarray, x: float) -> tuple:
    """Return made_on_first_use(v, x) and what `made_on_first_use_backward` reads."""
    n = v.shape[0]
    y = None                      # 3
    y6s = []
    for i in range(n):            # 3
        t = v[i]
        y6 = y is None            # 4
        y6s.append(y6)
        if y6:                    # 4
            y = np.zeros(n)       # 5
        y[i] = t * x + y[i // 2]  # 6
    y1 = y is None
    if y1:                        # 7
        return x, (v.copy(), x, y, y6s, y1)
    y0 = (y * y).sum()            # 7
    return y0, (v.copy(), x, y, y6s, y1)


def made_on_first_use_backward(saved: tuple, d_y0: float = 1.0) -> tuple[np.ndarray, float]:
    """Return d_y0 · ∂made_on_first_use/∂(v, x) at the point where `made_on_first_use_forward` was called."""
    v, x, y, y6s, y1 = saved
    n = v.shape[0]
    if y1:                   # 7
        d_x = d_y0
        d_y = None
    else:
        d_y = d_y0 * y
        d_y *= 2.0           # ∂y4/∂y = 2·y
        d_x = 0.0
    d_v = np.zeros(n)
    for i, y6 in zip(range(n - 1, -1, -1), reversed(y6s), strict=True):  # 3
        t = v[i]
        d_y5 = d_y[i]        # ∂y/∂y5 = 1
        d_y[i] = 0.0         # 6
        d_y[i // 2] += d_y5  # ∂y8/∂y = 1
        d_x += d_y5 * t      # ∂y7/∂x = t
        if y6:               # 4
            d_y = None
        d_v[i] += d_y5 * x   # ∂y7/∂t = x
    return d_v, float(d_x)
