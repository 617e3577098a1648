"""Saves A, limit, s, all_s_in, y13s, y20s, y1 (3 numbers, m*n elements, 3 lists with an entry per turn).

def exits_of_two_loops(A: "f8[n, m]", limit: float):
    s = 1.0
    for row in A:
        for t in row:
            if t > limit:
                break
            s = s * t
        else:
            continue
        if s > limit:
            return s
    return s * s
"""


def exits_of_two_loops_forward(A: np.ndarray, limit: float) -> tuple:
    """Return exits_of_two_loops(A, limit) and what `exits_of_two_loops_backward` reads."""
    m = A.shape[1]
    n = A.shape[0]
    y2 = np.float64(0.0)                      # 3
    s = 1.0
    all_s_in = []
    y13s = []
    y20s = []
    for i in range(n):                        # 3
        y13 = True
        s_in = []
        for j in range(m):                    # 4
            s_in.append(s)
            t = A[i, j]                       # 4
            if t > limit:                     # 5
                y13 = False
                break
            s *= t                            # 7
        all_s_in.append(s_in)
        y13s.append(y13)
        y11 = np.float64(0.0) if y13 else y2  # 9
        if not y13:                           # 10
            y20 = s > limit
            if y20:                           # 10
                y2 = s
                y9 = 3
            else:
                y2 = np.float64(0.0)
                y9 = 0
        else:
            y9 = 2
            y2 = y11
            y20 = None
        y20s.append(y20)
        if y9 == 3:                           # 3
            return y2, (A.copy(), limit, s, all_s_in, y13s, y20s, False)
    y = s * s                                 # 12
    return y, (A.copy(), limit, s, all_s_in, y13s, y20s, True)


def exits_of_two_loops_backward(saved: tuple, d_y: float = 1.0) -> tuple[np.ndarray, float]:
    """Return d_y · ∂exits_of_two_loops/∂(A, limit) at the point where `exits_of_two_loops_forward` was called."""
    A, limit, s, all_s_in, y13s, y20s, y1 = saved
    m = A.shape[1]
    n = A.shape[0]
    if y1:                                 # 12
        d_s = 2.0 * (d_y * s)              # ∂y/∂s = 2·s
        d_y2 = 0.0
    else:
        d_s = 0.0
        d_y2 = d_y
    d_A = np.zeros((n, m))
    for i, s_in, y13, y20 in zip(range(len(all_s_in) - 1, -1, -1), reversed(all_s_in),
            reversed(y13s), reversed(y20s), strict=True):  # 3
        if not y13:                        # 10
            if y20:                        # 10
                d_s += d_y2
            d_y11 = 0.0
        else:
            d_y11 = d_y2
        if y13:                            # 9
            d_y2 = 0.0
        else:
            d_y2 = d_y11
        for j, s in zip(range(len(s_in) - 1, -1, -1), reversed(s_in), strict=True):  # 4
            t = A[i, j]
            if not t > limit:              # 5
                d_s_1 = d_s * t
                d_t = _masked_mul(d_s, s)  # 7
                d_A[i, j] += d_t           # ∂t/∂A = 1
                d_s = d_s_1
    return d_A, 0.0
