"""Saves A, x, x_in (n*n + n elements, 1 list with an entry per turn).

def gauss_seidel(A: "f8[n, n]", b: "f8[n]", x: "f8[n]"):
    for i in range(len(b)):
        x[i] = (b[i] - A[i] @ x + A[i, i] * x[i]) / A[i, i]
    return np.sum(x * x)
"""


def gauss_seidel_forward(A: np.ndarray, b: np.ndarray, x: np.ndarray) -> tuple:
    """Return gauss_seidel(A, b, x) and what `gauss_seidel_backward` reads."""
    n = A.shape[0]
    x = x.copy()                          # 2
    x_in = []
    for i in range(n):                    # 2
        x_in.append(x)
        y6 = b[i] - A[i] @ x
        y10 = A[i, i]
        x_1 = x.copy()
        x_1[i] = (y6 + y10 * x[i]) / y10  # 3
        x = x_1
    y = (x * x).sum()                     # 4
    return y, (A.copy(), x, x_in)


def gauss_seidel_backward(saved: tuple, d_y: float = 1.0) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Return d_y · ∂gauss_seidel/∂(A, b, x) at the point where `gauss_seidel_forward` was called."""
    A, x, x_in = saved
    n = A.shape[0]
    d_x = d_y * x
    d_x *= 2.0                                       # ∂y1/∂x = 2·x
    d_b = np.zeros(n)
    d_A = np.zeros((n, n))
    for i, x_1 in zip(range(n - 1, -1, -1), reversed(x_in), strict=True):  # 2
        y10 = A[i, i]                                # 3
        d_y3 = d_x[i]                                # ∂x/∂y3 = 1
        d_y4 = _masked_mul(d_y3, 1 / y10)            # ∂y3/∂y4 = 1/y10
        d_A[i, i] += _masked_mul(d_y3, -x[i] / y10)  # ∂y3/∂y10 = -y4/y10²
        d_x[i] = d_y4 * y10                          # ∂y7/∂y11 = y10
        d_A[i, i] += _masked_mul(d_y4, x_1[i])       # ∂y7/∂y10 = y11
        d_y9 = -d_y4                                 # ∂y6/∂y9 = -1
        d_y12 = d_y9 * x_1                           # ∂y9/∂y12 = x
        d_x += d_y9 * A[i]                           # ∂y9/∂x = y12
        d_A[i] += d_y12                              # ∂y12/∂A = 1
        d_b[i] += d_y4                               # ∂y8/∂b = 1
    return d_A, d_b, d_x
