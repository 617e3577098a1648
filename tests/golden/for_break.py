"""Saves v, y5s (n elements, 1 list with an entry per turn).

def for_break(v: "f8[n]", limit: float):
    s = 0.0
    for t in v:
        if s > limit:
            break
        s += t * t
    return s
"""


def for_break_forward(v: np.ndarray, limit: float) -> tuple:
    """Return for_break(v, limit) and what `for_break_backward` reads."""
    s = 0.0
    y5s = []
    for t in v:         # 3
        y5 = s > limit  # 4
        y5s.append(y5)
        if y5:          # 4
            break
        s += t * t      # 6
    return s, (v.copy(), y5s)


def for_break_backward(saved: tuple, d_s: float = 1.0) -> tuple[np.ndarray, float]:
    """Return d_s · ∂for_break/∂(v, limit) at the point where `for_break_forward` was called."""
    v, y5s = saved
    n = v.shape[0]
    d_v = np.zeros(n)
    for i, y5 in zip(range(len(y5s) - 1, -1, -1), reversed(y5s), strict=True):  # 3
        t = v[i]
        if not y5:                 # 4
            d_t = 2.0 * (d_s * t)  # ∂y6/∂t = 2·t
            d_v[i] += d_t          # ∂t/∂v = 1
    return d_v, 0.0
