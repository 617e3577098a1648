"""Saves x, y, k (3 numbers).

def match_statement(x: float, y: float, k: int):
    match (x, k):
        case (a, 1):
            return a * y
        case (a, 2) if y > 0:
            return a * a * y
        case _:
            return x + y
"""


def match_statement_forward(x: float, y: float, k: int) -> tuple:
    """Return match_statement(x, y, k) and what `match_statement_backward` reads."""
    if k == 1:            # 3
        y0 = x * y        # 4
        return y0, (x, y, k)
    if k == 2 and y > 0:  # 5
        y0 = x * x * y    # 6
        return y0, (x, y, k)
    y0 = x + y            # 8
    return y0, (x, y, k)


def match_statement_backward(saved: tuple, d_y0: float = 1.0) -> tuple[float, float]:
    """Return d_y0 · ∂match_statement/∂(x, y) at the point where `match_statement_forward` was called."""
    x, y, k = saved
    if k == 1:                  # 3
        d_x = d_y0 * y          # ∂y0/∂x = y
        d_y = d_y0 * x          # ∂y0/∂y = x
        return d_x, d_y
    if k == 2 and y > 0:        # 5
        d_y4 = d_y0 * y         # ∂y0/∂y4 = y
        d_y = d_y0 * (x * x)    # ∂y0/∂y = y4
        d_x = 2.0 * (d_y4 * x)  # ∂y4/∂x = 2·x
        return d_x, d_y
    return d_y0, d_y0
