"""Saves v, x, y (1 number, 2*n elements).

def mutating_helper(v: "f8[n]", x: float):
    def fill(y, s):
        for i in range(len(y)):
            y[i] += s * i

    y = v * x
    fill(y, x)
    fill(y[1:], 2.0)
    return np.sum(y * y)
"""


def mutating_helper_forward(v: np.ndarray, x: float) -> tuple:
    """Return mutating_helper(v, x) and what `mutating_helper_backward` reads."""
    n = v.shape[0]
    y = v * x                # 6
    for i in range(n):       # 2
        y[i] += x * i        # 3
    for i in range(n - 1):   # 2
        y[i + 1] += 2.0 * i  # 3
    y0 = (y * y).sum()       # 9
    return y0, (v.copy(), x, y)


def mutating_helper_backward(saved: tuple, d_y0: float = 1.0) -> tuple[np.ndarray, float]:
    """Return d_y0 · ∂mutating_helper/∂(v, x) at the point where `mutating_helper_forward` was called."""
    v, x, y = saved
    n = v.shape[0]
    d_y = d_y0 * y
    d_y *= 2.0                      # ∂y1/∂y = 2·y
    d_x = 0.0
    for i in range(n - 1, -1, -1):  # 2
        d_y9 = d_y[i]               # ∂y/∂y9 = 1
        d_x += d_y9 * i             # ∂y9/∂x = i
    d_v = d_y * x                   # ∂y/∂v = x
    d_y *= v                        # 6
    d_x += d_y.sum()                # ∂y/∂x = v
    return d_v, float(d_x)
