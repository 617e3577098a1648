"""Saves a, b, t, all_y20s (m + n elements, 2 lists with an entry per turn).

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
    all_y20s = []
    for i in range(1, n + 1):                    # 3
        y20s = []
        for j in range(1, m + 1):                # 4
            y22 = t[i - 1][j]
            y21 = t[i][j - 1]
            y20 = y21 > y22                      # 5
            y20s.append(y20)
            y18 = y21 if y20 else y22
            t[i][j] = y18 + a[i - 1] * b[j - 1]  # 5
        all_y20s.append(y20s)
    y = t[-1][-1]                                # 6
    return y, (a.copy(), b.copy(), t, all_y20s)


def table_of_lists_backward(saved: tuple, d_y: float = 1.0) -> tuple[np.ndarray, np.ndarray]:
    """Return d_y · ∂table_of_lists/∂(a, b) at the point where `table_of_lists_forward` was called."""
    a, b, t, all_y20s = saved
    m = b.shape[0]
    n = a.shape[0]
    d_t = [[0.0] * len(e) for e in t]       # 6
    d_t[-1][-1] += d_y                      # ∂y/∂y1 = 1
    d_a = np.zeros(n)
    d_b = np.zeros(m)
    for i, y20s in zip(range(n, 0, -1), reversed(all_y20s), strict=True):  # 3
        for j, y20 in zip(range(m, 0, -1), reversed(y20s), strict=True):  # 4
            d_y25 = d_t[i]                  # 5
            d_y17 = d_y25[j]                # ∂y15/∂y17 = 1
            d_y25[j] = 0.0                  # 5
            d_b[j - 1] += d_y17 * a[i - 1]  # ∂y19/∂y24 = y23
            d_a[i - 1] += d_y17 * b[j - 1]  # ∂y19/∂y23 = y24
            if y20:                         # 5
                d_y21 = d_y17
                d_y22 = 0.0
            else:
                d_y21 = 0.0
                d_y22 = d_y17
            d_y25[j - 1] += d_y21           # ∂y21/∂y25 = 1
            d_t[i - 1][j] += d_y22          # ∂y22/∂y27 = 1
    return d_a, d_b
