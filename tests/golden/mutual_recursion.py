"""Saves record (lists of one entry per turn or call).

def even(x, n):
    if n == 0:
        return x
    return odd(x * x, n - 1)


def odd(x, n):
    if n == 0:
        return -x
    return np.sin(even(x, n - 1))


def mutual_recursion(x: float, n: int):
    return even(x, n)
"""


def mutual_recursion_forward(x: float, n: int) -> tuple:
    """Return mutual_recursion(x, n) and what `mutual_recursion_backward` reads."""
    y, record = _even_forward(x, n)  # 2
    return y, (record,)


def mutual_recursion_backward(saved: tuple, d_y: float = 1.0) -> float:
    """Return d_y · ∂mutual_recursion/∂(x) at the point where `mutual_recursion_forward` was called."""
    (record,) = saved
    d_x = _even_backward(record, d_y)  # 2
    return d_x


def _even_forward(x: float, n: int):
    y1 = n == 0
    if y1:           # 2
        return x, (x, n, y1, ())
    y4 = x * x
    y5 = n - 1       # 4
    if y5 == 0:      # 2
        y6 = -y4     # 3
        return y6, (x, n, y1, ((),))
    y8, record = _even_forward(y4, y5 - 1)
    y7 = np.sin(y8)  # 4
    return y7, (x, n, y1, ((y8, record),))


def _even_backward(saved: tuple, d_y: np.float64):
    x, n, y1, branch = saved
    if y1:                                   # 2
        return float(d_y)
    (branch,) = branch
    if n - 1 == 0:                           # 2
        d_y4 = float(-d_y)                   # 3
    else:
        y8, record = branch                  # 2
        d_y8 = d_y * np.cos(y8)              # ∂y7/∂y8 = cos y8
        d_y4 = _even_backward(record, d_y8)  # 4
    d_x = 2.0 * (d_y4 * x)                   # ∂y4/∂x = 2·x
    return d_x
