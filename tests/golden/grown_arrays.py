"""Saves hs, h_in, m (1 number, 2 lists with an entry per turn).

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
    hs = []
    h = h.copy()        # 3
    h_in = []
    for _ in range(n):  # 3
        h_in.append(h)
        h = np.sin(h)   # 4
        hs.append(h)    # 5
    y = 0
    for g in hs:        # 6
        y += (g * g).sum()
    return y, (hs, h_in, m)


def grown_arrays_backward(saved: tuple, d_y: float = 1.0) -> np.ndarray:
    """Return d_y · ∂grown_arrays/∂h at the point where `grown_arrays_forward` was called."""
    hs, h_in, m = saved
    d_hs = [np.zeros_like(e) for e in hs]
    for i in range(len(hs) - 1, -1, -1):  # 6
        g = hs[i]
        d_g = d_y * g
        d_g *= 2.0                        # ∂y7/∂g = 2·g
        d_hs[i] = d_hs[i] + d_g           # ∂g/∂hs = 1
    d_h = np.zeros(m)
    for h in reversed(h_in):              # 3
        d_h += d_hs.pop()                 # ∂hs/∂h = 1
        d_h *= np.cos(h)                  # 4
    return d_h
