"""Saves x, a, y, y1 (3 numbers, what is bound on one path).

def bound_in_one_branch(x: float, a: float):
    if x > a:
        y = x * a
    if x > 2 * a:
        return y * y
    return x
"""


def bound_in_one_branch_forward(x: float, a: float) -> tuple:
    """Return bound_in_one_branch(x, a) and what `bound_in_one_branch_backward` reads."""
    if x > a:          # 2
        y = x * a      # 3
    else:
        y = None
    y1 = x > 2 * a
    if y1:             # 4
        if y is None:  # 5
            raise UnboundLocalError("cannot access local variable 'y' where it is not associated with a value")
        y0 = y * y     # 5
        return y0, (x, a, y, y1)
    return x, (x, a, y, y1)


def bound_in_one_branch_backward(saved: tuple, d_y0: float = 1.0) -> tuple[float, float]:
    """Return d_y0 · ∂bound_in_one_branch/∂(x, a) at the point where `bound_in_one_branch_forward` was called."""
    x, a, y, y1 = saved
    if y1:                                # 4
        d_y = 2.0 * (d_y0 * y)            # ∂y0/∂y = 2·y
        d_x = 0.0
    else:
        d_y = None if y is None else 0.0  # 4
        d_x = d_y0
    if x > a:                             # 2
        d_x += d_y * a                    # ∂y/∂x = a
        d_a = d_y * x                     # ∂y/∂a = x
        return d_x, d_a
    return d_x, 0.0
