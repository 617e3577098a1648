"""Saves x, a, y1, y2, y3, y4 (6 numbers).

def power(x, n, scale):
    return scale * x**n


def partial_function(x: float, a: float):
    square = functools.partial(power, n=2, scale=a)
    return square(x) * square(a)
"""


def partial_function_forward(x: float, a: float) -> tuple:
    """Return partial_function(x, a) and what `partial_function_backward` reads."""
    y3 = x ** 2
    y1 = a * y3
    y4 = a ** 2
    y2 = a * y4  # 2
    y = y1 * y2  # 3
    return y, (x, a, y1, y2, y3, y4)


def partial_function_backward(saved: tuple, d_y: float = 1.0) -> tuple[float, float]:
    """Return d_y · ∂partial_function/∂(x, a) at the point where `partial_function_forward` was called."""
    x, a, y1, y2, y3, y4 = saved
    d_y1 = d_y * y2        # ∂y/∂y1 = y2
    d_y2 = d_y * y1        # ∂y/∂y2 = y1
    d_a = d_y2 * y4        # ∂y2/∂a = y4
    d_y4 = d_y2 * a        # ∂y2/∂y4 = a
    d_a += d_y4 * (2 * a)  # ∂y4/∂a = 2·a
    d_a += d_y1 * y3       # ∂y1/∂a = y3
    d_y3 = d_y1 * a        # ∂y1/∂y3 = a
    d_x = d_y3 * (2 * x)   # ∂y3/∂x = 2·x
    return d_x, d_a
