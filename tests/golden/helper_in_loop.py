"""Saves x, s_in, s_1s, all_s_1_in, all_y5s, n (2 numbers, 4 lists with an entry per turn).

def one(t, x):
    s = t
    for _ in range(2):
        s = np.sin(s) * x
    return s


def helper_in_loop(v: "f8[n]", x: float):
    s = 0.0
    for t in v:
        s += one(t, x) * s
    return s
"""


def helper_in_loop_forward(v: np.ndarray, x: float) -> tuple:
    """Return helper_in_loop(v, x) and what `helper_in_loop_backward` reads."""
    n = v.shape[0]
    s = 0.0
    s_in = []
    s_1s = []
    all_s_1_in = []
    all_y5s = []
    for t in v:               # 3
        s_in.append(s)
        s_1 = t
        s_1_in = []
        y5s = []
        for _ in range(2):    # 3
            s_1_in.append(s_1)
            y5 = np.sin(s_1)  # 4
            y5s.append(y5)
            s_1 = y5 * x      # 4
        s_1s.append(s_1)
        all_s_1_in.append(s_1_in)
        all_y5s.append(y5s)
        s += s_1 * s          # 4
    return s, (x, s_in, s_1s, all_s_1_in, all_y5s, n)


def helper_in_loop_backward(saved: tuple, d_s: float = 1.0) -> tuple[np.ndarray, float]:
    """Return d_s · ∂helper_in_loop/∂(v, x) at the point where `helper_in_loop_forward` was called."""
    x, s_in, s_1s, all_s_1_in, all_y5s, n = saved
    d_v = np.zeros(n)                   # 3
    d_x = 0.0
    for i, s, s_1, s_1_in, y5s in zip(range(n - 1, -1, -1), reversed(s_in), reversed(s_1s),
            reversed(all_s_1_in), reversed(all_y5s), strict=True):  # 3
        d_s_1 = d_s * s                 # ∂y3/∂s_1 = s
        d_s += d_s * s_1                # ∂y3/∂s = s_1
        for s_1, y5 in zip(reversed(s_1_in), reversed(y5s), strict=True):  # 3
            d_y5 = d_s_1 * x            # ∂s_1/∂y5 = x
            d_x += d_s_1 * y5           # ∂s_1/∂x = y5
            d_s_1 = d_y5 * np.cos(s_1)  # ∂y5/∂s_1 = cos s_1
        d_v[i] += d_s_1                 # ∂t/∂v = 1
    return d_v, float(d_x)
