"""Saves a, y, branches, y1 (2 numbers, n elements, 1 list with an entry per turn).

def return_of_a_slice(x: "f8[n]", a: float):
    y = np.zeros_like(x)
    for i in range(1, len(x)):
        y[i] = y[i - 1] * a + x[i]
        if 2 * i > len(x):
            return np.sum(y[i - 1 : i + 1] ** 2)
    return np.sum(y)
"""


def return_of_a_slice_forward(x: np.ndarray, a: float) -> tuple:
    """Return return_of_a_slice(x, a) and what `return_of_a_slice_backward` reads."""
    n = x.shape[0]
    y = np.zeros(n)                 # 2
    branches = []
    for i in range(1, n):           # 3
        y[i] = y[i - 1] * a + x[i]  # 4
        if 2 * i > n:               # 5
            y15 = y[i - 1:i + 1]
            y2 = (y15 ** 2).sum()   # 6
            t = y15.copy()          # 5
            branches.append(t)
            return y2, (a, y, branches, False)
        branches.append(None)
    y0 = y.sum()                    # 7
    return y0, (a, y, branches, True)


def return_of_a_slice_backward(saved: tuple, d_y0: float = 1.0) -> tuple[np.ndarray, float]:
    """Return d_y0 · ∂return_of_a_slice/∂(x, a) at the point where `return_of_a_slice_forward` was called."""
    a, y, branches, y1 = saved
    n = y.shape[0]
    if y1:                                       # 7
        d_y = np.full(n, d_y0)                   # ∂y0/∂y = 1
        d_y2 = 0.0
    else:
        d_y = np.zeros(n)                        # 7
        d_y2 = d_y0
    d_x = np.zeros(n)                            # 3
    d_a = 0.0
    for i, y15 in zip(reversed(range(1, 1 + len(branches))), reversed(branches), strict=True):  # 3
        y12 = y[i - 1]                           # 4
        if 2 * i > n:                            # 5
            d_y14 = np.broadcast_to(d_y2, (2,))  # ∂y2/∂y14 = 1
            d_y[i - 1:i + 1] += _masked_mul(d_y14, 2 * y15)  # ∂y14/∂y15 = 2·y15
            d_y2 = 0.0
        d_y9 = d_y[i]                            # ∂y/∂y9 = 1
        d_y[i] = 0.0                             # 4
        d_x[i] += d_y9                           # ∂y11/∂x = 1
        d_a += _masked_mul(d_y9, y12)            # ∂y10/∂a = y12
        d_y[i - 1] += d_y9 * a                   # ∂y10/∂y12 = a
    return d_x, float(d_a)
