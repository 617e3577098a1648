"""Saves v, x, y3 (1 number, n elements, 1 list with an entry per turn).

def comprehension(v: "f8[n]", x: float):
    a = [t * x for t in v if t > 0]
    return sum(t * t for t in a)
"""


def comprehension_forward(v: np.ndarray, x: float) -> tuple:
    """Return comprehension(v, x) and what `comprehension_backward` reads."""
    y3 = [t * x for t in v if t > 0]  # 2
    y = 0
    for t in y3:                      # 3
        y += t * t
    return y, (v.copy(), x, y3)


def comprehension_backward(saved: tuple, d_y: float = 1.0) -> tuple[np.ndarray, float]:
    """Return d_y · ∂comprehension/∂(v, x) at the point where `comprehension_forward` was called."""
    v, x, y3 = saved
    n = v.shape[0]
    d_y3 = [0.0] * len(y3)
    for i in range(len(y3) - 1, -1, -1):  # 3
        t = y3[i]
        d_y3[i] += 2.0 * (d_y * t)        # ∂y7/∂t = 2·t
    d_v = np.zeros(n)                     # 2
    d_x = 0.0
    for i in range(n - 1, -1, -1):        # 2
        t = v[i]
        if t > 0:                         # 2
            d_y10 = d_y3.pop()            # ∂y3/∂y10 = 1
            d_t = d_y10 * x               # ∂y10/∂t = x
            d_x += d_y10 * t              # ∂y10/∂x = t
            d_v[i] += d_t                 # ∂t/∂v = 1
    return d_v, float(d_x)
