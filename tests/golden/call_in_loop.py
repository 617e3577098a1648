"""Saves x, y, ss, all_s_in, all_y6s, y4s (1 number, n elements, 4 lists with an entry per turn).

def put(y, i, x):
    s = x
    for _ in range(2):
        s = np.sin(s) * x
    y[i] = y[i] * s


def call_in_loop(v: "f8[n]", x: float):
    y = v.copy()
    for i in range(len(y)):
        put(y, i, x)
    return np.sum(y * y)
"""


def call_in_loop_forward(v: np.ndarray, x: float) -> tuple:
    """Return call_in_loop(v, x) and what `call_in_loop_backward` reads."""
    n = v.shape[0]
    y = v.copy()            # 3
    ss = []
    all_s_in = []
    all_y6s = []
    y4s = []
    for i in range(n):      # 3
        s = x
        s_in = []
        y6s = []
        for _ in range(2):  # 3
            s_in.append(s)
            y6 = np.sin(s)  # 4
            y6s.append(y6)
            s = y6 * x      # 4
        ss.append(s)
        all_s_in.append(s_in)
        all_y6s.append(y6s)
        y4 = y[i]           # 5
        y4s.append(y4)
        y[i] = y4 * s
    y0 = (y * y).sum()      # 5
    return y0, (x, y, ss, all_s_in, all_y6s, y4s)


def call_in_loop_backward(saved: tuple, d_y0: float = 1.0) -> tuple[np.ndarray, float]:
    """Return d_y0 · ∂call_in_loop/∂(v, x) at the point where `call_in_loop_forward` was called."""
    x, y, ss, all_s_in, all_y6s, y4s = saved
    n = y.shape[0]
    d_y = d_y0 * y
    d_y *= 2.0                      # ∂y1/∂y = 2·y
    d_x = 0.0
    for i, s, s_in, y6s, y4 in zip(range(n - 1, -1, -1), reversed(ss), reversed(all_s_in),
            reversed(all_y6s), reversed(y4s), strict=True):  # 3
        d_y3 = d_y[i]               # ∂y/∂y3 = 1
        d_s = d_y3 * y4             # ∂y3/∂s = y4
        d_y[i] = d_y3 * s           # ∂y3/∂y4 = s
        for s, y6 in zip(reversed(s_in), reversed(y6s), strict=True):  # 3
            d_y6 = d_s * x          # ∂s/∂y6 = x
            d_x += d_s * y6         # ∂s/∂x = y6
            d_s = d_y6 * np.cos(s)  # ∂y6/∂s = cos s
        d_x += d_s                  # 3
    return d_y, float(d_x)
