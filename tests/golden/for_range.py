"""Saves a, h, h_in, n (3 numbers, 1 list with an entry per turn).

def for_range(a: float, x: "f8[n]"):
    h = 0.0
    for i in range(len(x)):
        h = a * h + x[i]
    return h * h
"""


def for_range_forward(a: float, x: np.ndarray) -> tuple:
    """Return for_range(a, x) and what `for_range_backward` reads."""
    n = x.shape[0]
    h = 0.0
    h_in = []
    for i in range(n):    # 3
        h_in.append(h)
        h = a * h + x[i]  # 4
    y = h * h             # 5
    return y, (a, h, h_in, n)


def for_range_backward(saved: tuple, d_y: float = 1.0) -> tuple[float, np.ndarray]:
    """Return d_y · ∂for_range/∂(a, x) at the point where `for_range_forward` was called."""
    a, h, h_in, n = saved
    d_h = 2.0 * (d_y * h)  # ∂y/∂h = 2·h
    d_x = np.zeros(n)      # 3
    d_a = 0.0
    for i, h in zip(range(n - 1, -1, -1), reversed(h_in), strict=True):  # 3
        d_x[i] += d_h      # ∂y4/∂x = 1
        d_a += d_h * h     # ∂y3/∂a = h
        d_h *= a           # ∂y3/∂h = a
    return float(d_a), d_x
