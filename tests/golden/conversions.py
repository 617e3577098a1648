"""Saves y, part, y1, y2, y3 (5 numbers).

def conversions(x: float, y: float):
    whole: int = int(x)
    part = x - round(y) - float(whole)
    return part * y ** len((x, y)) * math.exp(y) if isinstance(x, float) else 0.0
"""


def conversions_forward(x: float, y: float) -> tuple:
    """Return conversions(x, y) and what `conversions_backward` reads."""
    whole = int(x)                      # 2
    part = x - round(y) - float(whole)  # 3
    y3 = y ** 2
    y1 = part * y3
    y2 = math.exp(y)
    y0 = y1 * y2                        # 4
    return y0, (y, part, y1, y2, y3)


def conversions_backward(saved: tuple, d_y0: float = 1.0) -> tuple[float, float]:
    """Return d_y0 · ∂conversions/∂(x, y) at the point where `conversions_forward` was called."""
    y, part, y1, y2, y3 = saved
    d_y1 = d_y0 * y2       # ∂y0/∂y1 = y2
    d_y2 = d_y0 * y1       # ∂y0/∂y2 = y1
    d_y = d_y2 * y2        # ∂y2/∂y = e^y = y2
    d_part = d_y1 * y3     # ∂y1/∂part = y3
    d_y3 = d_y1 * part     # ∂y1/∂y3 = part
    d_y += d_y3 * (2 * y)  # ∂y3/∂y = 2·y
    return d_part, d_y
