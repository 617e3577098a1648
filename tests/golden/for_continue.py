"""Saves v (n elements).

def for_continue(v: "f8[n]"):
    s = 0.0
    for t in v:
        if t < 0:
            continue
        s += t * t
    return s
"""


def for_continue_forward(v: np.ndarray) -> tuple:
    """Return for_continue(v) and what `for_continue_backward` reads."""
    s = 0.0
    for t in v:         # 3
        if not t < 0:   # 4
            s += t * t  # 6
    return s, (v.copy(),)


def for_continue_backward(saved: tuple, d_s: float = 1.0) -> np.ndarray:
    """Return d_s · ∂for_continue/∂v at the point where `for_continue_forward` was called."""
    (v,) = saved
    n = v.shape[0]
    d_v = np.zeros(n)
    for i in range(n - 1, -1, -1):  # 3
        t = v[i]
        if not t < 0:               # 4
            d_t = 2.0 * (d_s * t)   # ∂y5/∂t = 2·t
            d_v[i] += d_t           # ∂t/∂v = 1
    return d_v
