"""Saves v, x, n_y10, n_a, n_y3, y44s, n_y16, n_y17, y8, y23 (7 numbers, n elements, 2 lists with an entry per turn).

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
    y23 = a[1:-1]
    y17 = [t * t for t in y23]
    n_y16 = len(a)
    a[1:-1] = y17           # 3
    y10 = a[1::2]
    y25 = len(a)
    y34 = len(y10)
    y37 = -(y25 // -2)
    y35 = y37 if y37 >= 0 else 0
    if y34 != y35:          # 4
        t = -(y25 // -2)
        t = t if t >= 0 else 0
        raise ValueError(f'attempt to assign sequence of size {len(y10)} to extended slice of size {t}')
    y8 = y34 if y34 < y37 else y37
    for i in range(y8):     # 4
        a[i * 2] = y10[i]
    y7 = len(a)
    y12 = y7 if y7 >= 0 else 0
    y6 = 1 if 1 <= y12 else y12
    y3 = []                 # 5
    y44s = []
    for i in range(y7):     # 5
        y45 = a[i]
        y44 = not (i >= y6 and (i < y7 and (i - y6) % 3 == 0))
        y44s.append(y44)
        if y44:             # 5
            y3.append(y45)
    y = 0
    for y43 in y3:          # 6
        y += y43
    n_y17 = len(y17)        # 3
    n_y10 = len(y10)
    n_a = len(a)
    n_y3 = len(y3)
    return y, (v.copy(), x, n_y10, n_a, n_y3, y44s, n_y16, n_y17, y8, y23)


def slices_of_a_list_backward(saved: tuple, d_y: float = 1.0) -> tuple[np.ndarray, float]:
    """Return d_y · ∂slices_of_a_list/∂(v, x) at the point where `slices_of_a_list_forward` was called."""
    v, x, n_y10, n_a, n_y3, y44s, n_y16, n_y17, y8, y23 = saved
    n = v.shape[0]
    y21 = len(y23)                                # 3
    d_y3 = [0.0] * n_y3
    for i in range(n_y3 - 1, -1, -1):             # 6
        d_y3[i] += d_y
    d_a = [0.0] * n_a
    for i, y44 in zip(range(n_a - 1, -1, -1), reversed(y44s), strict=True):  # 5
        if y44:                                   # 5
            d_y45 = d_y3.pop()
        else:
            d_y45 = 0.0
        d_a[i] += d_y45                           # ∂y45/∂a = 1
    d_y10 = [0.0] * n_y10
    for i in range(y8 - 1, -1, -1):               # 4
        y50 = i * 2
        d_y49 = d_a[y50]                          # ∂a/∂y49 = 1
        d_a[y50] = 0.0
        d_y10[i] += d_y49                         # 4
    _add_part(d_a, d_y10, np.s_[1::2])            # ∂y10/∂y9 = 1
    lo = range(n_y16)[1:-1].start
    hi = lo + n_y17                               # 3
    d_y17 = d_a[lo:hi]                            # ∂y9/∂y17 = 1
    d_a[lo:hi] = [0.0] * len(range(n_y16)[1:-1])  # ∂y9/∂y16 = 1 outside
    d_y23 = [0.0] * len(y23)
    for i in range(y21 - 1, -1, -1):              # 3
        t = y23[i]
        d_y52 = d_y17.pop()                       # ∂y17/∂y52 = 1
        d_y23[i] += 2.0 * _masked_mul(d_y52, t)   # ∂y52/∂t = 2·t
    _add_part(d_a, d_y23, np.s_[1:-1])            # ∂y23/∂y16 = 1
    d_v = np.zeros(n)                             # 2
    d_y16 = d_a
    d_x = 0.0
    for i in range(n - 1, -1, -1):                # 2
        t = v[i]
        d_y51 = d_y16.pop()                       # ∂y16/∂y51 = 1
        d_x += d_y51 * t                          # ∂y51/∂x = t
        d_v[i] += d_y51 * x                       # ∂y51/∂t = x
    return d_v, float(d_x)
