"""Saves v, x, s_in, y10s, y3 (1 number, lists of one entry per turn or call).

def pop_list(v: "f8[n]", x: float):
    held = []
    for t in v:
        held.append(t * x)
    s = x
    while held:
        s = s * 0.5 + held.pop() * s
    return s
"""


def pop_list_forward(v: np.ndarray, x: float) -> tuple:
    """Return pop_list(v, x) and what `pop_list_backward` reads."""
    n = v.shape[0]
    y3 = []
    for i in range(n):
        t = v[i]               # 3
        y3.append(t * x)       # 4
    s = x
    s_in = []
    y10s = []
    while len(y3) > 0:         # 6
        s_in.append(s)
        y10 = y3[-1]           # 7
        y10s.append(y10)
        del y3[-1]
        s = s * 0.5 + y10 * s  # 7
    return s, (v.copy(), x, s_in, y10s, y3)


def pop_list_backward(saved: tuple, d_s: float = 1.0) -> tuple[np.ndarray, float]:
    """Return d_s · ∂pop_list/∂(v, x) at the point where `pop_list_forward` was called."""
    v, x, s_in, y10s, y3 = saved
    n = v.shape[0]
    d_y3 = _zeros_like(y3)
    for s, y10 in zip(reversed(s_in), reversed(y10s), strict=True):  # 6
        d_y10 = d_s * s                          # ∂y9/∂y10 = s
        d_s_1 = d_s * y10                        # ∂y9/∂s = y10
        d_y3.append(np.float64(0.0))
        d_y3[-1] = d_y3[-1] + np.float64(d_y10)  # 7
        d_s = d_s_1 + d_s * 0.5                  # ∂y8/∂s = 0.5
    d_v = np.zeros(n)
    d_x = float(d_s)                             # 3
    d_y1 = d_y3
    for i in range(n - 1, -1, -1):
        t = v[i]                                 # 3
        d_y11 = d_y1[-1]
        del d_y1[-1]                             # 4
        d_t = d_y11 * x                          # ∂y11/∂t = x
        d_x += d_y11 * t                         # ∂y11/∂x = t
        d_v[i] += d_t                            # ∂t/∂v = 1
    return d_v, float(d_x)
