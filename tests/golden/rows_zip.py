"""Saves A, B, y4s (2*d*n elements, 1 list with an entry per turn).

def rows_zip(A: "f8[n, d]", B: "f8[n, d]"):
    s = 0.0
    for a, b in zip(A, B):
        s += np.dot(a, b) * a[0]
    return s
"""


def rows_zip_forward(A: np.ndarray, B: np.ndarray) -> tuple:
    """Return rows_zip(A, B) and what `rows_zip_backward` reads."""
    n = A.shape[0]
    s = 0.0
    y4s = []
    for i in range(n):     # 3
        a = A[i]
        b = B[i]
        y4 = np.dot(a, b)  # 4
        y4s.append(y4)
        s += y4 * A[i, 0]  # 4
    return s, (A.copy(), B.copy(), y4s)


def rows_zip_backward(saved: tuple, d_s: float = 1.0) -> tuple[np.ndarray, np.ndarray]:
    """Return d_s · ∂rows_zip/∂(A, B) at the point where `rows_zip_forward` was called."""
    A, B, y4s = saved
    d = A.shape[1]
    n = A.shape[0]
    d_A = np.zeros((n, d))
    d_B = np.zeros((n, d))
    for i, y4 in zip(range(n - 1, -1, -1), reversed(y4s), strict=True):  # 3
        a = A[i]
        b = B[i]
        d_y4 = d_s * A[i, 0]   # ∂y3/∂y4 = y5
        d_A[i, 0] += d_s * y4  # ∂y3/∂y5 = y4
        d_B[i] += d_y4 * a     # ∂y4/∂b = a
        d_A[i] += d_y4 * b     # ∂y4/∂a = b
    return d_A, d_B
