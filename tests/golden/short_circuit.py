"""Saves x, limit, y1 (3 numbers).

def short_circuit(x: float, limit: float):
    if (x > 0 and np.log(x) < limit) or not limit > 0:
        return x * x * limit
    return x
"""


def short_circuit_forward(x: float, limit: float) -> tuple:
    """Return short_circuit(x, limit) and what `short_circuit_backward` reads."""
    y1 = x > 0 and np.log(x) < limit or not limit > 0
    if y1:                 # 2
        y = x * x * limit  # 3
        return y, (x, limit, y1)
    return x, (x, limit, y1)


def short_circuit_backward(saved: tuple, d_y: float = 1.0) -> tuple[float, float]:
    """Return d_y · ∂short_circuit/∂(x, limit) at the point where `short_circuit_forward` was called."""
    x, limit, y1 = saved
    if y1:                       # 2
        d_y4 = d_y * limit       # ∂y/∂y4 = limit
        d_limit = d_y * (x * x)  # ∂y/∂limit = y4
        d_x = 2.0 * (d_y4 * x)   # ∂y4/∂x = 2·x
        return d_x, d_limit
    return d_y, 0.0
