"""Saves v, x, y, y11s (1 number, 2*n elements, 1 list with an entry per turn).

def view_of_view(v: "f8[n]", x: float):
    y = v * x
    w = y[1:]
    u = w[::2]
    for i in range(len(u)):
        u[i] += u[i] * x
    return np.sum(y * y)
"""


def view_of_view_forward(v: np.ndarray, x: float) -> tuple:
    """Return view_of_view(v, x) and what `view_of_view_backward` reads."""
    n = v.shape[0]
    y = v * x                                  # 2
    y11s = []
    for i in range((max(n - 1, 0) + 1) // 2):  # 5
        t = i * 2 + 1
        y11 = y[t]                             # 6
        y11s.append(y11)
        y[t] += y11 * x                        # 6
    y0 = (y * y).sum()                         # 7
    return y0, (v.copy(), x, y, y11s)


def view_of_view_backward(saved: tuple, d_y0: float = 1.0) -> tuple[np.ndarray, float]:
    """Return d_y0 · ∂view_of_view/∂(v, x) at the point where `view_of_view_forward` was called."""
    v, x, y, y11s = saved
    n = v.shape[0]
    d_y = d_y0 * y
    d_y *= 2.0              # ∂y1/∂y = 2·y
    d_x = 0.0
    for i, y11 in zip(reversed(range((max(n - 1, 0) + 1) // 2)), reversed(y11s), strict=True):  # 5
        t = i * 2 + 1       # 6
        d_y9 = d_y[t]       # ∂y/∂y9 = 1
        d_x += d_y9 * y11   # ∂y9/∂x = y11
        d_y[t] += d_y9 * x  # ∂y9/∂y11 = x
    d_v = d_y * x           # ∂y/∂v = x
    d_y *= v                # 2
    d_x += d_y.sum()        # ∂y/∂x = v
    return d_v, float(d_x)
