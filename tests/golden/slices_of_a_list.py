"""Saves v, x, a, y57s, y3, y8, y10, y18, y23, y24, y25, y29 (5 numbers, n elements, 6 lists with an entry per turn).

def slices_of_a_list(v: "f8[n]", x: float):
    a = [t * x for t in v]
    a[1:-1] = [t * t for t in a[1:-1]]
    a[::2] = a[1::2]
    del a[1::3]
    return sum(a)
"""


def slices_of_a_list_forward(v: np.ndarray, x: float) -> tuple:
    """Return slices_of_a_list(v, x) and what `slices_of_a_list_backward` reads."""
    y24 = [t * x for t in v]  # 2
    y29 = y24[1:-1]
    y22 = [t * t for t in y29]
    y35 = len(y24) - 1
    y32 = y35 if y35 >= 0 else 0
    y25 = 1 if 1 >= y32 else y32
    y21 = y24[:1]
    y23 = len(y21)
    y16 = y21 + y22
    y18 = len(y16)
    a = y16 + y24[y25:]       # 3
    y10 = a[1::2]
    y33 = len(a)
    y45 = len(y10)
    y48 = 0 - y33 // -2
    y46 = y48 if y48 >= 0 else 0
    if y45 != y46:            # 4
        t = 0 - y33 // -2
        t = t if t >= 0 else 0
        raise ValueError(f'attempt to assign sequence of size {len(y10)} to extended slice of size {t}')
    y8 = y45 if y45 < y48 else y48
    for i in range(y8):       # 4
        a[i * 2] = y10[i]
    y7 = len(a)
    y12 = y7 if y7 >= 0 else 0
    y6 = 1 if 1 <= y12 else y12
    y3 = []                   # 5
    y57s = []
    for i in range(y7):       # 5
        y58 = a[i]
        y57 = not (i >= y6 and (i < y7 and (i - y6) % 3 == 0))
        y57s.append(y57)
        if y57:               # 5
            y3.append(y58)
    y = 0
    for y56 in y3:            # 6
        y += y56
    return y, (v.copy(), x, a, y57s, y3, y8, y10, y18, y23, y24, y25, y29)


def slices_of_a_list_backward(saved: tuple, d_y: float = 1.0) -> tuple[np.ndarray, float]:
    """Return d_y · ∂slices_of_a_list/∂(v, x) at the point where `slices_of_a_list_forward` was called."""
    v, x, a, y57s, y3, y8, y10, y18, y23, y24, y25, y29 = saved
    n = v.shape[0]
    y27 = len(y29)                               # 3
    d_y3 = [0.0] * len(y3)
    for i in range(len(y3) - 1, -1, -1):         # 6
        d_y3[i] += d_y
    d_a = [0.0] * len(a)
    for i, y57 in zip(range(len(a) - 1, -1, -1), reversed(y57s), strict=True):  # 5
        if y57:                                  # 5
            d_y58 = d_y3.pop()
        else:
            d_y58 = 0.0
        d_a[i] += d_y58                          # ∂y58/∂a = 1
    d_y10 = [0.0] * len(y10)
    for i in range(y8 - 1, -1, -1):              # 4
        y63 = i * 2
        d_y62 = d_a[y63]                         # ∂a/∂y62 = 1
        d_a[y63] = 0.0
        d_y10[i] += d_y62                        # 4
    _add_part(d_a, d_y10, np.s_[1::2])           # ∂y10/∂y9 = 1
    d_y16 = d_a[:y18]                            # ∂y9/∂y16 = 1 at the front
    d_y17 = d_a[y18:]                            # ∂y9/∂y17 = 1 at the end
    d_y21 = d_y16[:y23]                          # ∂y16/∂y21 = 1 at the front
    d_y22 = d_y16[y23:]                          # ∂y16/∂y22 = 1 at the end
    d_y24 = [0.0] * len(y24)                     # 3
    _add_part(d_y24, d_y17, np.s_[y25:])         # ∂y17/∂y24 = 1
    _add_part(d_y24, d_y21, np.s_[:1])           # ∂y21/∂y24 = 1
    d_y29 = [0.0] * len(y29)
    for i in range(y27 - 1, -1, -1):             # 3
        t = y29[i]
        d_y64 = d_y22.pop()                      # ∂y22/∂y64 = 1
        d_y29[i] += 2.0 * _masked_mul(d_y64, t)  # ∂y64/∂t = 2·t
    _add_part(d_y24, d_y29, np.s_[1:-1])         # ∂y29/∂y24 = 1
    d_v = np.zeros(n)                            # 2
    d_x = 0.0
    for i in range(n - 1, -1, -1):               # 2
        t = v[i]
        d_y65 = d_y24.pop()                      # ∂y24/∂y65 = 1
        d_x += d_y65 * t                         # ∂y65/∂x = t
        d_v[i] += d_y65 * x                      # ∂y65/∂t = x
    return d_v, float(d_x)
