"""Saves v, x, s_in (1 number, n elements, 1 list with an entry per turn).

def range_step(v: "f8[n]", x: float):
    s = 0.0
    for i in range(len(v) - 1, 0, -2):
        s = s * x + v[i] * v[i - 1]
    return s
"""


def range_step_forward(v: np.ndarray, x: float) -> tuple:
    """Return range_step(v, x) and what `range_step_backward` reads."""
    n = v.shape[0]
    s = 0.0
    s_in = []
    for i in range(n - 1, 0, -2):    # 3
        s_in.append(s)
        s = s * x + v[i] * v[i - 1]  # 4
    return s, (v.copy(), x, s_in)


def range_step_backward(saved: tuple, d_s: float = 1.0) -> tuple[np.ndarray, float]:
    """Return d_s · ∂range_step/∂(v, x) at the point where `range_step_forward` was called."""
    v, x, s_in = saved
    n = v.shape[0]
    d_v = np.zeros(n)             # 3
    d_x = 0.0
    for i, s in zip(reversed(range(n - 1, 0, -2)), reversed(s_in), strict=True):  # 3
        d_v[i - 1] += d_s * v[i]  # ∂y5/∂y7 = y6
        d_v[i] += d_s * v[i - 1]  # ∂y5/∂y6 = y7
        d_x += d_s * s            # ∂y4/∂x = s
        d_s *= x                  # ∂y4/∂s = x
    return d_v, float(d_x)
