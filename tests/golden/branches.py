"""Saves r, delta (2 numbers).

def branches(r: float, delta: float):
    if abs(r) <= delta:
        y = 0.5 * r * r
    elif r > 0:
        y = delta * (r - 0.5 * delta)
    else:
        y = delta * (-r - 0.5 * delta)
    return y
"""


def branches_forward(r: float, delta: float) -> tuple:
    """Return branches(r, delta) and what `branches_backward` reads."""
    if abs(r) <= delta:                # 2
        y = 0.5 * r * r                # 3
        return y, (r, delta)
    if r > 0:                          # 4
        y = delta * (r - 0.5 * delta)  # 5
        return y, (r, delta)
    y = delta * (-r - 0.5 * delta)     # 7
    return y, (r, delta)


def branches_backward(saved: tuple, d_y: float = 1.0) -> tuple[float, float]:
    """Return d_y · ∂branches/∂(r, delta) at the point where `branches_forward` was called."""
    r, delta = saved
    if abs(r) <= delta:                    # 2
        d_y3 = d_y * r                     # ∂y/∂y3 = r
        d_r = d_y * (0.5 * r)              # ∂y/∂r = y3
        d_r += d_y3 * 0.5                  # ∂y3/∂r = 0.5
        return d_r, 0.0
    if r > 0:                              # 4
        d_delta = d_y * (r - 0.5 * delta)  # ∂y/∂delta = y5
        d_y5 = d_y * delta                 # ∂y/∂y5 = delta
        d_delta -= d_y5 * 0.5              # ∂y6/∂delta = 0.5
        return d_y5, d_delta
    d_delta = d_y * (-r - 0.5 * delta)     # ∂y/∂delta = y7
    d_y7 = d_y * delta                     # ∂y/∂y7 = delta
    d_y9 = -d_y7                           # ∂y7/∂y9 = -1
    d_delta -= d_y7 * 0.5                  # ∂y9/∂delta = 0.5
    return d_y9, d_delta
