"""Saves x, a (1 number, n elements).

def branch_in_loop(x: "f8[n]", a: float):
    s = 0.0
    for i in range(len(x)):
        if x[i] > a:
            s = s + x[i] * a
        else:
            s = s * 0.5
    return s
"""


def branch_in_loop_forward(x: np.ndarray, a: float) -> tuple:
    """Return branch_in_loop(x, a) and what `branch_in_loop_backward` reads."""
    n = x.shape[0]
    s = 0.0
    for i in range(n):     # 3
        if x[i] > a:       # 4
            s += x[i] * a  # 5
        else:
            s *= 0.5       # 7
    return s, (x.copy(), a)


def branch_in_loop_backward(saved: tuple, d_s: float = 1.0) -> tuple[np.ndarray, float]:
    """Return d_s · ∂branch_in_loop/∂(x, a) at the point where `branch_in_loop_forward` was called."""
    x, a = saved
    n = x.shape[0]
    d_x = np.zeros(n)               # 3
    d_a = 0.0
    for i in range(n - 1, -1, -1):  # 3
        if x[i] > a:                # 4
            d_a += d_s * x[i]       # ∂y5/∂a = y6
            d_x[i] += d_s * a       # ∂y5/∂y6 = a
        else:
            d_s *= 0.5              # 7
    return d_x, float(d_a)
