"""Saves record, n (1 number, lists of one entry per turn or call).

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
    """Return d_y · ∂tree_sum/∂(w) at the point where `tree_sum_forward` was called."""
    record, n = saved
    d_w = _tree_sum_backward(record, d_y)  # 1
    return d_w


def _tree_sum2_forward(w: np.ndarray):
    n_w = w.shape[0]
    y1 = n_w == 1
    if y1:            # 2
        y3 = w[0]
        y2 = y3 * y3  # 3
        return y2, (y1, (y3, y3))
    y6, record = _tree_sum2_forward(w[:n_w // 2])
    y7, record_1 = _tree_sum2_forward(w[n_w // 2:])
    y5 = y6 * y7      # 5
    return y5, (y1, (y6, record, y7, record_1))


def _tree_sum_forward(w: np.ndarray):
    n_w = w.shape[0]
    y1 = n_w == 1
    if y1:            # 2
        y3 = w[0]
        y2 = y3 * y3  # 3
        return y2, (y1, (y3, y3), n_w)
    y6, record = _tree_sum2_forward(w[:n_w // 2])
    y7, record_1 = _tree_sum2_forward(w[n_w // 2:])
    y5 = y6 * y7      # 5
    return y5, (y1, (y6, record, y7, record_1), n_w)


def _tree_sum2_backward(saved: tuple, d_y: np.float64, d_w: np.ndarray):
    n_w = d_w.shape[0]
    y1, branch = saved
    if y1:
        y3, y3_1 = branch                           # 2
        d_y3 = d_y * y3_1                           # ∂y2/∂y3 = y3
        d_y3_1 = d_y * y3                           # ∂y2/∂y3 = y3
        d_w[0] += d_y3_1                            # ∂y3/∂w = 1
        d_w[0] += d_y3                              # ∂y3/∂w = 1
        return d_w
    y6, record, y7, record_1 = branch               # 2
    d_y6 = d_y * y7                                 # ∂y5/∂y6 = y7
    d_y7 = d_y * y6                                 # ∂y5/∂y7 = y6
    part = d_w[n_w // 2:]
    part = _tree_sum2_backward(record_1, d_y7, part)
    part = d_w[:n_w // 2]
    part = _tree_sum2_backward(record, d_y6, part)  # 5
    return d_w


def _tree_sum_backward(saved: tuple, d_y: np.float64):
    y1, branch, n_w = saved
    if y1:
        y3, y3_1 = branch                           # 2
        d_y3 = d_y * y3_1                           # ∂y2/∂y3 = y3
        d_y3_1 = d_y * y3                           # ∂y2/∂y3 = y3
        d_w = np.zeros(n_w)                         # 3
        d_w[0] += d_y3_1                            # ∂y3/∂w = 1
        d_w[0] += d_y3                              # ∂y3/∂w = 1
        return d_w
    y6, record, y7, record_1 = branch               # 2
    d_y6 = d_y * y7                                 # ∂y5/∂y6 = y7
    d_y7 = d_y * y6                                 # ∂y5/∂y7 = y6
    d_w = np.zeros(n_w)
    part = d_w[n_w // 2:]
    part = _tree_sum2_backward(record_1, d_y7, part)
    part = d_w[:n_w // 2]
    part = _tree_sum2_backward(record, d_y6, part)  # 5
    return d_w
