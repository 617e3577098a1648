"""Saves v, x, n_y10, n_a_1, n_y3, y43s, n_a, n_y16, y8, y22 (7 numbers, n elements, 2 lists with an entry per turn).

def slices_of_a_list(v: "f8[n]", x: float):
    a = [t * x for t in v]
    a[1:-1] = [t * t for t in a[1:-1]]
    a[::2] = a[1::2]
    del a[1::3]
    return sum(a)
"""


def slices_of_a_list_forward(v: np.ndarray, x: float) -> tuple:
    """Return slices_of_a_list(v, x) and what `slices_of_a_list_backward` reads."""
    a = [t * x for t in v]  # 2
    y22 = a[1:-1]
    y16 = [t * t for t in y22]
    n_a = len(a)
    a[1:-1] = y16           # 3
    y10 = a[1::2]
    y24 = len(a)
    y33 = len(y10)
    y36 = -(y24 // -2)
    y34 = y36 if y36 >= 0 else 0
    if y33 != y34:          # 4
        t = -(y24 // -2)
        t = t if t >= 0 else 0
        raise ValueError(f'attempt to assign sequence of size {len(y10)} to extended slice of size {t}')
    y8 = y33 if y33 < y36 else y36
    for i in range(y8):     # 4
        a[i * 2] = y10[i]
    y7 = len(a)
    y12 = y7 if y7 >= 0 else 0
    y6 = 1 if 1 <= y12 else y12
    y3 = []                 # 5
    y43s = []
    for i in range(y7):     # 5
        y44 = a[i]
        y43 = not (i >= y6 and (i < y7 and (i - y6) % 3 == 0))
        y43s.append(y43)
        if y43:             # 5
            y3.append(y44)
    y = 0
    for y42 in y3:          # 6
        y += y42
    n_y16 = len(y16)        # 3
    n_y10 = len(y10)
    n_a_1 = len(a)
    n_y3 = len(y3)
    return y, (v.copy(), x, n_y10, n_a_1, n_y3, y43s, n_a, n_y16, y8, y22)


def slices_of_a_list_backward(saved: tuple, d_y: float = 1.0) -> tuple[np.ndarray, float]:
    """Return d_y · ∂slices_of_a_list/∂(v, x) at the point where `slices_of_a_list_forward` was called."""
    v, x, n_y10, n_a_1, n_y3, y43s, n_a, n_y16, y8, y22 = saved
    n = v.shape[0]
    y20 = len(y22)                               # 3
    d_y3 = [0.0] * n_y3
    for i in range(n_y3 - 1, -1, -1):            # 6
        d_y3[i] += d_y
    d_a = [0.0] * n_a_1
    for i, y43 in zip(range(n_a_1 - 1, -1, -1), reversed(y43s), strict=True):  # 5
        if y43:                                  # 5
            d_y44 = d_y3.pop()
        else:
            d_y44 = 0.0
        d_a[i] += d_y44                          # ∂y44/∂a = 1
    d_y10 = [0.0] * n_y10
    for i in range(y8 - 1, -1, -1):              # 4
        y49 = i * 2
        d_y48 = d_a[y49]                         # ∂a/∂y48 = 1
        d_a[y49] = 0.0
        d_y10[i] += d_y48                        # 4
    _add_part(d_a, d_y10, np.s_[1::2])           # ∂y10/∂y9 = 1
    lo = range(n_a)[1:-1].start
    hi = lo + n_y16                              # 3
    d_y16 = d_a[lo:hi]                           # ∂y9/∂y16 = 1
    d_a[lo:hi] = [0.0] * len(range(n_a)[1:-1])   # ∂y9/∂a = 1 outside
    d_y22 = [0.0] * len(y22)
    for i in range(y20 - 1, -1, -1):             # 3
        t = y22[i]
        d_y51 = d_y16.pop()                      # ∂y16/∂y51 = 1
        d_y22[i] += 2.0 * _masked_mul(d_y51, t)  # ∂y51/∂t = 2·t
    _add_part(d_a, d_y22, np.s_[1:-1])           # ∂y22/∂a = 1
    d_v = np.zeros(n)                            # 2
    d_x = 0.0
    for i in range(n - 1, -1, -1):               # 2
        t = v[i]
        d_y50 = d_a.pop()                        # ∂a/∂y50 = 1
        d_x += d_y50 * t                         # ∂y50/∂x = t
        d_v[i] += d_y50 * x                      # ∂y50/∂t = x
    return d_v, float(d_x)
