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
        d_circle.insert(k, d_s)                      # ∂y17/∂circle = 1
        d_x += d_s * s                               # ∂y16/∂x = s
        d_s *= x                                     # ∂y16/∂s = x
    lo = range(n_y3)[1:2].start
    hi = lo + 2                                      # 3
    d_y6 = d_circle[lo:hi]                           # ∂y2/∂y4 = 1
    d_circle[lo:hi] = [0.0] * len(range(n_y3)[1:2])  # ∂y2/∂y3 = 1 outside
    d_y7 = d_y6.pop()                                # ∂y4/∂y7 = 1
    d_x_1 = d_y6[-1]                                 # ∂y6/∂x = 1
    d_x += d_x_1                                     # 3
    d_y5 = [np.float64(e) for e in d_circle]         # ∂y3/∂y5 = 1
    t = d_y7 * x                                     # 3
    d_x += t                                         # ∂y7/∂x = x, in part
    d_x += t                                         # ∂y7/∂x = x, in part
    d_v = np.zeros(n)
    for i in range(n - 1, -1, -1):                   # 2
        t = v[i]
        d_y18 = d_y5.pop()                           # ∂y5/∂y18 = 1
        d_x += d_y18 * t                             # ∂y18/∂x = t
        d_v[i] += d_y18 * x                          # ∂y18/∂t = x
    return d_v, float(d_x)
