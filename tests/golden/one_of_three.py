"""Saves y4s, y5s, n, vs (1 number, 3 lists with an entry per turn).

def one_of_three(x: "f8[n]", y: "f8[n]", z: "f8[n]"):
    s = 0.0
    for i in range(1, len(x)):
        if i % 3 == 0:
            t = x
        elif x[i] > 0.5:
            t = y
        else:
            t = z
        s += t[i] * t[i - 1]
    return s
"""


def one_of_three_forward(x: np.ndarray, y: np.ndarray, z: np.ndarray) -> tuple:
    """Return one_of_three(x, y, z) and what `one_of_three_backward` reads."""
    n = x.shape[0]
    s = 0.0
    vs = []
    y4s = []
    y5s = []
    for i in range(1, n):               # 3
        if i % 3 == 0:                  # 4
            t = 0
        else:
            t = 1 if x[i] > 0.5 else 2  # 6
        vs.append(t)
        if t == 0:                      # 10
            y4 = x[i]
            y5 = x[i - 1]
        elif t == 1:                    # 10
            y4 = y[i]
            y5 = y[i - 1]
        else:
            y4 = z[i]
            y5 = z[i - 1]               # 10
        y4s.append(y4)
        y5s.append(y5)
        s += y4 * y5                    # 10
    return s, (y4s, y5s, n, vs)


def one_of_three_backward(saved: tuple, d_s: float = 1.0) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Return d_s · ∂one_of_three/∂(x, y, z) at the point where `one_of_three_forward` was called."""
    y4s, y5s, n, vs = saved
    d_x = np.zeros(n)
    d_z = np.zeros(n)
    d_y = np.zeros(n)
    for i, v, y4, y5 in zip(range(n - 1, 0, -1), reversed(vs), reversed(y4s), reversed(y5s), strict=True):  # 3
        d_y4 = d_s * y5         # ∂y3/∂y4 = y5
        d_y5 = d_s * y4         # ∂y3/∂y5 = y4
        if v == 0:              # 10
            d_x[i - 1] += d_y5  # ∂y5/∂x = 1
            d_x[i] += d_y4      # ∂y4/∂x = 1
        elif v == 1:            # 10
            d_y[i - 1] += d_y5  # ∂y5/∂y = 1
            d_y[i] += d_y4      # ∂y4/∂y = 1
        else:
            d_z[i - 1] += d_y5  # ∂y5/∂z = 1
            d_z[i] += d_y4      # ∂y4/∂z = 1
    return d_x, d_y, d_z
