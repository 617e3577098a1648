"""Saves v, y2, y3 (3*n elements).

def without_warnings(v: "f8[n]"):
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", RuntimeWarning)
        terms = v * np.log(v)
    return np.sum(np.where(v > 0, terms, 0.0))
"""


def without_warnings_forward(v: np.ndarray) -> tuple:
    """Return without_warnings(v) and what `without_warnings_backward` reads."""
    with warnings.catch_warnings(action='ignore', category=RuntimeWarning):
        y3 = np.log(v)
        terms = v * y3                  # 4
    y2 = v > 0
    y = np.where(y2, terms, 0.0).sum()  # 5
    return y, (v.copy(), y2, y3)


def without_warnings_backward(saved: tuple, d_y: float = 1.0) -> np.ndarray:
    """Return d_y · ∂without_warnings/∂v at the point where `without_warnings_forward` was called."""
    v, y2, y3 = saved
    d_terms = np.where(y2, d_y, 0.0)                 # ∂y1/∂terms = [y2]
    with warnings.catch_warnings(action='ignore', category=RuntimeWarning):
        d_v = _masked_mul(d_terms, y3)               # ∂terms/∂v = y3
        d_y3 = np.multiply(d_terms, v, out=d_terms)  # ∂terms/∂y3 = v
        d_v += _masked_mul(d_y3, 1 / v)              # ∂y3/∂v = 1/v
    return d_v
