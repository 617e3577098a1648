"""Saves p, y3, y4 (3*n elements).

def error_state(p: "f8[n]"):
    with np.errstate(divide="ignore", invalid="ignore"):
        terms = p * np.log(p)
    return -np.sum(np.where(p > 0, terms, 0.0))
"""


def error_state_forward(p: np.ndarray) -> tuple:
    """Return error_state(p) and what `error_state_backward` reads."""
    with np.errstate(divide='ignore', invalid='ignore'):
        y4 = np.log(p)
        terms = p * y4                   # 3
    y3 = p > 0
    y = -np.where(y3, terms, 0.0).sum()  # 4
    return y, (p.copy(), y3, y4)


def error_state_backward(saved: tuple, d_y: float = 1.0) -> np.ndarray:
    """Return d_y · ∂error_state/∂p at the point where `error_state_forward` was called."""
    p, y3, y4 = saved
    d_y1 = -d_y                                      # ∂y/∂y1 = -1
    d_terms = np.where(y3, d_y1, 0.0)                # ∂y2/∂terms = [y3]
    with np.errstate(divide='ignore', invalid='ignore'):
        d_p = _masked_mul(d_terms, y4)               # ∂terms/∂p = y4
        d_y4 = np.multiply(d_terms, p, out=d_terms)  # ∂terms/∂y4 = p
        d_p += _masked_mul(d_y4, 1 / p)              # ∂y4/∂p = 1/p
    return d_p
