"""Saves v, x, a (1 number, n elements, 1 list with an entry per turn).

def comprehension(v: "f8[n]", x: float):
    a = [t * x for t in v if t > 0]
    return sum(t * t for t in a)
"""


def comprehension_forward(v: np.ndarray, x: float) -> tuple:
    """Return comprehension(v, x) and what `comprehension_backward` reads."""
    a = [t * x for t in v if t > 0]  # 2
    y = 0
    for t in a:                      # 3
        y += t * t
    return y, (v.copy(), x, a)


def comprehension_backward(saved: tuple, d_y: float = 1.0) -> tuple[np.ndarray, float]:
    """Return d_y · ∂comprehension/∂(v, x) at the point where `comprehension_forward` was called."""
    v, x, a = saved
    n = v.shape[0]
    d_a = [0.0] * len(a)
    for i in range(len(a) - 1, -1, -1):  # 3
        t = a[i]
        d_a[i] += 2.0 * (d_y * t)        # ∂y6/∂t = 2·t
    d_v = np.zeros(n)                    # 2
    d_x = 0.0
    for i in range(n - 1, -1, -1):       # 2
        t = v[i]
        if t > 0:                        # 2
            d_y9 = d_a.pop()             # ∂a/∂y9 = 1
            d_t = d_y9 * x               # ∂y9/∂t = x
            d_x += d_y9 * t              # ∂y9/∂x = t
            d_v[i] += d_t                # ∂t/∂v = 1
    return d_v, float(d_x)
