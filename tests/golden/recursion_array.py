"""Saves record, n (1 number, records of calls).

def recursion_array(v: "f8[n]", x: float):
    def g(k):
        if k == 0:
            return x
        return v[k] * g(k - 1) + v[k - 1]

    return g(len(v) - 1)
"""


def recursion_array_forward(v: np.ndarray, x: float) -> tuple:
    """Return recursion_array(v, x) and what `recursion_array_backward` reads."""
    n = v.shape[0]
    y, record = _g_forward(n - 1, x, v)  # 7
    return y, (record, n)


def recursion_array_backward(saved: tuple, d_y: float = 1.0) -> tuple[np.ndarray, float]:
    """Return d_y · ∂recursion_array/∂(v, x) at the point where `recursion_array_forward` was called."""
    record, n = saved
    d_x, d_v = _g_backward(record, d_y, np.zeros(n))  # 7
    return d_v, d_x


def _g_forward(k: int, x: float, v: np.ndarray):
    if k == 0:              # 2
        return x, (k, ())
    y4 = v[k]
    y5, record = _g_forward(k - 1, x, v)
    y = y4 * y5 + v[k - 1]  # 4
    return y, (k, (y4, y5, record))


def _g_backward(saved: tuple, d_y: np.float64, d_v: np.ndarray):
    k, branch = saved
    if k == 0:                                 # 2
        return float(d_y), d_v
    y4, y5, record = branch                    # 2
    d_v[k - 1] += d_y                          # ∂y3/∂v = 1
    d_y5 = d_y * y4                            # ∂y2/∂y5 = y4
    d_x, d_v = _g_backward(record, d_y5, d_v)  # 4
    d_v[k] += d_y * y5                         # ∂y2/∂y4 = y5
    return d_x, d_v
