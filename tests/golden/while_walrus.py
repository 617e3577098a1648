"""Saves n, x_in, rs, y4s (1 number, 3 lists with an entry per turn).

def while_walrus(x: float):
    n = 0
    while (r := x * x) > 1.0:
        x = 0.5 * x + 0.1 / r
        n += 1
    return x * n
"""


def while_walrus_forward(x: float) -> tuple:
    """Return while_walrus(x) and what `while_walrus_backward` reads."""
    n = 0
    x_in = []
    rs = []
    y4s = []
    while True:                # 3
        x_in.append(x)
        r = x * x              # 3
        rs.append(r)
        y4 = not r > 1.0       # 3
        y4s.append(y4)
        if y4:                 # 3
            break
        x = 0.5 * x + 0.1 / r  # 4
        n += 1                 # 5
    y = x * n                  # 6
    return y, (n, x_in, rs, y4s)


def while_walrus_backward(saved: tuple, d_y: float = 1.0) -> float:
    """Return d_y · ∂while_walrus/∂x at the point where `while_walrus_forward` was called."""
    n, x_in, rs, y4s = saved
    d_x = d_y * n                                   # ∂y/∂x = n
    for x, r, y4 in zip(reversed(x_in), reversed(rs), reversed(y4s), strict=True):  # 3
        if y4:                                      # 3
            d_r = 0.0
        else:
            d_r = _masked_mul(d_x, -(0.1 / r) / r)  # ∂y7/∂r = -0.1/r²
            d_x *= 0.5                              # ∂y6/∂x = 0.5
        t = _masked_mul(d_r, x)                     # 3
        d_x += t                                    # ∂r/∂x = x, in part
        d_x += t                                    # ∂r/∂x = x, in part
    return float(d_x)
