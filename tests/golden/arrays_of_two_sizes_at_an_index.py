"""Saves y5s, y4s, n, m (2 numbers, 2 lists with an entry per turn).

def arrays_of_two_sizes_at_an_index(x: "f8[n]", y: "f8[m]"):
    s, k = 0.0, 0
    for i in range(len(x)):
        s += (x, y)[k][i] ** 2
        k = 1 - k
    return s
"""


def arrays_of_two_sizes_at_an_index_forward(x: np.ndarray, y: np.ndarray) -> tuple:
    """Return arrays_of_two_sizes_at_an_index(x, y) and what `arrays_of_two_sizes_at_an_index_backward` reads."""
    m = y.shape[0]
    n = x.shape[0]
    k = 0
    s = 0.0
    y5s = []
    y4s = []
    for i in range(n):   # 3
        if k < -2:       # 4
            raise IndexError('tuple index out of range')
        if k >= 2:       # 4
            raise IndexError('tuple index out of range')
        y5 = k % 2 != 1  # 4
        y5s.append(y5)
        if y5:           # 4
            y4 = x[i]
        else:
            y4 = y[i]
        y4s.append(y4)
        s += y4 ** 2     # 4
        k = 1 - k        # 5
    return s, (y5s, y4s, n, m)


def arrays_of_two_sizes_at_an_index_backward(saved: tuple, d_s: float = 1.0) -> tuple[np.ndarray, np.ndarray]:
    """Return d_s · ∂arrays_of_two_sizes_at_an_index/∂(x, y) at the point where `arrays_of_two_sizes_at_an_index_forward` was called."""
    y5s, y4s, n, m = saved
    d_x = np.zeros(n)
    d_y = np.zeros(m)
    for i, y5, y4 in zip(range(n - 1, -1, -1), reversed(y5s), reversed(y4s), strict=True):  # 3
        d_y4 = d_s * (2 * y4)  # ∂y3/∂y4 = 2·y4
        if y5:                 # 4
            d_x[i] += d_y4     # ∂y4/∂x = 1
        else:
            d_y[i] += d_y4     # ∂y4/∂y = 1
    return d_x, d_y
