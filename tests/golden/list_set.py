"""Saves v, x, a, y14s, y15s, y1, y3 (3 numbers, lists of one entry per turn or call).

def list_set(v: "f8[n]", x: float):
    a = [t * x for t in v]
    for i in range(1, len(a)):
        a[i] = a[i] * a[i - 1]
    return sum(a)
"""


def list_set_forward(v: np.ndarray, x: float) -> tuple:
    """Return list_set(v, x) and what `list_set_backward` reads."""
    n = v.shape[0]
    a = []
    for i in range(n):
        t = v[i]
        a.append(t * x)     # 2
    y3 = len(a)             # 3
    y14s = []
    y15s = []
    for i in range(1, y3):  # 3
        y14 = a[i]          # 4
        y14s.append(y14)
        y15 = a[i - 1]      # 4
        y15s.append(y15)
        a[i] = y14 * y15    # 4
    y1 = len(a)             # 5
    y = 0
    for i in range(y1):
        y10 = y + a[i]      # 5
        y = y10
    return y, (v.copy(), x, a, y14s, y15s, y1, y3)


def list_set_backward(saved: tuple, d_y: float = 1.0) -> tuple[np.ndarray, float]:
    """Return d_y · ∂list_set/∂(v, x) at the point where `list_set_forward` was called."""
    v, x, a, y14s, y15s, y1, y3 = saved
    n = v.shape[0]
    d_a = _zeros_like(a)
    for i in range(y1 - 1, -1, -1):
        d_a[i] = d_a[i] + np.float64(d_y)  # 5
    for i, y14, y15 in zip(range(y3 - 1, 0, -1), reversed(y14s), reversed(y15s), strict=True):  # 3
        d_y13 = d_a[i]
        d_a[i] = np.float64(0.0)           # 4
        d_y14 = d_y13 * y15                # ∂y13/∂y14 = y15
        d_y15 = d_y13 * y14                # ∂y13/∂y15 = y14
        d_a[i - 1] = d_a[i - 1] + d_y15
        d_a[i] = d_a[i] + d_y14            # 4
    d_v = np.zeros(n)                      # 2
    d_y4 = d_a
    d_x = 0.0
    for i in range(n - 1, -1, -1):
        t = v[i]
        d_y17 = d_y4[-1]
        del d_y4[-1]                       # 2
        d_t = d_y17 * x                    # ∂y17/∂t = x
        d_x += d_y17 * t                   # ∂y17/∂x = t
        d_v[i] += d_t                      # ∂t/∂v = 1
    return d_v, float(d_x)
