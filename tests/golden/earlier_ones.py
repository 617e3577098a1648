"""Saves v, x, n_seen, y4s, all_y8s (2 numbers, n elements, 2 lists with an entry per turn).

def earlier_ones(v: "f8[n]", x: float):
    seen, s = [], 0.0
    for t in v:
        for j in range(len(seen)):
            s += seen[j] * t
        seen.append(t * x)
    return s
"""


def earlier_ones_forward(v: np.ndarray, x: float) -> tuple:
    """Return earlier_ones(v, x) and what `earlier_ones_backward` reads."""
    seen = []                # 3
    s = 0.0
    y4s = []
    all_y8s = []
    for t in v:              # 3
        y4 = len(seen)       # 4
        y4s.append(y4)
        y8s = []
        for j in range(y4):  # 4
            y8 = seen[j]     # 5
            y8s.append(y8)
            s += y8 * t      # 5
        all_y8s.append(y8s)
        seen.append(t * x)   # 6
    n_seen = len(seen)
    return s, (v.copy(), x, n_seen, y4s, all_y8s)


def earlier_ones_backward(saved: tuple, d_s: float = 1.0) -> tuple[np.ndarray, float]:
    """Return d_s · ∂earlier_ones/∂(v, x) at the point where `earlier_ones_forward` was called."""
    v, x, n_seen, y4s, all_y8s = saved
    n = v.shape[0]
    d_seen = [0.0] * n_seen
    d_v = np.zeros(n)             # 3
    d_x = 0.0
    for i, y4, y8s in zip(range(n - 1, -1, -1), reversed(y4s), reversed(all_y8s), strict=True):  # 3
        t = v[i]
        d_y5 = d_seen.pop()       # ∂seen/∂y5 = 1
        d_t = d_y5 * x            # ∂y5/∂t = x
        d_x += d_y5 * t           # ∂y5/∂x = t
        for j, y8 in zip(range(y4 - 1, -1, -1), reversed(y8s), strict=True):  # 4
            d_t += d_s * y8       # ∂y7/∂t = y8
            d_seen[j] += d_s * t  # ∂y7/∂y8 = t
        d_v[i] += d_t             # ∂t/∂v = 1
    return d_v, float(d_x)
