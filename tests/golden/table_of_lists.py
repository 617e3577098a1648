"""Saves a, b, t, all_y21s (m + n elements, 2 lists with an entry per turn).

def table_of_lists(a: "f8[n]", b: "f8[m]"):
    t = [[0.0] * (len(b) + 1) for _ in range(len(a) + 1)]
    for i in range(1, len(a) + 1):
        for j in range(1, len(b) + 1):
            t[i][j] = max(t[i - 1][j], t[i][j - 1]) + a[i - 1] * b[j - 1]
    return t[-1][-1]
"""


def table_of_lists_forward(a: np.ndarray, b: np.ndarray) -> tuple:
    """Return table_of_lists(a, b) and what `table_of_lists_backward` reads."""
    m = b.shape[0]
    n = a.shape[0]
    t = [[0.0] * (m + 1) for _ in range(n + 1)]  # 2
    all_y21s = []
    for i in range(1, n + 1):                    # 3
        y21s = []
        for j in range(1, m + 1):                # 4
            y23 = t[i - 1][j]
            y22 = t[i][j - 1]
            y21 = y22 > y23                      # 5
            y21s.append(y21)
            y19 = y22 if y21 else y23
            t[i][j] = y19 + a[i - 1] * b[j - 1]  # 5
        all_y21s.append(y21s)
    y = t[-1][-1]                                # 6
    return y, (a.copy(), b.copy(), t, all_y21s)


def table_of_lists_backward(saved: tuple, d_y: float = 1.0) -> tuple[np.ndarray, np.ndarray]:
    """Return d_y · ∂table_of_lists/∂(a, b) at the point where `table_of_lists_forward` was called."""
    a, b, t, all_y21s = saved
    m = b.shape[0]
    n = a.shape[0]
    d_t = [[0.0] * len(e) for e in t]       # 6
    d_t[-1][-1] += d_y                      # ∂y/∂y1 = 1
    d_a = np.zeros(n)
    d_b = np.zeros(m)
    for i, y21s in zip(range(n, 0, -1), reversed(all_y21s), strict=True):  # 3
        for j, y21 in zip(range(m, 0, -1), reversed(y21s), strict=True):  # 4
            d_y26 = d_t[i]                  # 5
            d_y18 = d_y26[j]                # ∂y16/∂y18 = 1
            d_y26[j] = 0.0                  # 5
            d_b[j - 1] += d_y18 * a[i - 1]  # ∂y20/∂y25 = y24
            d_a[i - 1] += d_y18 * b[j - 1]  # ∂y20/∂y24 = y25
            if y21:                         # 5
                d_y22 = d_y18
                d_y23 = 0.0
            else:
                d_y22 = 0.0
                d_y23 = d_y18
            d_y26[j - 1] += d_y22           # ∂y22/∂y26 = 1
            d_t[i - 1][j] += d_y23          # ∂y23/∂y28 = 1
    return d_a, d_b
