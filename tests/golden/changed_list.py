"""Saves x, y, y3 (3 numbers).

def changed_list(x: float, y: float):
    held = [x]
    held.append(x * y)
    held.extend([y, y * y])
    held.insert(0, 2.0)
    held[1] += held.pop()
    del held[0]
    return held[0] * held[-1] + sum(held[1:])
"""


def changed_list_forward(x: float, y: float) -> tuple:
    """Return changed_list(x, y) and what `changed_list_backward` reads."""
    y3 = x + y * y                 # 6
    y0 = y3 * y + (0 + x * y + y)  # 8
    return y0, (x, y, y3)


def changed_list_backward(saved: tuple, d_y0: float = 1.0) -> tuple[float, float]:
    """Return d_y0 · ∂changed_list/∂(x, y) at the point where `changed_list_forward` was called."""
    x, y, y3 = saved
    d_y3 = d_y0 * y         # ∂y1/∂y3 = y
    d_y = d_y0 + d_y0 * y3  # ∂y1/∂y = y3
    t = d_y3 * y            # 4
    d_y += t                # ∂y5/∂y = y, in part
    d_y += t                # ∂y5/∂y = y, in part
    d_x = 2.0 * d_y3        # ∂y6/∂x = y
    d_y += d_y0 * x         # ∂y6/∂y = x
    return d_x, d_y
