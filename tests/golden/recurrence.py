"""Saves a, x, y (1 number, 2*n elements).

def recurrence(a: float, x: "f8[n]"):
    y = np.zeros_like(x)
    y[0] = x[0]
    for i in range(1, len(x)):
        y[i] = a * y[i - 1] + x[i] * x[i]
    return np.sum(y * y)
"""


def recurrence_forward(a: float, x: np.ndarray) -> tuple:
    """Return recurrence(a, x) and what `recurrence_backward` reads."""
    n = x.shape[0]
    y = np.zeros(n)          # 2
    y[0] = x[0]              # 3
    for i in range(1, n):    # 4
        y5 = a * y[i - 1]
        y8 = x[i]
        y[i] = y5 + y8 * y8  # 5
    y0 = (y * y).sum()       # 6
    return y0, (a, x.copy(), y)


def recurrence_backward(saved: tuple, d_y0: float = 1.0) -> tuple[float, np.ndarray]:
    """Return d_y0 · ∂recurrence/∂(a, x) at the point where `recurrence_forward` was called."""
    a, x, y = saved
    n = x.shape[0]
    d_y = d_y0 * y
    d_y *= 2.0                     # ∂y1/∂y = 2·y
    d_x = np.zeros(n)              # 4
    d_a = 0.0
    for i in range(n - 1, 0, -1):  # 4
        d_y4 = d_y[i]              # ∂y/∂y4 = 1
        d_y[i] = 0.0               # 5
        d_y8 = d_y4 * x[i]         # ∂y6/∂y8 = y8
        d_x[i] += d_y8             # ∂y8/∂x = 1
        d_x[i] += d_y8             # ∂y8/∂x = 1
        d_a += d_y4 * y[i - 1]     # ∂y5/∂a = y7
        d_y[i - 1] += d_y4 * a     # ∂y5/∂y7 = a
    d_x[0] += d_y[0]               # ∂y/∂y2 = 1
    return float(d_a), d_x
