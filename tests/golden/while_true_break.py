"""Saves x_in, y7s, steps (3 lists with an entry per turn).

def while_true_break(x: float, tol: float):
    while True:
        step = math.sin(x) / math.cos(x)
        x = x - step
        if abs(step) < tol:
            break
    return x
"""


def while_true_break_forward(x: float, tol: float) -> tuple:
    """Return while_true_break(x, tol) and what `while_true_break_backward` reads."""
    x_in = []
    y7s = []
    steps = []
    while True:                  # 2
        x_in.append(x)
        y7 = math.cos(x)         # 3
        y7s.append(y7)
        step = math.sin(x) / y7  # 3
        steps.append(step)
        x -= step                # 4
        if abs(step) < tol:      # 5
            break
    return x, (x_in, y7s, steps)


def while_true_break_backward(saved: tuple, d_x: float = 1.0) -> tuple[float, float]:
    """Return d_x · ∂while_true_break/∂(x, tol) at the point where `while_true_break_forward` was called."""
    x_in, y7s, steps = saved
    for x, y7, step in zip(reversed(x_in), reversed(y7s), reversed(steps), strict=True):  # 2
        d_step = -d_x                           # ∂x/∂step = -1
        d_y6 = _masked_mul(d_step, 1 / y7)      # ∂step/∂y6 = 1/y7
        d_y7 = _masked_mul(d_step, -step / y7)  # ∂step/∂y7 = -y6/y7²
        d_x += _masked_mul(d_y7, -np.sin(x))    # ∂y7/∂x = -sin x
        d_x += _masked_mul(d_y6, np.cos(x))     # ∂y6/∂x = cos x
    return float(d_x), 0.0
