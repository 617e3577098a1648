"""Saves u, high, low, y8s, y11s, y13s, y14s (3*n elements, 4 lists with an entry per turn).

def one_until_the_other(x: "f8[n]", u: "f8[n]"):
    low, high = x.copy(), x * 2
    t = low
    for i in range(1, len(x)):
        if u[i] > 1.0:
            t = high
        t[i] = t[i - 1] * u[i] + low[i] * high[i - 1]
    return np.sum(low * high)
"""


def one_until_the_other_forward(x: np.ndarray, u: np.ndarray) -> tuple:
    """Return one_until_the_other(x, u) and what `one_until_the_other_backward` reads."""
    n = x.shape[0]
    high = x * 2               # 2
    low = x.copy()             # 4
    which_t = 0
    y8s = []
    y11s = []
    y13s = []
    y14s = []
    for i in range(1, n):      # 4
        y8 = which_t == 0
        y8s.append(y8)
        t = 0 if y8 else 1     # 4
        y6 = u[i]
        y5 = y6 > 1.0          # 5
        if y5:                 # 7
            y11 = high[i - 1]
        elif t == 0:           # 7
            y11 = low[i - 1]
        else:
            y11 = high[i - 1]  # 7
        y11s.append(y11)
        y13 = low[i]           # 7
        y13s.append(y13)
        y14 = high[i - 1]      # 7
        y14s.append(y14)
        y7 = y11 * y6 + y13 * y14
        if y5:                 # 7
            high[i] = y7
            which_t = 1
        elif y8:               # 7
            low[i] = y7
        else:
            high[i] = y7       # 7
    y = (low * high).sum()     # 8
    return y, (u.copy(), high, low, y8s, y11s, y13s, y14s)


def one_until_the_other_backward(saved: tuple, d_y: float = 1.0) -> tuple[np.ndarray, np.ndarray]:
    """Return d_y · ∂one_until_the_other/∂(x, u) at the point where `one_until_the_other_forward` was called."""
    u, high, low, y8s, y11s, y13s, y14s = saved
    n = u.shape[0]
    d_low = d_y * high                           # ∂y1/∂low = high
    d_high = d_y * low                           # ∂y1/∂high = low
    d_u = np.zeros(n)
    for i, y8, y11, y13, y14 in zip(range(n - 1, 0, -1), reversed(y8s), reversed(y11s),
            reversed(y13s), reversed(y14s), strict=True):  # 4
        t = 0 if y8 else 1
        y6 = u[i]
        y5 = y6 > 1.0                            # 5
        if y5:                                   # 7
            d_y7 = d_high[i]
            d_high[i] = 0.0
        elif y8:                                 # 7
            d_y7 = d_low[i]
            d_low[i] = 0.0
        else:
            d_y7 = d_high[i]
            d_high[i] = 0.0                      # 7
        d_high[i - 1] += _masked_mul(d_y7, y13)  # ∂y10/∂y14 = y13
        d_low[i] += _masked_mul(d_y7, y14)       # ∂y10/∂y13 = y14
        d_y11 = d_y7 * y6                        # ∂y9/∂y11 = y6
        d_u[i] += _masked_mul(d_y7, y11)         # ∂y9/∂y6 = y11
        if y5:                                   # 7
            d_high[i - 1] += d_y11               # ∂y11/∂high = 1
        elif t == 0:                             # 7
            d_low[i - 1] += d_y11                # ∂y11/∂low = 1
        else:
            d_high[i - 1] += d_y11               # ∂y11/∂high = 1
    d_high *= 2                                  # 2
    d_x = np.add(d_low, d_high, out=d_low)       # ∂high/∂x = 2
    return d_x, d_u
