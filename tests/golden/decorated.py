"""Saves x, y, y2 (3 numbers).

def doubled(f):
    @functools.wraps(f)
    def wrapper(*args):
        return 2.0 * f(*args)

    return wrapper


@doubled
def product(x, y):
    return np.sin(x) * y


def decorated(x: float, y: float):
    return product(x, y)
"""


def decorated_forward(x: float, y: float) -> tuple:
    """Return decorated(x, y) and what `decorated_backward` reads."""
    y2 = np.sin(x)
    y0 = 2.0 * (y2 * y)  # 2
    return y0, (x, y, y2)


def decorated_backward(saved: tuple, d_y0: float = 1.0) -> tuple[float, float]:
    """Return d_y0 · ∂decorated/∂(x, y) at the point where `decorated_forward` was called."""
    x, y, y2 = saved
    d_y1 = d_y0 * 2.0       # ∂y0/∂y1 = 2.0
    d_y2 = d_y1 * y         # ∂y1/∂y2 = y
    d_y = d_y1 * y2         # ∂y1/∂y = y2
    d_x = d_y2 * np.cos(x)  # ∂y2/∂x = cos x
    return float(d_x), float(d_y)
