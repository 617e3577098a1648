"""Saves x, y_in, n (2 numbers, 1 list with an entry per turn).

def fold(v: "f8[n]", x: float):
    return functools.reduce(lambda total, t: total * x + t, v, 0.0)
"""


def fold_forward(v: np.ndarray, x: float) -> tuple:
    """Return fold(v, x) and what `fold_backward` reads."""
    n = v.shape[0]
    y = 0.0
    y_in = []
    for y4 in v:        # 2
        y_in.append(y)
        y = y * x + y4  # 1
    return y, (x, y_in, n)


def fold_backward(saved: tuple, d_y: float = 1.0) -> tuple[np.ndarray, float]:
    """Return d_y · ∂fold/∂(v, x) at the point where `fold_forward` was called."""
    x, y_in, n = saved
    d_v = np.zeros(n)   # 2
    d_x = 0.0
    for i, y in zip(range(n - 1, -1, -1), reversed(y_in), strict=True):  # 2
        d_x += d_y * y  # ∂y3/∂x = y
        d_v[i] += d_y   # ∂y4/∂v = 1
        d_y *= x        # ∂y3/∂y = x
    return d_v, float(d_x)
