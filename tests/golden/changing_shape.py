"""Saves x, n_xs, n_y1, n (2 numbers, 1 array of a size known when it runs, 1 list with an entry per turn).

def changing_shape(x: "f8[n]"):
    for k in range(2):
        x = np.append(x, k * x[0])
    return np.sum(x * x)
"""


def changing_shape_forward(x: np.ndarray) -> tuple:
    """Return changing_shape(x) and what `changing_shape_backward` reads."""
    n = x.shape[0]
    n_xs = []
    for k in range(2):    # 2
        x_1 = np.concatenate((x, np.asarray(k * x[0], dtype=np.float64).ravel()))
        n_x = x.shape[0]  # 3
        n_xs.append(n_x)
        x = x_1
    y1 = x * x
    y = y1.sum()
    n_y1 = y1.shape[0]    # 4
    return y, (x.copy(), n_xs, n_y1, n)


def changing_shape_backward(saved: tuple, d_y: float = 1.0) -> np.ndarray:
    """Return d_y · ∂changing_shape/∂x at the point where `changing_shape_forward` was called."""
    x, n_xs, n_y1, n = saved
    d_y1 = np.broadcast_to(d_y, (n_y1,))  # ∂y/∂y1 = 1
    d_x = d_y1 * x
    d_x *= 2.0                            # ∂y1/∂x = 2·x
    for k, n_x in zip(range(1, -1, -1), reversed(n_xs), strict=True):  # 2
        d_x_1 = d_x[:n_x]                 # 3
        d_y4 = d_x[n_x:]                  # ∂x/∂y4 = 1
        d_y5 = d_y4.reshape(())           # ∂y4/∂y5 = 1
        d_x_1[0] += d_y5 * k              # ∂y6/∂y7 = k
        d_x = d_x_1
    return d_x
