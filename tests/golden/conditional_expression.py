"""Saves x, a, y3 (2 numbers, what is bound on one path).

def conditional_expression(x: float, a: float):
    return a * x if x > 0 else a * (np.exp(x) - 1)
"""


def conditional_expression_forward(x: float, a: float) -> tuple:
    """Return conditional_expression(x, a) and what `conditional_expression_backward` reads."""
    if x > 0:         # 2
        y = a * x
        return y, (x, a, None)
    y3 = np.exp(x)
    y = a * (y3 - 1)  # 2
    return y, (x, a, y3)


def conditional_expression_backward(saved: tuple, d_y: float = 1.0) -> tuple[float, float]:
    """Return d_y · ∂conditional_expression/∂(x, a) at the point where `conditional_expression_forward` was called."""
    x, a, y3 = saved
    if x > 0:             # 2
        d_a = d_y * x     # ∂y/∂a = x
        d_x = d_y * a     # ∂y/∂x = a
        return float(d_x), float(d_a)
    d_a = d_y * (y3 - 1)  # ∂y/∂a = y2
    d_y2 = d_y * a        # ∂y/∂y2 = a
    d_x = d_y2 * y3       # ∂y3/∂x = e^x = y3
    return float(d_x), float(d_a)
