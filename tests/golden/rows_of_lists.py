"""Saves v, m, t, all_y18s, y1, y2, y5 (4 numbers, n elements, 2 lists with an entry per turn).

def rows_of_lists(v: "f8[n]", x: float, m: int):
    t = [[x] * len(v) for _ in range(m)]
    for row in t:
        for j in range(1, len(v)):
            row[j] = row[j - 1] * v[j]
    return t[0][-1] * t[-1][-1]
"""


def rows_of_lists_forward(v: np.ndarray, x: float, m: int) -> tuple:
    """Return rows_of_lists(v, x, m) and what `rows_of_lists_backward` reads."""
    n = v.shape[0]
    t = [[x] * n for _ in range(m)]  # 2
    y5 = len(t)                      # 3
    all_y18s = []
    for i in range(y5):              # 3
        row = t[i]                   # 4
        y18s = []
        for j in range(1, n):        # 4
            y18 = row[j - 1]         # 5
            y18s.append(y18)
            row[j] = y18 * v[j]      # 5
        all_y18s.append(y18s)
    y1 = t[0][-1]
    y2 = t[-1][-1]
    y = y1 * y2                      # 6
    return y, (v.copy(), m, t, all_y18s, y1, y2, y5)


def rows_of_lists_backward(saved: tuple, d_y: float = 1.0) -> tuple[np.ndarray, float]:
    """Return d_y · ∂rows_of_lists/∂(v, x) at the point where `rows_of_lists_forward` was called."""
    v, m, t, all_y18s, y1, y2, y5 = saved
    n = v.shape[0]
    d_t = [[0.0] * len(e) for e in t]            # 6
    d_t[-1][-1] += d_y * y1                      # ∂y/∂y2 = y1
    d_t[0][-1] += d_y * y2                       # ∂y/∂y1 = y2
    d_v = np.zeros(n)
    for i, y18s in zip(range(y5 - 1, -1, -1), reversed(all_y18s), strict=True):  # 3
        d_row = d_t[i]
        for j, y18 in zip(range(n - 1, 0, -1), reversed(y18s), strict=True):  # 4
            d_y17 = d_row[j]                     # ∂row/∂y17 = 1
            d_row[j] = 0.0                       # 5
            d_y18 = d_y17 * v[j]                 # ∂y17/∂y18 = y19
            d_v[j] += d_y17 * y18                # ∂y17/∂y19 = y18
            d_row[j - 1] += d_y18                # ∂y18/∂row = 1
    d_y7 = [[float(e) for e in b] for b in d_t]  # ∂y6/∂y7 = 1
    d_x = 0.0
    for _ in range(m):                           # 2
        d_y13 = d_y7.pop()                       # ∂y7/∂y13 = 1
        d_y13 = d_y13.copy()
        for _ in range(n):                       # 2
            d_x += d_y13.pop()                   # ∂y13/∂x = 1
    return d_v, d_x
