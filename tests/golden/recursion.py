"""Saves record (records of calls).

def recursion(x: float, n: int):
    if n == 0:
        return x
    return np.sin(x) * recursion(x * 0.5, n - 1)
"""


def recursion_forward(x: float, n: int) -> tuple:
    """Return recursion(x, n) and what `recursion_backward` reads."""
    y, record = _recursion_forward(x, n)  # 1
    return y, (record,)


def recursion_backward(saved: tuple, d_y: float = 1.0) -> float:
    """Return d_y · ∂recursion/∂x at the point where `recursion_forward` was called."""
    (record,) = saved
    d_x = _recursion_backward(record, d_y)  # 1
    return d_x


def _recursion_forward(x: float, n: int):
    if n == 0:   # 2
        return x, (x, n, ())
    y2 = np.sin(x)
    y3, record = _recursion_forward(x * 0.5, n - 1)
    y = y2 * y3  # 4
    return y, (x, n, (y2, y3, record))


def _recursion_backward(saved: tuple, d_y: np.float64):
    x, n, branch = saved
    if n == 0:                                # 2
        return float(d_y)
    y2, y3, record = branch                   # 2
    d_y2 = d_y * y3                           # ∂y/∂y2 = y3
    d_y3 = d_y * y2                           # ∂y/∂y3 = y2
    d_y4 = _recursion_backward(record, d_y3)  # 4
    d_x = d_y4 * 0.5                          # ∂y4/∂x = 0.5
    d_x += d_y2 * np.cos(x)                   # ∂y2/∂x = cos x
    return float(d_x)
