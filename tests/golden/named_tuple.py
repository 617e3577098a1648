"""Saves slope, x, error, class_1 (1 number, 2*n elements, 1 class).

class Line(NamedTuple):
    slope: float
    shift: float


def named_tuple(line, x):
    error = line.slope * x + line.shift - np.sin(x)
    return np.sum(error * error)
"""


def named_tuple_forward(line: object, x: np.ndarray) -> tuple:
    """Return named_tuple(line, x) and what `named_tuple_backward` reads."""
    if not (getattr(type(line), '_fields', None) == ('slope', 'shift')):
        raise TypeError('named_tuple_forward: line must have the structure Line(slope=*, '
                'shift=*), not ' + _found(line))
    slope = line.slope
    shift = line.shift
    error = slope * x
    error += shift
    error -= np.sin(x)         # 2
    y = (error * error).sum()  # 3
    return y, (slope, x.copy(), error, type(line))


def named_tuple_backward(saved: tuple, d_y: float = 1.0) -> tuple[object, np.ndarray]:
    """Return d_y · ∂named_tuple/∂(line, x) at the point where `named_tuple_forward` was called."""
    slope, x, error, class_1 = saved
    d_error = d_y * error
    d_error *= 2.0                                # ∂y1/∂error = 2·error
    d_y3 = -d_error                               # ∂error/∂y3 = -1
    d_x = np.multiply(d_y3, np.cos(x), out=d_y3)  # ∂y3/∂x = cos x
    d_shift = d_error.sum()                       # ∂y2/∂shift = 1
    d_slope = (d_error * x).sum()                 # ∂y4/∂slope = x
    d_error *= slope                              # 2
    d_x += d_error                                # ∂y4/∂x = slope
    return class_1(float(d_slope), float(d_shift)), d_x
