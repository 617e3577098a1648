"""Saves v, x, n_circle, s_in, ks, n_y3 (3 numbers, n elements, 2 lists with an entry per turn).

def changes_anywhere(v: "f8[n]", x: float):
    circle = [t * x for t in v]
    circle[1:2] = [x, x * x]
    s = k = 0
    while len(circle) > 1:
        k = (k + 2) % len(circle)
        s = s * x + circle.pop(k)
    return s
"""


def changes_anywhere_forward(v: np.ndarray, x: float) -> tuple:
    """Return changes_anywhere(v, x) and what `changes_anywhere_backward` reads."""
    circle = [t * x for t in v]    # 2
    y4 = [x, x * x]
    n_y3 = len(circle)
    circle[1:2] = y4               # 3
    k = 0
    s = 0
    s_in = []
    ks = []
    while len(circle) > 1:         # 5
        s_in.append(s)
        k = (k + 2) % len(circle)  # 6
        ks.append(k)
        s = s * x + circle.pop(k)  # 7
    n_circle = len(circle)
    return s, (v.copy(), x, n_circle, s_in, ks, n_y3)


def changes_anywhere_backward(saved: tuple, d_s: float = 1.0) -> tuple[np.ndarray, float]:
    """Return d_s · ∂changes_anywhere/∂(v, x) at the point where `changes_anywhere_forward` was called."""
    v, x, n_circle, s_in, ks, n_y3 = saved
    n = v.shape[0]
    d_circle = [0.0] * n_circle                      # 5
    d_x = 0.0
    for s, k in zip(reversed(s_in), reversed(ks), strict=True):  # 5
        d_circle.insert(k, d_s)                      # ∂y16/∂circle = 1
        d_x += d_s * s                               # ∂y15/∂x = s
        d_s *= x                                     # ∂y15/∂s = x
    lo = range(n_y3)[1:2].start
    hi = lo + 2                                      # 3
    d_y5 = d_circle[lo:hi]                           # ∂y2/∂y4 = 1
    d_circle[lo:hi] = [0.0] * len(range(n_y3)[1:2])  # ∂y2/∂y3 = 1 outside
    d_y6 = d_y5.pop()                                # ∂y4/∂y6 = 1
    d_x_1 = d_y5[-1]                                 # ∂y5/∂x = 1
    d_x += d_x_1                                     # 3
    d_circle = [np.float64(e) for e in d_circle]     # ∂y3/∂circle = 1
    t = d_y6 * x                                     # 3
    d_x += t                                         # ∂y6/∂x = x, in part
    d_x += t                                         # ∂y6/∂x = x, in part
    d_v = np.zeros(n)
    for i in range(n - 1, -1, -1):                   # 2
        t = v[i]
        d_y17 = d_circle.pop()                       # ∂circle/∂y17 = 1
        d_x += d_y17 * t                             # ∂y17/∂x = t
        d_v[i] += d_y17 * x                          # ∂y17/∂t = x
    return d_v, float(d_x)
