"""Saves k, old, y6s (1 number, n elements, 1 list with an entry per turn).

def double_buffering(u: "f8[n]", k: float, steps: int):
    old = u.copy()
    new = u.copy()
    for _ in range(steps):
        new[1:-1] = old[1:-1] + k * (old[2:] - 2.0 * old[1:-1] + old[:-2])
        old, new = new, old
    return np.sum(old * old)
"""


def double_buffering_forward(u: np.ndarray, k: float, steps: int) -> tuple:
    """Return double_buffering(u, k, steps) and what `double_buffering_backward` reads."""
    new = u.copy()
    old = u.copy()          # 4
    y6s = []
    for _ in range(steps):  # 4
        y4 = old[1:-1]
        y6 = 2.0 * y4
        np.subtract(old[2:], y6, out=y6)
        y6 += old[:-2]      # 5
        y6s.append(y6)
        y3 = k * y6
        y3 += y4
        new[1:-1] = y3      # 5
        new, old = old, new
    y = (old * old).sum()   # 7
    return y, (k, old, y6s)


def double_buffering_backward(saved: tuple, d_y: float = 1.0) -> tuple[np.ndarray, float]:
    """Return d_y · ∂double_buffering/∂(u, k) at the point where `double_buffering_forward` was called."""
    k, old, y6s = saved
    n = old.shape[0]
    d_old = d_y * old
    d_old *= 2.0                           # ∂y1/∂old = 2·old
    d_new = np.zeros(n)                    # 4
    d_k = 0.0
    for y6 in reversed(y6s):               # 4
        d_y3 = d_old[1:-1].copy()          # ∂new/∂y3 = 1
        d_old[1:-1] = 0.0                  # 5
        d_k += (d_y3 * y6).sum()           # ∂y5/∂k = y6
        d_y6 = d_y3 * k                    # ∂y5/∂y6 = k
        d_new[:-2] += d_y6                 # ∂y8/∂old = 1
        d_new[1:-1] -= d_y6 * 2.0          # ∂y10/∂y4 = 2.0
        d_new[2:] += d_y6                  # ∂y9/∂old = 1
        d_new[1:-1] += d_y3                # ∂y4/∂old = 1
        d_new, d_old = d_old, d_new
    d_u = np.add(d_new, d_old, out=d_new)  # 4
    return d_u, float(d_k)
