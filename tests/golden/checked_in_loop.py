"""Saves v, y4s (n elements, 1 list with an entry per turn).

def checked_in_loop(v: "f8[n]", limit: float):
    s = 0.0
    for i, t in enumerate(v):
        assert t > 0, f"v[{i}] = {t}"
        s += np.log(t) * t
        if s > limit:
            raise ValueError(f"{s} after {i} turns")
    return s
"""


def checked_in_loop_forward(v: np.ndarray, limit: float) -> tuple:
    """Return checked_in_loop(v, limit) and what `checked_in_loop_backward` reads."""
    n = v.shape[0]
    s = 0.0
    y4s = []
    for i in range(n):  # 3
        t = v[i]
        if not t > 0:   # 4
            raise AssertionError(f'v[{i}] = {t}')
        y4 = np.log(t)  # 5
        y4s.append(y4)
        s += y4 * t     # 5
        if s > limit:   # 7
            raise ValueError(f'{s} after {i} turns')
    return s, (v.copy(), y4s)


def checked_in_loop_backward(saved: tuple, d_s: float = 1.0) -> tuple[np.ndarray, float]:
    """Return d_s · ∂checked_in_loop/∂(v, limit) at the point where `checked_in_loop_forward` was called."""
    v, y4s = saved
    n = v.shape[0]
    d_v = np.zeros(n)
    for i, y4 in zip(range(n - 1, -1, -1), reversed(y4s), strict=True):  # 3
        t = v[i]
        d_y4 = d_s * t         # ∂y3/∂y4 = t
        d_t = d_s * y4         # ∂y3/∂t = y4
        d_t += d_y4 * (1 / t)  # ∂y4/∂t = 1/t
        d_v[i] += d_t          # ∂t/∂v = 1
    return d_v, 0.0
