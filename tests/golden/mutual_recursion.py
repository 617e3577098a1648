"""Saves record (records of calls).

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
    """Return d_y · ∂mutual_recursion/∂x at the point where `mutual_recursion_forward` was called."""
    (record,) = saved
    d_x = _even_backward(record, d_y)  # 2
    return d_x


def _even_forward(x: float, n: int):
    if n == 0:      # 2
        return x, (x, n, None)
    y3 = x * x      # 4
    if n - 1 == 0:  # 2
        y = -y3     # 3
        return y, (x, n, ())
    y5, record = _even_forward(y3, n - 2)
    y = np.sin(y5)  # 4
    return y, (x, n, (y5, record))


def _even_backward(saved: tuple, d_y: np.float64):
    x, n, branch = saved
    if n == 0:                               # 2
        return float(d_y)
    if n - 1 == 0:                           # 2
        d_y3 = -d_y                          # 3
    else:
        y5, record = branch                  # 2
        d_y5 = d_y * np.cos(y5)              # ∂y/∂y5 = cos y5
        d_y3 = _even_backward(record, d_y5)  # 4
    d_x = 2.0 * (d_y3 * x)                   # ∂y3/∂x = 2·x
    return float(d_x)
