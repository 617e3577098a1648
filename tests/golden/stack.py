"""Saves v, x_in, branches, y2 (lists of one entry per turn or call).

def stack(v: "f8[n]", x: float):
    held = []
    for t in v:
        if t > 0:
            held.append(t * x)
        elif held:
            x = x + held.pop()
    return x
"""


def stack_forward(v: np.ndarray, x: float) -> tuple:
    """Return stack(v, x) and what `stack_backward` reads."""
    n = v.shape[0]
    y2 = []                   # 3
    x_in = []
    branches = []
    for i in range(n):        # 3
        x_in.append(x)
        t = v[i]              # 3
        if t > 0:             # 4
            y2.append(t * x)  # 5
            branch = ()       # 4
        else:
            y8 = len(y2) > 0
            if y8:            # 6
                y10 = y2[-1]
                del y2[-1]
                x += y10      # 7
            branch = (y8,)    # 4
        branches.append(branch)
    return x, (v.copy(), x_in, branches, y2)


def stack_backward(saved: tuple, d_x: float = 1.0) -> tuple[np.ndarray, float]:
    """Return d_x · ∂stack/∂(v, x) at the point where `stack_forward` was called."""
    v, x_in, branches, y2 = saved
    n = v.shape[0]
    d_y2 = _zeros_like(y2)
    d_v = np.zeros(n)
    for i, x, branch in zip(range(n - 1, -1, -1), reversed(x_in), reversed(branches), strict=True):
        t = v[i]                                       # 3
        if t > 0:                                      # 4
            d_y6 = d_y2[-1]
            del d_y2[-1]                               # 5
            d_t = d_y6 * x                             # ∂y6/∂t = x
            d_x += d_y6 * t                            # ∂y6/∂x = t
        else:
            (y8,) = branch                             # 4
            if y8:                                     # 6
                d_y2.append(np.float64(0.0))
                d_y2[-1] = d_y2[-1] + np.float64(d_x)  # 7
            d_t = np.float64(0.0)
        d_v[i] += d_t                                  # ∂t/∂v = 1
    return d_v, float(d_x)
