"""Saves x, z, y6s, y2 (3*n elements, 1 list with an entry per turn).

def complex_parts(x: "f8[n]"):
    z = np.zeros(len(x), dtype=complex)
    for i in range(len(x)):
        z.real[i] = x[i]
        z.imag[i] += z.real[i - 1] * x[i]
    return np.sum(np.abs(z) ** 2)
"""


def complex_parts_forward(x: np.ndarray) -> tuple:
    """Return complex_parts(x) and what `complex_parts_backward` reads."""
    n = x.shape[0]
    z = np.zeros(n, dtype=np.complex128)  # 2
    y6s = []
    for i in range(n):                    # 3
        y5 = x[i]
        z.real[i] = y5                    # 4
        y6 = np.real(z[i - 1])            # 5
        y6s.append(y6)
        z.imag[i] += y6 * y5              # 5
    y2 = np.abs(z)
    y = (y2 ** 2).sum()                   # 6
    return y, (x.copy(), z, y6s, y2)


def complex_parts_backward(saved: tuple, d_y: float = 1.0) -> np.ndarray:
    """Return d_y · ∂complex_parts/∂x at the point where `complex_parts_forward` was called."""
    x, z, y6s, y2 = saved
    n = x.shape[0]
    d_y2 = 2 * y2                    # 6
    d_y2 *= d_y                      # ∂y1/∂y2 = 2·y2
    t = np.conj(z)
    t /= np.where(y2 == 0, 1.0, y2)  # 6
    d_z = _masked_mul(t, d_y2)       # ∂y2/∂z = conj sign z
    d_x = np.zeros(n)
    for i, y6 in zip(range(n - 1, -1, -1), reversed(y6s), strict=True):  # 3
        d_y4 = -np.imag(d_z[i])      # 5
        d_x[i] += d_y4 * y6          # ∂y4/∂y5 = y6
        d_z[i - 1] += d_y4 * x[i]    # ∂y4/∂y6 = y5
        d_y5 = np.real(d_z[i])
        d_z.real[i] = 0.0            # 4
        d_x[i] += d_y5               # ∂y5/∂x = 1
    return d_x
