"""Saves x, y3s (n elements, 1 list with an entry per turn).

def carry_in_one_branch(x: "f8[n]"):
    best = x[0] * 1.0
    for i in range(1, len(x)):
        if x[i] > best:
            best = x[i] * x[i]
    return best
"""


def carry_in_one_branch_forward(x: np.ndarray) -> tuple:
    """Return carry_in_one_branch(x) and what `carry_in_one_branch_backward` reads."""
    n = x.shape[0]
    best = x[0]             # 2
    y3s = []
    for i in range(1, n):   # 3
        y3 = x[i] > best    # 4
        y3s.append(y3)
        if y3:              # 4
            y5 = x[i]
            best = y5 * y5  # 5
    return best, (x.copy(), y3s)


def carry_in_one_branch_backward(saved: tuple, d_best: float = 1.0) -> np.ndarray:
    """Return d_best · ∂carry_in_one_branch/∂x at the point where `carry_in_one_branch_forward` was called."""
    x, y3s = saved
    n = x.shape[0]
    d_x = np.zeros(n)
    for i, y3 in zip(range(n - 1, 0, -1), reversed(y3s), strict=True):  # 3
        if y3:                    # 4
            d_y5 = d_best * x[i]  # ∂best/∂y5 = y5
            d_x[i] += d_y5        # ∂y5/∂x = 1
            d_x[i] += d_y5        # ∂y5/∂x = 1
            d_best = 0.0
    d_x[0] += d_best              # ∂y1/∂x = 1
    return d_x
