"""Saves x_in (1 list with an entry per turn).

def while_count(x: float, n: float):
    k = 0.0
    while k < n:
        x = np.sin(x) + 0.1 * x
        k += 1.0
    return x
"""


def while_count_forward(x: float, n: float) -> tuple:
    """Return while_count(x, n) and what `while_count_backward` reads."""
    k = 0.0
    x_in = []
    while k < n:                 # 3
        x_in.append(x)
        x = np.sin(x) + 0.1 * x  # 4
        k += 1.0                 # 5
    return x, (x_in,)


def while_count_backward(saved: tuple, d_x: float = 1.0) -> tuple[float, float]:
    """Return d_x · ∂while_count/∂(x, n) at the point where `while_count_forward` was called."""
    (x_in,) = saved
    for x in reversed(x_in):           # 3
        d_x_1 = d_x * 0.1              # ∂y4/∂x = 0.1
        d_x = d_x_1 + d_x * np.cos(x)  # ∂y3/∂x = cos x
    return float(d_x), 0.0
