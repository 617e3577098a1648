"""Saves v, x, y3, y6 (1 number, n elements, 2 lists with an entry per turn).

def mapped(v: "f8[n]", x: float):
    scaled = map(lambda t: t * x, filter(lambda t: t > 0, v))
    return sum(t * t for t in scaled)
"""


def mapped_forward(v: np.ndarray, x: float) -> tuple:
    """Return mapped(v, x) and what `mapped_backward` reads."""
    y6 = [y16 for y16 in v if y16 > 0]
    y3 = [y14 * x for y14 in y6]  # 2
    y = 0
    for t in y3:                  # 3
        y += t * t
    return y, (v.copy(), x, y3, y6)


def mapped_backward(saved: tuple, d_y: float = 1.0) -> tuple[np.ndarray, float]:
    """Return d_y · ∂mapped/∂(v, x) at the point where `mapped_forward` was called."""
    v, x, y3, y6 = saved
    n = v.shape[0]
    d_y3 = [0.0] * len(y3)
    for i in range(len(y3) - 1, -1, -1):  # 3
        t = y3[i]
        d_y3[i] += 2.0 * (d_y * t)        # ∂y12/∂t = 2·t
    d_y6 = [0.0] * len(y6)                # 2
    d_x = 0.0
    for i in range(len(y6) - 1, -1, -1):  # 2
        d_y13 = d_y3.pop()                # ∂y3/∂y13 = 1
        d_x += d_y13 * y6[i]              # ∂y13/∂x = y14
        d_y6[i] += d_y13 * x              # ∂y13/∂y14 = x
    d_v = np.zeros(n)
    for i in range(n - 1, -1, -1):        # 2
        if v[i] > 0:                      # 2
            d_v[i] += d_y6.pop()          # ∂y16/∂v = 1
    return d_v, float(d_x)
