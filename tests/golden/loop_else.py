"""Saves v, s, s_in, y1 (2 numbers, n elements, 1 list with an entry per turn).

def loop_else(v: "f8[n]", limit: float):
    s = 1.0
    for t in v:
        s = s * t
        if s > limit:
            break
    else:
        s = s * s
    return s
"""


def loop_else_forward(v: np.ndarray, limit: float) -> tuple:
    """Return loop_else(v, limit) and what `loop_else_backward` reads."""
    s = 1.0
    s_in = []
    for t in v:        # 3
        s_in.append(s)
        s *= t         # 4
        if s > limit:  # 5
            return s, (v.copy(), s, s_in, False)
    s_1 = s * s        # 8
    return s_1, (v.copy(), s, s_in, True)


def loop_else_backward(saved: tuple, d_s: float = 1.0) -> tuple[np.ndarray, float]:
    """Return d_s · ∂loop_else/∂(v, limit) at the point where `loop_else_forward` was called."""
    v, s, s_in, y1 = saved
    n = v.shape[0]
    if y1:        # 8
        d_s = 2.0 * (d_s * s)
    d_v = np.zeros(n)
    for i, s in zip(range(len(s_in) - 1, -1, -1), reversed(s_in), strict=True):  # 3
        t = v[i]
        d_v[i] += d_s * s
        d_s *= t  # 4
    return d_v, 0.0
