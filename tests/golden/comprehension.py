"""Saves v, x, ts, y1, y3 (2 numbers, lists of one entry per turn or call).

def comprehension(v: "f8[n]", x: float):
    a = [t * x for t in v if t > 0]
    return sum(t * t for t in a)
"""


def comprehension_forward(v: np.ndarray, x: float) -> tuple:
    """Return comprehension(v, x) and what `comprehension_backward` reads."""
    n = v.shape[0]
    y3 = []
    for i in range(n):
        t = v[i]
        if t > 0:
            y3.append(t * x)  # 2
    y1 = len(y3)              # 3
    y = 0
    ts = []
    for i in range(y1):
        t = y3[i]             # 3
        ts.append(t)
        y7 = y + t * t        # 3
        y = y7
    return y, (v.copy(), x, ts, y1, y3)


def comprehension_backward(saved: tuple, d_y: float = 1.0) -> tuple[np.ndarray, float]:
    """Return d_y · ∂comprehension/∂(v, x) at the point where `comprehension_forward` was called."""
    v, x, ts, y1, y3 = saved
    n = v.shape[0]
    d_y3 = _zeros_like(y3)
    for i, t in zip(range(y1 - 1, -1, -1), reversed(ts), strict=True):  # 3
        d_t = 2.0 * (d_y * t)    # ∂y8/∂t = 2·t
        d_y3[i] = d_y3[i] + d_t  # 3
    d_v = np.zeros(n)            # 2
    d_x = 0.0
    for i in range(n - 1, -1, -1):
        t = v[i]
        if t > 0:
            d_y11 = d_y3[-1]
            del d_y3[-1]         # 2
            d_t = d_y11 * x      # ∂y11/∂t = x
            d_x += d_y11 * t     # ∂y11/∂x = t
        else:
            d_t = np.float64(0.0)
        d_v[i] += d_t            # ∂t/∂v = 1
    return d_v, float(d_x)
