"""Saves total_in, y3s, n (1 number, 2 lists with an entry per turn).

@dataclass
class State:
    total: float
    y: object


def object_array(v: "f8[n]", x: float):
    s = State(x, v.copy())
    for i in range(len(v)):
        s.y[i] = s.y[i] * s.total
        s.total += s.y[i]
    return s.total
"""


def object_array_forward(v: np.ndarray, x: float) -> tuple:
    """Return object_array(v, x) and what `object_array_backward` reads."""
    n = v.shape[0]
    y = v.copy()           # 3
    total = x
    total_in = []
    y3s = []
    for i in range(n):     # 3
        total_in.append(total)
        y3 = y[i]          # 4
        y3s.append(y3)
        y[i] = y3 * total  # 4
        total += y[i]      # 5
    return total, (total_in, y3s, n)


def object_array_backward(saved: tuple, d_total: float = 1.0) -> tuple[np.ndarray, float]:
    """Return d_total · ∂object_array/∂(v, x) at the point where `object_array_forward` was called."""
    total_in, y3s, n = saved
    d_y = np.zeros(n)
    for i, total, y3 in zip(range(n - 1, -1, -1), reversed(total_in), reversed(y3s), strict=True):  # 3
        d_y[i] += d_total      # ∂y4/∂y = 1
        d_y2 = d_y[i]          # ∂y/∂y2 = 1
        d_total += d_y2 * y3   # ∂y2/∂total = y3
        d_y[i] = d_y2 * total  # ∂y2/∂y3 = total
    return d_y, float(d_total)
