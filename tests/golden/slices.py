"""Saves v, y6s (n elements, 1 list with an entry per turn).

def slices(v: "f8[n]"):
    s = 0.0
    for i in range(len(v) - 2):
        w = v[i : i + 3]
        s += w[0] * w[1] * np.sum(w * w)
    return s
"""


def slices_forward(v: np.ndarray) -> tuple:
    """Return slices(v) and what `slices_backward` reads."""
    n = v.shape[0]
    s = 0.0
    y6s = []
    for i in range(n - 2):     # 3
        w = v[i:i + 3]         # 4
        y6 = (w * w).sum()     # 5
        y6s.append(y6)
        s += w[0] * w[1] * y6  # 5
    return s, (v.copy(), y6s)


def slices_backward(saved: tuple, d_s: float = 1.0) -> np.ndarray:
    """Return d_s · ∂slices/∂v at the point where `slices_forward` was called."""
    v, y6s = saved
    n = v.shape[0]
    d_v = np.zeros(n)
    for i, y6 in zip(range(n - 3, -1, -1), reversed(y6s), strict=True):  # 3
        w = v[i:i + 3]          # 4
        y7 = w[0]
        y8 = w[1]               # 5
        d_y5 = d_s * y6         # ∂y4/∂y5 = y6
        d_y6 = d_s * (y7 * y8)  # ∂y4/∂y6 = y5
        d_w = d_y6 * w
        d_w *= 2.0              # ∂y9/∂w = 2·w
        d_w_1 = d_v[i:i + 3]    # 5
        d_w_1[1] += d_y5 * y7   # ∂y5/∂y8 = y7
        d_w_1[0] += d_y5 * y8   # ∂y5/∂y7 = y8
        d_v[i:i + 3] += d_w     # ∂w/∂v = 1
    return d_v
