"""Saves n, h_in, gs, y1, y3, m (3 numbers, lists of one entry per turn or call).

def grown_arrays(h: "f8[m]", n: int):
    hs = []
    for _ in range(n):
        h = np.sin(h)
        hs.append(h)
    return sum(np.sum(g * g) for g in hs)
"""


def grown_arrays_forward(h: np.ndarray, n: int) -> tuple:
    """Return grown_arrays(h, n) and what `grown_arrays_backward` reads."""
    m = h.shape[0]
    y3 = []
    h = h.copy()                # 3
    h_in = []
    for _ in range(n):          # 3
        h_in.append(h)
        h = np.sin(h)           # 4
        y3.append(h)            # 5
    y1 = len(y3)                # 6
    y = 0
    gs = []
    for i in range(y1):
        g = y3[i]               # 6
        gs.append(g)
        y7 = y + (g * g).sum()  # 6
        y = y7
    return y, (n, h_in, gs, y1, y3, m)


def grown_arrays_backward(saved: tuple, d_y: float = 1.0) -> np.ndarray:
    """Return d_y · ∂grown_arrays/∂(h) at the point where `grown_arrays_forward` was called."""
    n, h_in, gs, y1, y3, m = saved
    d_y3 = _zeros_like(y3)
    for i, g in zip(range(y1 - 1, -1, -1), reversed(gs), strict=True):  # 6
        d_g = d_y * g            # ∂y9/∂g = g
        d_g *= 2.0               # ∂y9/∂g = 2·g
        d_y3[i] = d_y3[i] + d_g  # 6
    d_h = np.zeros(m)
    for h in reversed(h_in):     # 3
        t = d_y3[-1]
        del d_y3[-1]
        d_h += t                 # 5
        d_h *= np.cos(h)         # 4
    return d_h
