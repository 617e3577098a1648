"""Saves x, y, z, k_in, y8s, y9s, y11s, y1, n (3 numbers, 4 lists with an entry per turn, what is bound on one path).

def made_together(v: "f8[n]", x: float):
    y = z = None
    k = 0
    while k < len(v):
        if y is None:
            y, z = np.zeros(len(v)), np.zeros(len(v))
        y[k] = v[k] * x
        z[k] += y[k] * v[k]
        k += 1
    return x if y is None else np.sum(y * z)
"""


def made_together_forward(v: np.ndarray, x: float) -> tuple:
    """Return made_together(v, x) and what `made_together_backward` reads."""
    n = v.shape[0]
    y = None
    z = None                 # 4
    k = 0
    k_in = []
    y8s = []
    y9s = []
    y11s = []
    while k < n:             # 4
        k_in.append(k)
        y8 = y is None       # 5
        y8s.append(y8)
        if y8:               # 5
            y = np.zeros(n)
            z = np.zeros(n)  # 6
        y9 = v[k]            # 7
        y9s.append(y9)
        y[k] = y9 * x        # 7
        y11 = y[k]           # 8
        y11s.append(y11)
        z[k] += y11 * y9     # 8
        k += 1               # 9
    y1 = y is None
    if y1:                   # 10
        return x, (x, y, z, k_in, y8s, y9s, y11s, y1, n)
    y0 = (y * z).sum()       # 10
    return y0, (x, y, z, k_in, y8s, y9s, y11s, y1, n)


def made_together_backward(saved: tuple, d_y0: float = 1.0) -> tuple[np.ndarray, float]:
    """Return d_y0 · ∂made_together/∂(v, x) at the point where `made_together_forward` was called."""
    x, y, z, k_in, y8s, y9s, y11s, y1, n = saved
    if y1:                                 # 10
        d_x = d_y0
        d_y = None
        d_z = None
    else:
        d_y = d_y0 * z                     # ∂y5/∂y = z
        d_z = d_y0 * y                     # ∂y5/∂z = y
        d_x = 0.0
    d_v = np.zeros(n)
    for k, y8, y9, y11 in zip(reversed(k_in), reversed(y8s), reversed(y9s), reversed(y11s), strict=True):  # 4
        d_y10 = d_z[k]                     # ∂z/∂y10 = 1
        d_v[k] += _masked_mul(d_y10, y11)  # ∂y10/∂y9 = y11
        d_y[k] += d_y10 * y9               # ∂y10/∂y11 = y9
        d_y7 = d_y[k]                      # ∂y/∂y7 = 1
        d_y[k] = 0.0                       # 7
        d_x += d_y7 * y9                   # ∂y7/∂x = y9
        d_v[k] += d_y7 * x                 # ∂y7/∂y9 = x
        if y8:                             # 5
            d_y = None
            d_z = None
    return d_v, float(d_x)
