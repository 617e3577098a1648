"""Saves x, a, y, z, y8s (1 number, 3*n elements, 1 list with an entry per turn).

def slices_of_one_of_two(x: "f8[n]", a: float):
    y, z = x * a, x + a
    for i in range(1, len(x)):
        t = y if x[i] < 0.5 else z
        t[i - 1 : i + 1] *= a + x[i]
    return np.sum(y * z)
"""


def slices_of_one_of_two_forward(x: np.ndarray, a: float) -> tuple:
    """Return slices_of_one_of_two(x, a) and what `slices_of_one_of_two_backward` reads."""
    n = x.shape[0]
    y = x * a
    z = x + a              # 2
    y8s = []
    for i in range(1, n):  # 3
        y7 = x[i]
        y3 = y7 < 0.5      # 4
        if y3:             # 5
            y8 = y[i - 1:i + 1].copy()
        else:
            y8 = z[i - 1:i + 1].copy()
        y8s.append(y8)
        y6 = y8 * (a + y7)
        if y3:             # 5
            y[i - 1:i + 1] = y6
        else:
            z[i - 1:i + 1] = y6
    y0 = (y * z).sum()     # 6
    return y0, (x.copy(), a, y, z, y8s)


def slices_of_one_of_two_backward(saved: tuple, d_y0: float = 1.0) -> tuple[np.ndarray, float]:
    """Return d_y0 · ∂slices_of_one_of_two/∂(x, a) at the point where `slices_of_one_of_two_forward` was called."""
    x, a, y, z, y8s = saved
    n = x.shape[0]
    d_y = d_y0 * z                          # ∂y1/∂y = z
    d_z = d_y0 * y                          # ∂y1/∂z = y
    d_x = np.zeros(n)                       # 3
    d_a = 0.0
    for i, y8 in zip(range(n - 1, 0, -1), reversed(y8s), strict=True):  # 3
        y7 = x[i]
        y3 = y7 < 0.5                       # 4
        if y3:                              # 5
            d_y6 = d_y[i - 1:i + 1].copy()
            d_y[i - 1:i + 1] = 0.0
        else:
            d_y6 = d_z[i - 1:i + 1].copy()
            d_z[i - 1:i + 1] = 0.0          # 5
        d_y8 = d_y6 * (a + y7)              # ∂y6/∂y8 = y9
        d_y9 = _masked_mul(d_y6, y8).sum()  # ∂y6/∂y9 = y8
        if y3:                              # 5
            d_y[i - 1:i + 1] += d_y8        # ∂y8/∂y = 1
        else:
            d_z[i - 1:i + 1] += d_y8        # ∂y8/∂z = 1
        d_a += d_y9                         # ∂y9/∂a = 1
        d_x[i] += d_y9                      # ∂y7/∂x = 1
    d_x += d_z                              # ∂z/∂x = 1
    d_a += d_z.sum()                        # ∂z/∂a = 1
    d_x += d_y * a                          # ∂y/∂x = a
    d_y *= x                                # 2
    d_a += d_y.sum()                        # ∂y/∂a = x
    return d_x, float(d_a)
