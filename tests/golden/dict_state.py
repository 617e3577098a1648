"""Saves v, y1_in, x, y2 (2 numbers, lists of one entry per turn or call).

def dict_state(v: "f8[n]", x: float):
    d = {"a": x, "b": 1.0}
    for t in v:
        d["a"] = d["a"] * t + d["b"]
        d["b"] += t
    return d["a"] * d["b"]
"""


def dict_state_forward(v: np.ndarray, x: float) -> tuple:
    """Return dict_state(v, x) and what `dict_state_backward` reads."""
    n = v.shape[0]
    y2 = 1.0
    y1_in = []
    for i in range(n):   # 3
        y1_in.append(x)
        t = v[i]         # 3
        y5 = x * t + y2  # 4
        y7 = y2 + t      # 5
        x = y5
        y2 = y7
    y = x * y2           # 6
    return y, (v.copy(), y1_in, x, y2)


def dict_state_backward(saved: tuple, d_y: float = 1.0) -> tuple[np.ndarray, float]:
    """Return d_y · ∂dict_state/∂(v, x) at the point where `dict_state_forward` was called."""
    v, y1_in, x, y2 = saved
    n = v.shape[0]
    d_y1 = d_y * y2             # ∂y/∂y1 = y2
    d_y2 = d_y * x              # ∂y/∂y2 = y1
    d_v = np.zeros(n)
    for i, y1 in zip(range(n - 1, -1, -1), reversed(y1_in), strict=True):
        t = v[i]                # 3
        d_y2_1 = d_y2 + d_y1    # ∂y5/∂y2 = 1
        d_y1_1 = d_y1 * t       # ∂y6/∂y1 = t
        d_t = d_y2 + d_y1 * y1  # ∂y6/∂t = y1
        d_v[i] += d_t           # ∂t/∂v = 1
        d_y1 = d_y1_1
        d_y2 = d_y2_1
    return d_v, float(d_y1)
