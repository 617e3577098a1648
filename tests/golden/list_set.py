"""Saves v, x, n_a, y11s, y12s, y3 (3 numbers, n elements, 2 lists with an entry per turn).

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
    y11s = []
    y12s = []
    for i in range(1, y3):  # 3
        y11 = a[i]          # 4
        y11s.append(y11)
        y12 = a[i - 1]      # 4
        y12s.append(y12)
        a[i] = y11 * y12    # 4
    y = 0
    for y9 in a:            # 5
        y += y9
    n_a = len(a)
    return y, (v.copy(), x, n_a, y11s, y12s, y3)


def list_set_backward(saved: tuple, d_y: float = 1.0) -> tuple[np.ndarray, float]:
    """Return d_y · ∂list_set/∂(v, x) at the point where `list_set_forward` was called."""
    v, x, n_a, y11s, y12s, y3 = saved
    n = v.shape[0]
    d_a = [0.0] * n_a
    for i in range(n_a - 1, -1, -1):  # 5
        d_a[i] += d_y                 # ∂y9/∂a = 1
    for i, y11, y12 in zip(range(y3 - 1, 0, -1), reversed(y11s), reversed(y12s), strict=True):  # 3
        d_y10 = d_a[i]                # ∂a/∂y10 = 1
        d_a[i] = 0.0                  # 4
        d_a[i - 1] += d_y10 * y11     # ∂y10/∂y12 = y11
        d_a[i] += d_y10 * y12         # ∂y10/∂y11 = y12
    d_v = np.zeros(n)                 # 2
    d_x = 0.0
    for i in range(n - 1, -1, -1):    # 2
        t = v[i]
        d_y14 = d_a.pop()             # ∂a/∂y14 = 1
        d_x += d_y14 * t              # ∂y14/∂x = t
        d_v[i] += d_y14 * x           # ∂y14/∂t = x
    return d_v, float(d_x)
