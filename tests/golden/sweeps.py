"""Saves a, all_y6s, n (2 numbers, 1 list with an entry per turn).

def sweeps(a: float, x: "f8[n]"):
    y = x.copy()
    for _k in range(3):
        for i in range(1, len(x)):
            y[i] = y[i] * a + y[i - 1]
    return np.sum(y)
"""


def sweeps_forward(a: float, x: np.ndarray) -> tuple:
    """Return sweeps(a, x) and what `sweeps_backward` reads."""
    n = x.shape[0]
    y = x.copy()                      # 3
    all_y6s = []
    for _ in range(3):                # 3
        y6s = []
        for i in range(1, n):         # 4
            y6 = y[i]                 # 5
            y6s.append(y6)
            y[i] = y6 * a + y[i - 1]  # 5
        all_y6s.append(y6s)
    y0 = y.sum()                      # 6
    return y0, (a, all_y6s, n)


def sweeps_backward(saved: tuple, d_y0: float = 1.0) -> tuple[float, np.ndarray]:
    """Return d_y0 · ∂sweeps/∂(a, x) at the point where `sweeps_forward` was called."""
    a, all_y6s, n = saved
    d_y = np.full(n, d_y0)         # ∂y0/∂y = 1
    d_a = 0.0
    for y6s in reversed(all_y6s):  # 3
        for i, y6 in zip(range(n - 1, 0, -1), reversed(y6s), strict=True):  # 4
            d_y3 = d_y[i]          # ∂y/∂y3 = 1
            d_y[i] = 0.0           # 5
            d_y[i - 1] += d_y3     # ∂y5/∂y = 1
            d_a += d_y3 * y6       # ∂y4/∂a = y6
            d_y[i] += d_y3 * a     # ∂y4/∂y6 = a
    return float(d_a), d_y
