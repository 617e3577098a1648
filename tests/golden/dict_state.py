"""Saves v, d, d_1, d_in (2 numbers, lists of one entry per turn or call).

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
    d = x
    d_1 = 1.0
    d_in = []
    for i in range(n):    # 3
        d_in.append(d)
        t = v[i]          # 3
        y3 = d * t + d_1  # 4
        y5 = d_1 + t      # 5
        d = y3
        d_1 = y5
    y = d * d_1           # 6
    return y, (v.copy(), d, d_1, d_in)


def dict_state_backward(saved: tuple, d_y: float = 1.0) -> tuple[np.ndarray, float]:
    """Return d_y · ∂dict_state/∂(v, x) at the point where `dict_state_forward` was called."""
    v, d, d_1, d_in = saved
    n = v.shape[0]
    d_d = d_y * d_1            # ∂y/∂d = d
    d_d_1 = d_y * d            # ∂y/∂d = d
    d_v = np.zeros(n)
    for i, d in zip(range(n - 1, -1, -1), reversed(d_in), strict=True):
        t = v[i]               # 3
        d_d_2 = d_d_1 + d_d    # ∂y3/∂d = 1
        d_d_3 = d_d * t        # ∂y4/∂d = t
        d_t = d_d_1 + d_d * d  # ∂y4/∂t = d
        d_v[i] += d_t          # ∂t/∂v = 1
        d_d = d_d_3
        d_d_1 = d_d_2
    return d_v, float(d_d)
