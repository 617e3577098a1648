"""Saves u, best, work, y9s, y3s (3*n elements, 2 lists with an entry per turn).

def exchanged_where_better(x: "f8[n]", u: "f8[n]"):
    best, work = x.copy(), np.zeros_like(x)
    for i in range(1, len(x)):
        work[i] = best[i - 1] * u[i] + x[i]
        if work[i] > best[i]:
            best, work = work, best
    return np.sum(best * work)
"""


def exchanged_where_better_forward(x: np.ndarray, u: np.ndarray) -> tuple:
    """Return exchanged_where_better(x, u) and what `exchanged_where_better_backward` reads."""
    n = x.shape[0]
    work = np.zeros(n)              # 2
    best = x.copy()                 # 3
    y9s = []
    y3s = []
    for i in range(1, n):           # 3
        y9 = best[i - 1]            # 4
        y9s.append(y9)
        work[i] = y9 * u[i] + x[i]  # 4
        y3 = work[i] > best[i]      # 5
        y3s.append(y3)
        if y3:                      # 5
            best, work = work, best
    y = (best * work).sum()         # 7
    return y, (u.copy(), best, work, y9s, y3s)


def exchanged_where_better_backward(saved: tuple, d_y: float = 1.0) -> tuple[np.ndarray, np.ndarray]:
    """Return d_y · ∂exchanged_where_better/∂(x, u) at the point where `exchanged_where_better_forward` was called."""
    u, best, work, y9s, y3s = saved
    n = u.shape[0]
    d_best = d_y * work                    # ∂y1/∂best = work
    d_work = d_y * best                    # ∂y1/∂work = best
    d_u = np.zeros(n)
    d_x = np.zeros(n)
    for i, y9, y3 in zip(range(n - 1, 0, -1), reversed(y9s), reversed(y3s), strict=True):  # 3
        if y3:                             # 5
            d_work, d_best = d_best, d_work
        d_y6 = d_work[i]                   # ∂work/∂y6 = 1
        d_work[i] = 0.0                    # 4
        d_x[i] += d_y6                     # ∂y8/∂x = 1
        d_u[i] += d_y6 * y9                # ∂y7/∂y10 = y9
        d_best[i - 1] += d_y6 * u[i]       # ∂y7/∂y9 = y10
    d_x = np.add(d_best, d_x, out=d_best)  # 3
    return d_x, d_u
