"""Saves x, low, high (3 numbers).

def chained_comparison(x: float, low: float, high: float):
    if low < x <= high:
        return (x - low) * (high - x)
    return 0.0
"""


def chained_comparison_forward(x: float, low: float, high: float) -> tuple:
    """Return chained_comparison(x, low, high) and what `chained_comparison_backward` reads."""
    if low < x <= high:             # 2
        y = (x - low) * (high - x)  # 3
        return y, (x, low, high)
    return 0.0, (x, low, high)


def chained_comparison_backward(saved: tuple, d_y: float = 1.0) -> tuple[float, float, float]:
    """Return d_y · ∂chained_comparison/∂(x, low, high) at the point where `chained_comparison_forward` was called."""
    x, low, high = saved
    if low < x <= high:          # 2
        d_y3 = d_y * (high - x)  # ∂y/∂y3 = y4
        d_y4 = d_y * (x - low)   # ∂y/∂y4 = y3
        d_x = d_y3 - d_y4        # ∂y3/∂x = 1
        d_low = -d_y3            # ∂y3/∂low = -1
        return d_x, d_low, d_y4
    return 0.0, 0.0, 0.0
