"""Saves x, a, low, middle, high, y7s, y11s, y2, vs (1 number, 5*n elements, 3 lists with an entry per turn).

def write_into_one_of_three(x: "f8[n]", a: float):
    low, middle, high = np.zeros(len(x)), np.ones(len(x)), x * a
    for i in range(1, len(x)):
        if x[i] < 0.3:
            t = low
        elif x[i] < 0.6:
            t = middle
        else:
            t = high
        t[i] = t[i - 1] * a + x[i]
    return np.sum(low * middle * high)
"""


def write_into_one_of_three_forward(x: np.ndarray, a: float) -> tuple:
    """Return write_into_one_of_three(x, a) and what `write_into_one_of_three_backward` reads."""
    n = x.shape[0]
    low = np.zeros(n)
    middle = np.ones(n)
    high = x * a                # 2
    vs = []
    y7s = []
    y11s = []
    for i in range(1, n):       # 3
        y8 = x[i]
        y4 = y8 < 0.3
        if y4:                  # 4
            t = 0
            y7 = np.bool_(False)
        else:
            y7 = x[i] < 0.6
            t = 1 if y7 else 2  # 6
        vs.append(t)
        y7s.append(y7)
        if t == 0:              # 10
            y11 = low[i - 1]
        elif t == 1:            # 10
            y11 = middle[i - 1]
        else:
            y11 = high[i - 1]   # 10
        y11s.append(y11)
        y5 = y11 * a + y8
        if y4:                  # 10
            low[i] = y5
        elif y7:                # 10
            middle[i] = y5
        else:
            high[i] = y5        # 10
    y2 = low * middle
    y = (y2 * high).sum()       # 11
    return y, (x.copy(), a, low, middle, high, y7s, y11s, y2, vs)


def write_into_one_of_three_backward(saved: tuple, d_y: float = 1.0) -> tuple[np.ndarray, float]:
    """Return d_y · ∂write_into_one_of_three/∂(x, a) at the point where `write_into_one_of_three_forward` was called."""
    x, a, low, middle, high, y7s, y11s, y2, vs = saved
    n = x.shape[0]
    d_y2 = d_y * high                            # ∂y1/∂y2 = high
    d_high = d_y * y2                            # ∂y1/∂high = y2
    d_low = d_y2 * middle                        # ∂y2/∂low = middle
    d_middle = np.multiply(d_y2, low, out=d_y2)  # ∂y2/∂middle = low
    d_x = np.zeros(n)                            # 3
    d_a = 0.0
    for i, v, y7, y11 in zip(range(n - 1, 0, -1), reversed(vs), reversed(y7s), reversed(y11s), strict=True):  # 3
        if x[i] < 0.3:                           # 10
            d_y5 = d_low[i]
            d_low[i] = 0.0
        elif y7:                                 # 10
            d_y5 = d_middle[i]
            d_middle[i] = 0.0
        else:
            d_y5 = d_high[i]
            d_high[i] = 0.0                      # 10
        d_x[i] += d_y5                           # ∂y8/∂x = 1
        d_y11 = d_y5 * a                         # ∂y9/∂y11 = a
        d_a += _masked_mul(d_y5, y11)            # ∂y9/∂a = y11
        if v == 0:                               # 10
            d_low[i - 1] += d_y11                # ∂y11/∂low = 1
        elif v == 1:                             # 10
            d_middle[i - 1] += d_y11             # ∂y11/∂middle = 1
        else:
            d_high[i - 1] += d_y11               # ∂y11/∂high = 1
    d_x += d_high * a                            # ∂high/∂x = a
    d_high *= x                                  # 2
    d_a += d_high.sum()                          # ∂high/∂a = x
    return d_x, float(d_a)
