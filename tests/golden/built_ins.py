"""Saves x, n_y17, quotient, y7, y, y9, y10, y11, y12, y13, y16 (9 numbers, 2 lists with an entry per turn).

def built_ins(x: float, y: float, z: float):
    low, middle, high = sorted([x, y, z])
    quotient, rest = divmod(high, low)
    return max(x, y) * min(y, z) + abs(x - z) * middle + rest * quotient + pow(x, 2)
"""


def built_ins_forward(x: float, y: float, z: float) -> tuple:
    """Return built_ins(x, y, z) and what `built_ins_backward` reads."""
    y17 = [x, y, z]
    y16 = sorted(range(len(y17)), key=y17.__getitem__)
    y13 = [y17[y28] for y28 in y16]
    low = y13[0]
    middle = y13[1]
    high = y13[2]                                         # 2
    quotient = high // low
    rest = high % low                                     # 3
    y10 = y > x
    y7 = y if y10 else x
    y11 = z < y
    y = z if y11 else y
    y12 = x - z
    y9 = abs(y12)
    y0 = y7 * y + y9 * middle + rest * quotient + x ** 2  # 4
    n_y17 = len(y17)
    return y0, (x, n_y17, quotient, y7, y, y9, y10, y11, y12, y13, y16)


def built_ins_backward(saved: tuple, d_y0: float = 1.0) -> tuple[float, float, float]:
    """Return d_y0 · ∂built_ins/∂(x, y, z) at the point where `built_ins_forward` was called."""
    x, n_y17, quotient, y7, y, y9, y10, y11, y12, y13, y16 = saved
    low = y13[0]
    middle = y13[1]
    high = y13[2]                                 # 2
    d_x = d_y0 * (2 * x)                          # ∂y2/∂x = 2·x
    d_rest = d_y0 * quotient                      # ∂y4/∂rest = quotient
    d_y9 = d_y0 * middle                          # ∂y6/∂y9 = middle
    d_y12 = _masked_mul(np.sign(y12), d_y9)       # ∂y9/∂y12 = sign y12
    d_x += d_y12                                  # ∂y12/∂x = 1
    d_z = -d_y12                                  # ∂y12/∂z = -1
    d_y7 = d_y0 * y                               # ∂y5/∂y7 = y8
    d_y8 = d_y0 * y7                              # ∂y5/∂y8 = y7
    if y11:                                       # 4
        d_z += d_y8
        d_y = 0.0
    else:
        d_y = d_y8
    if y10:                                       # 4
        d_y += d_y7
    else:
        d_x += d_y7                               # 4
    d_low = d_rest * -np.floor_divide(high, low)  # ∂rest/∂low = -floor(high/low)
    d_y13 = [0.0] * len(y13)                      # 2
    d_y13[2] += d_rest                            # ∂high/∂y13 = 1
    d_y13[1] += d_y0 * y9                         # ∂y6/∂middle = y9
    d_y13[0] += float(d_low)                      # ∂low/∂y13 = 1
    d_y17 = [0.0] * n_y17
    for y28 in reversed(y16):                     # 2
        d_y17[y28] += d_y13.pop()                 # ∂y13/∂y27 = 1
    d_z += d_y17.pop()                            # ∂y17/∂z = 1
    d_y += d_y17.pop()                            # ∂y18/∂y = 1
    d_x += d_y17[-1]                              # ∂y19/∂x = 1
    return float(d_x), d_y, float(d_z)
