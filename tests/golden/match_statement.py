"""Saves x, y, branch, y1 (3 numbers, lists of one entry per turn or call).

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
    y1 = k == 1
    if y1:              # 3
        y2 = x * y      # 4
        return y2, (x, y, (), y1)
    y5 = k == 2
    if y5:
        y4 = y > 0      # 5
    else:
        y4 = y5
    if y4:              # 5
        y3 = x * x * y  # 6
        return y3, (x, y, (y4,), y1)
    y3 = x + y          # 8
    return y3, (x, y, (y4,), y1)


def match_statement_backward(saved: tuple, d_y0: float = 1.0) -> tuple[float, float]:
    """Return d_y0 · ∂match_statement/∂(x, y) at the point where `match_statement_forward` was called."""
    x, y, branch, y1 = saved
    if y1:                      # 3
        d_x = d_y0 * y          # ∂y2/∂x = y
        d_y = d_y0 * x          # ∂y2/∂y = x
        return d_x, d_y
    (y4,) = branch              # 3
    if y4:                      # 5
        d_y6 = d_y0 * y         # ∂y3/∂y6 = y
        d_y = d_y0 * (x * x)    # ∂y3/∂y = y6
        d_x = 2.0 * (d_y6 * x)  # ∂y6/∂x = 2·x
        return d_x, d_y
    return d_y0, d_y0
