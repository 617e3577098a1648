"""Saves all_all_y10s, all_all_y11s, all_branches, n (1 number, 3 lists with an entry per turn).

def cholesky(A: "f8[n, n]"):
    n = len(A)
    L = np.zeros((n, n))
    for i in range(n):
        for j in range(i + 1):
            s = A[i, j]
            for k in range(j):
                s -= L[i, k] * L[j, k]
            if i == j:
                L[i, j] = np.sqrt(s)
            else:
                L[i, j] = s / L[j, j]
    return np.sum(L)
"""


def cholesky_forward(A: np.ndarray) -> tuple:
    """Return cholesky(A) and what `cholesky_backward` reads."""
    n = A.shape[0]
    L = np.zeros((n, n))           # 3
    all_all_y10s = []
    all_all_y11s = []
    all_branches = []
    for i in range(n):             # 4
        all_y10s = []
        all_y11s = []
        branches = []
        for j in range(i + 1):     # 5
            s = A[i, j]            # 6
            y10s = []
            y11s = []
            for k in range(j):     # 7
                y10 = L[i, k]      # 8
                y10s.append(y10)
                y11 = L[j, k]      # 8
                y11s.append(y11)
                s -= y10 * y11     # 8
            all_y10s.append(y10s)
            all_y11s.append(y11s)
            if i == j:             # 9
                y6 = np.sqrt(s)
                L[i, j] = y6       # 10
                branch = (y6,)     # 9
            else:
                y8 = L[j, j]
                y7 = s / y8
                L[i, j] = y7       # 12
                branch = (y8, y7)  # 9
            branches.append(branch)
        all_all_y10s.append(all_y10s)
        all_all_y11s.append(all_y11s)
        all_branches.append(branches)
    y = L.sum()                    # 13
    return y, (all_all_y10s, all_all_y11s, all_branches, n)


def cholesky_backward(saved: tuple, d_y: float = 1.0) -> np.ndarray:
    """Return d_y · ∂cholesky/∂A at the point where `cholesky_forward` was called."""
    all_all_y10s, all_all_y11s, all_branches, n = saved
    d_A = np.zeros((n, n))                                # 4
    d_L = np.full((n, n), d_y)                            # ∂y/∂L = 1
    for i, all_y10s, all_y11s, branches in zip(range(n - 1, -1, -1), reversed(all_all_y10s),
            reversed(all_all_y11s), reversed(all_branches), strict=True):  # 4
        for j, y10s, y11s, branch in zip(range(i, -1, -1), reversed(all_y10s), reversed(all_y11s),
                reversed(branches), strict=True):         # 5
            if i == j:                                    # 9
                (y6,) = branch
                d_y6 = d_L[i, j]                          # ∂L/∂y6 = 1
                d_L[i, j] = 0.0                           # 10
                d_s = _masked_mul(d_y6, 0.5 / y6)         # ∂y6/∂s = 1/(2√s) = 0.5/y6
            else:
                y8, y7 = branch                           # 9
                d_y7 = d_L[i, j]                          # ∂L/∂y7 = 1
                d_L[i, j] = 0.0                           # 12
                d_s = _masked_mul(d_y7, 1 / y8)           # ∂y7/∂s = 1/y8
                d_L[j, j] += _masked_mul(d_y7, -y7 / y8)  # ∂y7/∂y8 = -s/y8²
            for k, y10, y11 in zip(range(j - 1, -1, -1), reversed(y10s), reversed(y11s), strict=True):  # 7
                d_y9 = -d_s                               # ∂s/∂y9 = -1
                d_L[j, k] += _masked_mul(d_y9, y10)       # ∂y9/∂y11 = y10
                d_L[i, k] += _masked_mul(d_y9, y11)       # ∂y9/∂y10 = y11
            d_A[i, j] += d_s                              # ∂s/∂A = 1
    return d_A
