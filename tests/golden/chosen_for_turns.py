"""Saves y4s, y5s, n, vs (1 number, 3 lists with an entry per turn).

def chosen_for_turns(x: "f8[n]", y: "f8[n]"):
    s = 0.0
    t = x
    for i in range(len(x)):
        if x[i] > 0.7:
            t = y
        elif x[i] < 0.3:
            t = x
        s += t[i] * t[i]
    return s
"""


def chosen_for_turns_forward(x: np.ndarray, y: np.ndarray) -> tuple:
    """Return chosen_for_turns(x, y) and what `chosen_for_turns_backward` reads."""
    n = x.shape[0]
    s = 0.0
    t = 0
    vs = []
    y4s = []
    y5s = []
    for i in range(n):                  # 4
        if x[i] > 0.7:                  # 5
            t = 1
        else:
            t = 0 if x[i] < 0.3 else t  # 7
        mask = t == 0                   # 9
        vs.append(mask)
        if mask:                        # 9
            y4 = x[i]
            y5 = y4
        else:
            y4 = y[i]                   # 9
            y5 = y4
        y4s.append(y4)
        y5s.append(y5)
        s += y4 * y5                    # 9
    return s, (y4s, y5s, n, vs)


def chosen_for_turns_backward(saved: tuple, d_s: float = 1.0) -> tuple[np.ndarray, np.ndarray]:
    """Return d_s · ∂chosen_for_turns/∂(x, y) at the point where `chosen_for_turns_forward` was called."""
    y4s, y5s, n, vs = saved
    d_x = np.zeros(n)
    d_y = np.zeros(n)
    for i, v, y4, y5 in zip(range(n - 1, -1, -1), reversed(vs), reversed(y4s), reversed(y5s), strict=True):  # 4
        d_y4 = d_s * y5     # ∂y3/∂y4 = y5
        d_y5 = d_s * y4     # ∂y3/∂y5 = y4
        if v:               # 9
            d_x[i] += d_y5  # ∂y5/∂x = 1
            d_x[i] += d_y4  # ∂y4/∂x = 1
        else:
            d_y[i] += d_y5  # ∂y5/∂y = 1
            d_y[i] += d_y4  # ∂y4/∂y = 1
    return d_x, d_y
