"""Saves v, idx, y (2*n + 5 elements).

def repeated_store(v: "f8[n]", idx: "i8[n]"):
    y = np.zeros(5)
    y[idx] = v
    y[idx] += v * v
    return np.sum(y * y)
"""


def repeated_store_forward(v: np.ndarray, idx: np.ndarray) -> tuple:
    """Return repeated_store(v, idx) and what `repeated_store_backward` reads."""
    y = np.zeros(5)     # 2
    y[idx] = v          # 3
    y2 = y[idx]
    y2 += v * v
    y[idx] = y2         # 4
    y0 = (y * y).sum()  # 5
    return y0, (v.copy(), idx.copy(), y)


def repeated_store_backward(saved: tuple, d_y0: float = 1.0) -> np.ndarray:
    """Return d_y0 · ∂repeated_store/∂v at the point where `repeated_store_forward` was called."""
    v, idx, y = saved
    d_y = d_y0 * y
    d_y *= 2.0                                  # ∂y1/∂y = 2·y
    d_y2 = _index_once(d_y, np.index_exp[idx])  # ∂y/∂y2 = 1
    d_y[idx] = 0.0                              # 4
    np.add.at(d_y, idx, d_y2)                   # ∂y3/∂y = 1
    d_v = np.multiply(d_y2, v, out=d_y2)
    d_v *= 2.0                                  # ∂y4/∂v = 2·v
    d_v += _index_once(d_y, np.index_exp[idx])  # ∂y/∂v = 1
    return d_v
