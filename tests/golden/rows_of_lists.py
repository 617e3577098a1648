"""Saves v, m, t, all_y16s, y1, y2, y5 (4 numbers, n elements, 2 lists with an entry per turn).

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
    all_y16s = []
    for i in range(y5):              # 3
        row = t[i]                   # 4
        y16s = []
        for j in range(1, n):        # 4
            y16 = row[j - 1]         # 5
            y16s.append(y16)
            row[j] = y16 * v[j]      # 5
        all_y16s.append(y16s)
    y1 = t[0][-1]
    y2 = t[-1][-1]
    y = y1 * y2                      # 6
    return y, (v.copy(), m, t, all_y16s, y1, y2, y5)


def rows_of_lists_backward(saved: tuple, d_y: float = 1.0) -> tuple[np.ndarray, float]:
    """Return d_y · ∂rows_of_lists/∂(v, x) at the point where `rows_of_lists_forward` was called."""
    v, m, t, all_y16s, y1, y2, y5 = saved
    n = v.shape[0]
    d_t = [[0.0] * len(e) for e in t]           # 6
    d_t[-1][-1] += d_y * y1                     # ∂y/∂y2 = y1
    d_t[0][-1] += d_y * y2                      # ∂y/∂y1 = y2
    d_v = np.zeros(n)
    for i, y16s in zip(range(y5 - 1, -1, -1), reversed(all_y16s), strict=True):  # 3
        d_row = d_t[i]
        for j, y16 in zip(range(n - 1, 0, -1), reversed(y16s), strict=True):  # 4
            d_y15 = d_row[j]                    # ∂row/∂y15 = 1
            d_row[j] = 0.0                      # 5
            d_y16 = d_y15 * v[j]                # ∂y15/∂y16 = y17
            d_v[j] += d_y15 * y16               # ∂y15/∂y17 = y16
            d_row[j - 1] += d_y16               # ∂y16/∂row = 1
    d_t = [[float(e) for e in b] for b in d_t]  # ∂y6/∂t = 1
    d_x = 0.0
    for _ in range(m):                          # 2
        d_y11 = d_t.pop()                       # ∂t/∂y11 = 1
        d_y11 = d_y11.copy()
        for _ in range(n):                      # 2
            d_x += d_y11.pop()                  # ∂y11/∂x = 1
    return d_v, d_x
