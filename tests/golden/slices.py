"""Saves v, y6s, n_y9s (n elements, 2 lists with an entry per turn).

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
    n_y9s = []
    for i in range(n - 2):  # 3
        w = v[i:i + 3]      # 4
        y9 = w * w
        y6 = y9.sum()       # 5
        y6s.append(y6)
        s += w[0] * w[1] * y6
        n_y9 = y9.shape[0]  # 5
        n_y9s.append(n_y9)
    return s, (v.copy(), y6s, n_y9s)


def slices_backward(saved: tuple, d_s: float = 1.0) -> np.ndarray:
    """Return d_s · ∂slices/∂v at the point where `slices_forward` was called."""
    v, y6s, n_y9s = saved
    n = v.shape[0]
    d_v = np.zeros(n)
    for i, y6, n_y9 in zip(range(n - 3, -1, -1), reversed(y6s), reversed(n_y9s), strict=True):  # 3
        y12 = i + 3
        w = v[i:y12]                           # 4
        y7 = w[0]
        y8 = w[1]                              # 5
        d_y5 = d_s * y6                        # ∂y4/∂y5 = y6
        d_y6 = d_s * (y7 * y8)                 # ∂y4/∂y6 = y5
        d_y9 = np.broadcast_to(d_y6, (n_y9,))  # ∂y6/∂y9 = 1
        d_w = d_y9 * w
        d_w *= 2.0                             # ∂y9/∂w = 2·w
        d_y7 = d_y5 * y8                       # ∂y5/∂y7 = y8
        d_y8 = d_y5 * y7                       # ∂y5/∂y8 = y7
        d_w_1 = d_v[i:y12]                     # 5
        d_w_1[1] += d_y8                       # ∂y8/∂w = 1
        d_w_1[0] += d_y7                       # ∂y7/∂w = 1
        d_v[i:y12] += d_w                      # ∂w/∂v = 1
    return d_v
