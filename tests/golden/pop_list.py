"""Saves v, x, n_held, s_in, y8s (2 numbers, n elements, 2 lists with an entry per turn).

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
    held = [t * x for t in v]  # 4
    s = x
    s_in = []
    y8s = []
    while len(held) > 0:       # 6
        s_in.append(s)
        y8 = held.pop()        # 7
        y8s.append(y8)
        s = s * 0.5 + y8 * s   # 7
    n_held = len(held)
    return s, (v.copy(), x, n_held, s_in, y8s)


def pop_list_backward(saved: tuple, d_s: float = 1.0) -> tuple[np.ndarray, float]:
    """Return d_s · ∂pop_list/∂(v, x) at the point where `pop_list_forward` was called."""
    v, x, n_held, s_in, y8s = saved
    n = v.shape[0]
    d_held = [0.0] * n_held
    for s, y8 in zip(reversed(s_in), reversed(y8s), strict=True):  # 6
        d_y8 = d_s * s              # ∂y7/∂y8 = s
        d_s_1 = d_s * y8            # ∂y7/∂s = y8
        d_held.append(d_y8)         # ∂y8/∂held = 1
        d_s = d_s_1 + d_s * 0.5     # ∂y6/∂s = 0.5
    d_v = np.zeros(n)               # 3
    d_x = d_s
    for i in range(n - 1, -1, -1):  # 3
        t = v[i]
        d_y9 = d_held.pop()         # ∂held/∂y9 = 1
        d_x += d_y9 * t             # ∂y9/∂x = t
        d_v[i] += d_y9 * x          # ∂y9/∂t = x
    return d_v, float(d_x)
