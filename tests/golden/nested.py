"""Saves A, x, all_t_in (1 number, m*n elements, 1 list with an entry per turn).

def nested(A: "f8[n, m]", x: float):
    s = 0.0
    for i in range(len(A)):
        t = 1.0
        for j in range(A.shape[1]):
            t = t * (A[i, j] + x)
        s += t
    return s
"""


def nested_forward(A: np.ndarray, x: float) -> tuple:
    """Return nested(A, x) and what `nested_backward` reads."""
    m = A.shape[1]
    n = A.shape[0]
    s = 0.0
    all_t_in = []
    for i in range(n):        # 3
        t = 1.0
        t_in = []
        for j in range(m):    # 5
            t_in.append(t)
            t *= A[i, j] + x  # 6
        all_t_in.append(t_in)
        s += t                # 7
    return s, (A.copy(), x, all_t_in)


def nested_backward(saved: tuple, d_s: float = 1.0) -> tuple[np.ndarray, float]:
    """Return d_s · ∂nested/∂(A, x) at the point where `nested_forward` was called."""
    A, x, all_t_in = saved
    m = A.shape[1]
    n = A.shape[0]
    d_A = np.zeros((n, m))      # 3
    d_x = 0.0
    for i, t_in in zip(range(n - 1, -1, -1), reversed(all_t_in), strict=True):  # 3
        d_t = d_s
        for j, t in zip(range(m - 1, -1, -1), reversed(t_in), strict=True):  # 5
            d_y5 = d_t * t      # 6
            d_x += d_y5         # ∂y5/∂x = 1
            d_A[i, j] += d_y5   # ∂y6/∂A = 1
            d_t *= A[i, j] + x  # 6
    return d_A, float(d_x)
