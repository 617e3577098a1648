"""Saves x, y, y2, y4 (4 numbers).

def changed_dict(x: float, y: float):
    d = {"a": x, "b": y}
    d.update(b=x * y, c=y)
    d["a"] *= d.pop("c")
    return d["a"] * sum(d.values()) if "c" not in d else x
"""


def changed_dict_forward(x: float, y: float) -> tuple:
    """Return changed_dict(x, y) and what `changed_dict_backward` reads."""
    y4 = x * y    # 3
    y2 = 0 + y4 + y4
    y0 = y4 * y2  # 5
    return y0, (x, y, y2, y4)


def changed_dict_backward(saved: tuple, d_y0: float = 1.0) -> tuple[float, float]:
    """Return d_y0 · ∂changed_dict/∂(x, y) at the point where `changed_dict_forward` was called."""
    x, y, y2, y4 = saved
    d_y4 = d_y0 * y2  # ∂y0/∂y4 = y2
    d_y2 = d_y0 * y4  # ∂y0/∂y2 = y4
    d_y4 += d_y2      # ∂y3/∂y4 = 1
    d_x = d_y4 * y    # ∂y4/∂x = y
    d_y = d_y4 * x    # ∂y4/∂y = x
    d_x += d_y2 * y   # ∂y4/∂x = y
    d_y += d_y2 * x   # ∂y4/∂y = x
    return d_x, d_y
