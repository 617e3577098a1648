"""Saves a, x_in (1 number, 1 list with an entry per turn).

def while_loop(a: float, tol: float):
    x = a
    while abs(x * x - a) > tol:
        if x < 0.1:
            x = x + 1.0
        else:
            x = 0.5 * (x + a / x)
    return x
"""


def while_loop_forward(a: float, tol: float) -> tuple:
    """Return while_loop(a, tol) and what `while_loop_backward` reads."""
    x = a
    x_in = []
    while abs(x * x - a) > tol:    # 3
        x_in.append(x)
        if x < 0.1:                # 4
            x += 1.0               # 5
        else:
            x = 0.5 * (x + a / x)  # 7
    return x, (a, x_in)


def while_loop_backward(saved: tuple, d_x: float = 1.0) -> tuple[float, float]:
    """Return d_x · ∂while_loop/∂(a, tol) at the point where `while_loop_forward` was called."""
    a, x_in = saved
    d_a = 0.0
    for x in reversed(x_in):                    # 3
        if not x < 0.1:                         # 4
            d_y7 = d_x * 0.5                    # ∂x/∂y7 = 0.5
            d_a += d_y7 * (1 / x)               # ∂y8/∂a = 1/x
            d_x = d_y7 + d_y7 * (-(a / x) / x)  # ∂y8/∂x = -a/x²
    d_a += d_x                                  # 3
    return d_a, 0.0
