"""Saves dt, steps, U, y9s (2 numbers, 1 array of a size known when it runs, 1 list with an entry per turn).

def time_stepping(u: "f8[m]", dt: float, steps: int):
    U = np.zeros((steps + 1, len(u)))
    U[0] = u
    for t in range(steps):
        U[t + 1] = U[t] + dt * np.sin(U[t])
    return np.sum(U[steps] ** 2)
"""


def time_stepping_forward(u: np.ndarray, dt: float, steps: int) -> tuple:
    """Return time_stepping(u, dt, steps) and what `time_stepping_backward` reads."""
    m = u.shape[0]
    U = np.zeros((steps + 1, m))  # 2
    U[0] = u                      # 3
    y9s = []
    for t in range(steps):        # 4
        y7 = U[t]
        y9 = np.sin(y7)           # 5
        y9s.append(y9)
        y5 = dt * y9
        y5 += y7
        U[t + 1] = y5             # 5
    y = (U[steps] ** 2).sum()     # 6
    return y, (dt, steps, U, y9s)


def time_stepping_backward(saved: tuple, d_y: float = 1.0) -> tuple[np.ndarray, float]:
    """Return d_y · ∂time_stepping/∂(u, dt) at the point where `time_stepping_forward` was called."""
    dt, steps, U, y9s = saved
    n_U = U.shape[0]
    m_U = U.shape[1]
    d_y2 = 2 * U[steps]                                   # 6
    d_y2 *= d_y                                           # ∂y1/∂y2 = 2·y2
    d_U = np.zeros((n_U, m_U))                            # 6
    d_U[steps] += d_y2                                    # ∂y2/∂U = 1
    d_dt = 0.0
    for t, y9 in zip(range(steps - 1, -1, -1), reversed(y9s), strict=True):  # 4
        d_y5 = d_U[t + 1].copy()                          # ∂U/∂y5 = 1
        d_U[t + 1] = 0.0                                  # 5
        d_dt += (d_y5 * y9).sum()                         # ∂y8/∂dt = y9
        d_y9 = d_y5 * dt                                  # ∂y8/∂y9 = dt
        d_y7 = np.multiply(d_y9, np.cos(U[t]), out=d_y9)  # ∂y9/∂y7 = cos y7
        d_U[t] += d_y7                                    # ∂y7/∂U = 1
        d_U[t] += d_y5                                    # ∂y7/∂U = 1
    d_u = d_U[0]                                          # ∂U/∂u = 1
    return d_u, float(d_dt)
