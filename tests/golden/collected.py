"""Saves v, x, n_y1 (2 numbers, n elements).

def collected(v: "f8[n]", x: float):
    out = []
    for t in v:
        out.append(np.sin(t * x))
    return np.sum(np.array(out))
"""


def collected_forward(v: np.ndarray, x: float) -> tuple:
    """Return collected(v, x) and what `collected_backward` reads."""
    out = [np.sin(t * x) for t in v]  # 4
    y1 = np.array(out, dtype=np.float64)
    y = y1.sum()
    n_y1 = y1.shape[0]                # 5
    return y, (v.copy(), x, n_y1)


def collected_backward(saved: tuple, d_y: float = 1.0) -> tuple[np.ndarray, float]:
    """Return d_y · ∂collected/∂(v, x) at the point where `collected_forward` was called."""
    v, x, n_y1 = saved
    n = v.shape[0]
    d_y1 = np.broadcast_to(d_y, (n_y1,))  # ∂y/∂y1 = 1
    d_out = list(d_y1)                    # ∂y1/∂out = 1
    d_v = np.zeros(n)                     # 3
    d_x = 0.0
    for i in range(n - 1, -1, -1):        # 3
        t = v[i]
        d_y4 = d_out.pop()                # ∂out/∂y4 = 1
        d_y5 = d_y4 * np.cos(t * x)       # ∂y4/∂y5 = cos y5
        d_x += d_y5 * t                   # ∂y5/∂x = t
        d_v[i] += d_y5 * x                # ∂y5/∂t = x
    return d_v, float(d_x)
