"""Saves v, x, t (2 numbers, n elements).

def collected(v: "f8[n]", x: float):
    out = []
    for t in v:
        out.append(np.sin(t * x))
    return np.sum(np.array(out))
"""


def collected_forward(v: np.ndarray, x: float) -> tuple:
    """Return collected(v, x) and what `collected_backward` reads."""
    n = v.shape[0]
    out = []
    for i in range(n):
        t = v[i]                   # 3
        out.append(np.sin(t * x))  # 4
    y1 = np.array(out, dtype=np.float64)
    y = y1.sum()                   # 5
    return y, (v.copy(), x, y1.shape[0])


def collected_backward(saved: tuple, d_y: float = 1.0) -> tuple[np.ndarray, float]:
    """Return d_y · ∂collected/∂(v, x) at the point where `collected_forward` was called."""
    v, x, t = saved
    n = v.shape[0]
    d_y1 = np.broadcast_to(d_y, (t,))  # ∂y/∂y1 = 1
    d_out = list(d_y1)                 # 5
    d_v = np.zeros(n)                  # 3
    d_x = 0.0
    for i in range(n - 1, -1, -1):
        t = v[i]                       # 3
        d_y5 = d_out[-1]
        del d_out[-1]                  # 4
        d_y6 = d_y5 * np.cos(t * x)    # ∂y5/∂y6 = cos y6
        d_t = d_y6 * x                 # ∂y6/∂t = x
        d_x += d_y6 * t                # ∂y6/∂x = t
        d_v[i] += d_t                  # ∂t/∂v = 1
    return d_v, float(d_x)
