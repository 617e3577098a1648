"""Saves u, high, low, y5s, y13s, y15s, y16s, vs (3*n elements, 5 lists with an entry per turn).

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
    vs = []
    y5s = []
    y13s = []
    y15s = []
    y16s = []
    for i in range(1, n):      # 4
        y8 = which_t == 0
        t = 0 if y8 else 1
        vs.append(t)
        y9 = u[i]
        y6 = y9 > 1.0
        y5 = y6 or not y8      # 5
        y5s.append(y5)
        if y6:                 # 7
            y13 = high[i - 1]
        elif t == 0:           # 7
            y13 = low[i - 1]
        else:
            y13 = high[i - 1]  # 7
        y13s.append(y13)
        y15 = low[i]           # 7
        y15s.append(y15)
        y16 = high[i - 1]      # 7
        y16s.append(y16)
        y10 = y13 * y9 + y15 * y16
        if y5:                 # 7
            high[i] = y10
            which_t = 1
        else:
            low[i] = y10       # 7
            which_t = 0
    y = (low * high).sum()     # 8
    return y, (u.copy(), high, low, y5s, y13s, y15s, y16s, vs)


def one_until_the_other_backward(saved: tuple, d_y: float = 1.0) -> tuple[np.ndarray, np.ndarray]:
    """Return d_y · ∂one_until_the_other/∂(x, u) at the point where `one_until_the_other_forward` was called."""
    u, high, low, y5s, y13s, y15s, y16s, vs = saved
    n = u.shape[0]
    d_low = d_y * high                            # ∂y1/∂low = high
    d_high = d_y * low                            # ∂y1/∂high = low
    d_u = np.zeros(n)
    for i, v, y5, y13, y15, y16 in zip(range(n - 1, 0, -1), reversed(vs), reversed(y5s),
            reversed(y13s), reversed(y15s), reversed(y16s), strict=True):  # 4
        y9 = u[i]                                 # 5
        if y5:                                    # 7
            d_y10 = d_high[i]
            d_high[i] = 0.0
        else:
            d_y10 = d_low[i]
            d_low[i] = 0.0                        # 7
        d_high[i - 1] += _masked_mul(d_y10, y15)  # ∂y12/∂y16 = y15
        d_low[i] += _masked_mul(d_y10, y16)       # ∂y12/∂y15 = y16
        d_y13 = d_y10 * y9                        # ∂y11/∂y13 = y9
        d_u[i] += _masked_mul(d_y10, y13)         # ∂y11/∂y9 = y13
        if y9 > 1.0:                              # 7
            d_high[i - 1] += d_y13                # ∂y13/∂high = 1
        elif v == 0:                              # 7
            d_low[i - 1] += d_y13                 # ∂y13/∂low = 1
        else:
            d_high[i - 1] += d_y13                # ∂y13/∂high = 1
    d_high *= 2                                   # 2
    d_x = np.add(d_low, d_high, out=d_low)        # ∂high/∂x = 2
    return d_x, d_u
