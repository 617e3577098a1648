"""Saves v, x, n_held, lows, y5s (2 numbers, n elements, 2 lists with an entry per turn).

def kept_in_order(v: "f8[n]", x: float):
    held = []
    s = 0.0
    for t in v:
        insort(held, t * x)
        s += held[len(held) // 2]
    return s
"""


def kept_in_order_forward(v: np.ndarray, x: float) -> tuple:
    """Return kept_in_order(v, x) and what `kept_in_order_backward` reads."""
    held = []                   # 4
    s = 0.0
    lows = []
    y5s = []
    for t in v:                 # 4
        y6 = t * x
        high = len(held)        # 5
        low = 0
        while low < high:       # 5
            y12 = (low + high) // 2
            if y6 < held[y12]:  # 5
                high = y12
            else:
                low = y12 + 1   # 5
        lows.append(low)
        held.insert(low, y6)    # 5
        y5 = len(held) // 2     # 6
        y5s.append(y5)
        s += held[y5]           # 6
    n_held = len(held)
    return s, (v.copy(), x, n_held, lows, y5s)


def kept_in_order_backward(saved: tuple, d_s: float = 1.0) -> tuple[np.ndarray, float]:
    """Return d_s · ∂kept_in_order/∂(v, x) at the point where `kept_in_order_forward` was called."""
    v, x, n_held, lows, y5s = saved
    n = v.shape[0]
    d_held = [0.0] * n_held
    d_v = np.zeros(n)           # 4
    d_x = 0.0
    for i, low, y5 in zip(range(n - 1, -1, -1), reversed(lows), reversed(y5s), strict=True):  # 4
        t = v[i]
        d_held[y5] += d_s       # ∂y4/∂held = 1
        d_y6 = d_held.pop(low)  # ∂held/∂y6 = 1
        d_x += d_y6 * t         # ∂y6/∂x = t
        d_v[i] += d_y6 * x      # ∂y6/∂t = x
    return d_v, float(d_x)
