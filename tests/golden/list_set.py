"""Saves v, x, n_a, y12s, y13s, y3 (3 numbers, n elements, 2 lists with an entry per turn).

def list_set(v: "f8[n]", x: float):
    a = [t * x for t in v]
    for i in range(1, len(a)):
        a[i] = a[i] * a[i - 1]
    return sum(a)
"""


def list_set_forward(v: np.ndarray, x: float) -> tuple:
    """Return list_set(v, x) and what `list_set_backward` reads."""
    a = [t * x for t in v]  # 2
    y3 = len(a)             # 3
    y12s = []
    y13s = []
    for i in range(1, y3):  # 3
        y12 = a[i]          # 4
        y12s.append(y12)
        y13 = a[i - 1]      # 4
        y13s.append(y13)
        a[i] = y12 * y13    # 4
    y = 0
    for y10 in a:           # 5
        y += y10
    n_a = len(a)
    return y, (v.copy(), x, n_a, y12s, y13s, y3)


def list_set_backward(saved: tuple, d_y: float = 1.0) -> tuple[np.ndarray, float]:
    """Return d_y · ∂list_set/∂(v, x) at the point where `list_set_forward` was called."""
    v, x, n_a, y12s, y13s, y3 = saved
    n = v.shape[0]
    d_a = [0.0] * n_a
    for i in range(n_a - 1, -1, -1):  # 5
        d_a[i] += d_y                 # ∂y10/∂a = 1
    for i, y12, y13 in zip(range(y3 - 1, 0, -1), reversed(y12s), reversed(y13s), strict=True):  # 3
        d_y11 = d_a[i]                # ∂a/∂y11 = 1
        d_a[i] = 0.0                  # 4
        d_a[i - 1] += d_y11 * y12     # ∂y11/∂y13 = y12
        d_a[i] += d_y11 * y13         # ∂y11/∂y12 = y13
    d_v = np.zeros(n)                 # 2
    d_y4 = d_a
    d_x = 0.0
    for i in range(n - 1, -1, -1):    # 2
        t = v[i]
        d_y15 = d_y4.pop()            # ∂y4/∂y15 = 1
        d_x += d_y15 * t              # ∂y15/∂x = t
        d_v[i] += d_y15 * x           # ∂y15/∂t = x
    return d_v, float(d_x)
