"""Saves a, b, all_y15s, all_y8s (m + n elements, 2 lists with an entry per turn).

def dynamic_programming(a: "f8[n]", b: "f8[m]"):
    D = np.zeros((len(a) + 1, len(b) + 1))
    for i in range(1, len(a) + 1):
        for j in range(1, len(b) + 1):
            cost = (a[i - 1] - b[j - 1]) ** 2
            D[i, j] = cost + min(D[i - 1, j], D[i, j - 1], D[i - 1, j - 1])
    return D[len(a), len(b)]
"""


def dynamic_programming_forward(a: np.ndarray, b: np.ndarray) -> tuple:
    """Return dynamic_programming(a, b) and what `dynamic_programming_backward` reads."""
    m = b.shape[0]
    n = a.shape[0]
    D = np.zeros((n + 1, m + 1))               # 2
    all_y15s = []
    all_y8s = []
    for i in range(1, n + 1):                  # 3
        y15s = []
        y8s = []
        for j in range(1, m + 1):              # 4
            cost = (a[i - 1] - b[j - 1]) ** 2  # 5
            y17 = D[i - 1, j]
            y16 = D[i, j - 1]
            y9 = D[i - 1, j - 1]
            y15 = y16 < y17                    # 6
            y15s.append(y15)
            y10 = y16 if y15 else y17
            y8 = y9 < y10                      # 6
            y8s.append(y8)
            y6 = y9 if y8 else y10
            D[i, j] = cost + y6                # 6
        all_y15s.append(y15s)
        all_y8s.append(y8s)
    y = D[n, m]                                # 7
    return y, (a.copy(), b.copy(), all_y15s, all_y8s)


def dynamic_programming_backward(saved: tuple, d_y: float = 1.0) -> tuple[np.ndarray, np.ndarray]:
    """Return d_y · ∂dynamic_programming/∂(a, b) at the point where `dynamic_programming_forward` was called."""
    a, b, all_y15s, all_y8s = saved
    m = b.shape[0]
    n = a.shape[0]
    d_D = np.zeros((n + 1, m + 1))            # 7
    d_D[n, m] += d_y                          # ∂y/∂D = 1
    d_a = np.zeros(n)
    d_b = np.zeros(m)
    for i, y15s, y8s in zip(range(n, 0, -1), reversed(all_y15s), reversed(all_y8s), strict=True):  # 3
        for j, y15, y8 in zip(range(m, 0, -1), reversed(y15s), reversed(y8s), strict=True):  # 4
            y7 = a[i - 1] - b[j - 1]          # 5
            d_y5 = d_D[i, j]                  # ∂D/∂y5 = 1
            d_D[i, j] = 0.0
            if y8:                            # 6
                d_D[i - 1, j - 1] += d_y5     # ∂y9/∂D = 1
                d_y10 = 0.0
            else:
                d_y10 = d_y5
            if y15:                           # 6
                d_D[i, j - 1] += d_y10        # ∂y16/∂D = 1
            else:
                d_D[i - 1, j] += d_y10        # ∂y17/∂D = 1
            d_y7 = _masked_mul(d_y5, 2 * y7)  # ∂cost/∂y7 = 2·y7
            d_b[j - 1] -= d_y7                # ∂y7/∂y12 = -1
            d_a[i - 1] += d_y7                # ∂y11/∂a = 1
    return d_a, d_b
