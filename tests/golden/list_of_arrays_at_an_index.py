"""Saves n, y8, y10 (1 number, 2 lists with an entry per turn).

def list_of_arrays_at_an_index(x: "f8[n]", y: "f8[n]", z: "f8[n]"):
    rows = [x, y, z]
    s = 0.0
    for i in range(len(x)):
        s += rows[i % 3][i] * rows[(i + 1) % 3][0]
    return s
"""


def list_of_arrays_at_an_index_forward(x: np.ndarray, y: np.ndarray, z: np.ndarray) -> tuple:
    """Return list_of_arrays_at_an_index(x, y, z) and what `list_of_arrays_at_an_index_backward` reads."""
    n = x.shape[0]
    y8 = [x, y, z]
    y10 = [x, y, z]                              # 5
    s = 0.0
    for i in range(n):                           # 4
        s += y8[i % 3][i] * y10[(i + 1) % 3][0]  # 5
    return s, (n, _deep_copy(y8), _deep_copy(y10))


def list_of_arrays_at_an_index_backward(saved: tuple, d_s: float = 1.0) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Return d_s · ∂list_of_arrays_at_an_index/∂(x, y, z) at the point where `list_of_arrays_at_an_index_forward` was called."""
    n, y8, y10 = saved
    d_y8 = [np.zeros_like(e) for e in y8]
    d_y10 = [np.zeros_like(e) for e in y10]
    for i in range(n - 1, -1, -1):        # 4
        y9 = i % 3
        y11 = (i + 1) % 3                 # 5
        d_y4 = d_s * y10[y11][0]          # ∂y3/∂y4 = y5
        d_y10[y11][0] += d_s * y8[y9][i]  # ∂y3/∂y5 = y4
        d_y8[y9][i] += d_y4               # ∂y4/∂y6 = 1
    d_z = d_y10.pop()                     # ∂y10/∂z = 1
    d_y = d_y10.pop()                     # ∂y13/∂y = 1
    d_x = d_y10[-1]                       # ∂y16/∂x = 1
    d_z = d_z + d_y8.pop()                # ∂y8/∂z = 1
    d_y = d_y + d_y8.pop()                # ∂y12/∂y = 1
    d_x = d_x + d_y8[-1]                  # ∂y15/∂x = 1
    return d_x, d_y, d_z
