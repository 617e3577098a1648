"""Saves v, limit, ss, y1 (2 numbers, n elements, 1 list with an entry per turn).

def early_return(v: "f8[n]", limit: float):
    s = 0.0
    for t in v:
        s += t * t
        if s > limit:
            return s * s
    return s
"""


def early_return_forward(v: np.ndarray, limit: float) -> tuple:
    """Return early_return(v, limit) and what `early_return_backward` reads."""
    s = 0.0
    ss = []
    for t in v:         # 3
        s += t * t      # 4
        ss.append(s)
        if s > limit:   # 5
            y2 = s * s  # 6
            return y2, (v.copy(), limit, ss, False)
    return s, (v.copy(), limit, ss, True)


def early_return_backward(saved: tuple, d_y: float = 1.0) -> tuple[np.ndarray, float]:
    """Return d_y · ∂early_return/∂(v, limit) at the point where `early_return_forward` was called."""
    v, limit, ss, y1 = saved
    n = v.shape[0]
    if y1:                             # 7
        d_s = d_y
        d_y2 = 0.0
    else:
        d_s = 0.0
        d_y2 = d_y
    d_v = np.zeros(n)
    for i, s in zip(range(len(ss) - 1, -1, -1), reversed(ss), strict=True):  # 3
        t = v[i]
        if s > limit:                  # 5
            t1 = _masked_mul(d_y2, s)  # 6
            d_s += t1                  # ∂y2/∂s = s, in part
            d_s += t1                  # ∂y2/∂s = s, in part
            d_y2 = 0.0
        d_v[i] += 2.0 * (d_s * t)      # ∂y9/∂t = 2·t
    return d_v, 0.0
