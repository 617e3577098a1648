"""Saves record, n (1 number, records of calls).

def tree_sum(w: "f8[n]"):
    if len(w) == 1:
        return w[0] * w[0]
    m = len(w) // 2
    return tree_sum(w[:m]) * tree_sum(w[m:])
"""


def tree_sum_forward(w: np.ndarray) -> tuple:
    """Return tree_sum(w) and what `tree_sum_backward` reads."""
    n = w.shape[0]
    y, record = _tree_sum_forward(w)  # 1
    return y, (record, n)


def tree_sum_backward(saved: tuple, d_y: float = 1.0) -> np.ndarray:
    """Return d_y · ∂tree_sum/∂w at the point where `tree_sum_forward` was called."""
    record, n = saved
    d_w = _tree_sum_backward(record, d_y, np.zeros(n))  # 1
    return d_w


def _tree_sum_forward(w: np.ndarray):
    n_w = w.shape[0]
    y1 = n_w == 1
    if y1:           # 2
        y2 = w[0]
        y = y2 * y2  # 3
        return y, (y1, (y2,))
    y4, record = _tree_sum_forward(w[:n_w // 2])
    y5, record_1 = _tree_sum_forward(w[n_w // 2:])
    y = y4 * y5      # 5
    return y, (y1, (y4, record, y5, record_1))


def _tree_sum_backward(saved: tuple, d_y: np.float64, d_w: np.ndarray):
    n_w = d_w.shape[0]
    y1, branch = saved
    if y1:                                  # 2
        (y2,) = branch
        d_y2 = d_y * y2                     # ∂y/∂y2 = y2
        d_w[0] += d_y2                      # ∂y2/∂w = 1
        d_w[0] += d_y2                      # ∂y2/∂w = 1
        return d_w
    y4, record, y5, record_1 = branch       # 2
    d_y4 = d_y * y5                         # ∂y/∂y4 = y5
    d_y5 = d_y * y4                         # ∂y/∂y5 = y4
    part = d_w[n_w // 2:]
    _tree_sum_backward(record_1, d_y5, part)
    part = d_w[:n_w // 2]
    _tree_sum_backward(record, d_y4, part)  # 5
    return d_w
